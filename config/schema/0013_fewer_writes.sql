-- A link writes what nothing else says. Where a record was copied to is told by the copy
-- (origin_record_id); a copy's files are those of its origin; that a record was copied needs no item
-- beside the copy. So linking changes no row of the account's records, and the person's vault gets
-- one row a record.

-- What is dropped here must be said by what stays.
do $$ begin
  if exists (select from record s where s.moved_to is not null and not exists (
               select from record c where c.id = s.moved_to and c.origin_record_id = s.id
                 and c.returned_at is null))
     or exists (select from record c join record s on s.id = c.origin_record_id
                where c.returned_at is null and s.moved_to is distinct from c.id)
     or exists (select from record c join record_file f on f.record_id = c.id
                where c.link_id is not null and not exists (
                  select from record_file o where o.record_id = c.origin_record_id
                    and (o.name, o.sha256, o.mime) = (f.name, f.sha256, f.mime)))
     or exists (select from transfer_item i where i.target_id is not null and not exists (
                  select from record c where c.id = i.target_id
                    and (c.link_id, c.origin_record_id) = (i.link_id, i.record_id)))
  then
    raise exception 'copies and their records do not agree: see tests/chaos/consistency.sql';
  end if;
end $$;

drop index record_same_paper, record_vault;
alter table record
  drop column moved_to,  -- with its index and its two rules
  drop constraint record_transferred_once,
  drop constraint record_origin_account_id_fkey,
  drop constraint record_link_id_fkey,
  drop constraint record_origin_record_id_fkey,  -- see record_origin_guard
  add constraint record_not_itself check (replaces <> id and origin_record_id <> id);
-- A vault, and in it what a link brought.
create index record_vault on record (vault_id, link_id);
-- Whose the origin is, is the link's own account: one rule says both.
alter table link add constraint link_id_account unique (id, account_id);
alter table record add constraint record_origin
  foreign key (link_id, origin_account_id) references link (id, account_id);

delete from record_file f using record c where c.id = f.record_id and c.link_id is not null;

-- What a transfer has to say of a record beyond its copy: why there is none, or that the copy stands
-- beside another version of the paper, for an officer to look at.
create table transfer_note (
  link_id bigint not null references transfer_job,
  record_id bigint not null references record,
  reason text not null
    check (reason in ('owner_other', 'owner_unknown', 'duplicate', 'other_version')),
  duplicate_of bigint references record,
  primary key (link_id, record_id),
  constraint transfer_note_same check ((reason = 'duplicate') = (duplicate_of is not null))
);
create index transfer_note_duplicate_of on transfer_note (duplicate_of)
  where duplicate_of is not null;
insert into transfer_note (link_id, record_id, reason, duplicate_of)
  select link_id, record_id, reason, duplicate_of from transfer_item where reason is not null;
drop table transfer_item;

-- One item a record that a link knows.
-- done: copied. conflict: copied, as another version. skipped: not copied, for the reason given.
create view transfer_item as
  select l.id as link_id, c.origin_record_id as record_id, c.kind,
    case when n.reason is null then 'done' else 'conflict' end as state, n.reason,
    c.id as target_id, null::bigint as duplicate_of
  from link l join vault v on v.person_id = l.person_id
    join record c on c.vault_id = v.id and c.link_id = l.id
    left join transfer_note n on n.link_id = l.id and n.record_id = c.origin_record_id
  union all
  select n.link_id, n.record_id, r.kind, 'skipped', n.reason, null, n.duplicate_of
  from transfer_note n join record r on r.id = n.record_id where n.reason <> 'other_version';

-- The rules of 0010; gives what became of how many records, by kind. Whether a record is known
-- already is asked row by row, by scalar subqueries: no join, whose plan would hang on what the
-- statistics believe of a table.
create function carry_records(of_link bigint, carried_at timestamptz)
  returns table (item_state text, item_reason text, item_kind text, items bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  holder bigint;
  receiver bigint;
  receiver_key bytea;
  from_vault bigint;
  to_vault bigint;
begin
  select l.account_id, l.person_id, p.citizen_key into strict holder, receiver, receiver_key
    from link l join person p on p.id = l.person_id where l.id = of_link and l.state = 'active';
  -- Makes the vaults that are missing and locks both.
  select id into from_vault from vault where account_id = holder for no key update;
  if not found then
    insert into vault (account_id) values (holder) on conflict (account_id)
      do update set created_at = vault.created_at returning id into from_vault;
  end if;
  select id into to_vault from vault where person_id = receiver for no key update;
  if not found then
    insert into vault (person_id) values (receiver) on conflict (person_id)
      do update set created_at = vault.created_at returning id into to_vault;
  end if;
  insert into transfer_job (link_id) values (of_link) on conflict (link_id) do nothing;

  return query with source as (
    select r.*, false as is_present from record r
    where r.vault_id = from_vault
      and (select c.id from record c
           where c.origin_record_id = r.id and c.returned_at is null) is null
      and (select n.record_id from transfer_note n
           where n.link_id = of_link and n.record_id = r.id) is null
  ), side_by_side as (
    select * from source
    union all
    select r.*, true from record r
    where r.vault_id = to_vault and r.returned_at is null and exists (select from source)
  ), told as materialized (
    select b.*, b.owner_key is not distinct from receiver_key as is_theirs,
      row(b.doc_type_code, b.number, coalesce(b.issuer_code, b.issuer_name), b.issued_on)::text
        as paper,
      array(select f.sha256 from record_file f where f.record_id = coalesce(b.origin_record_id, b.id)
            order by f.sha256) as files
    from side_by_side b
  ), compared as (
    select t.*, cardinality(files) > 0 or number is not null as can_be_told,
      doc_type_code is not null and number is not null as has_versions,
      min(id) filter (where is_present) over same_record as same_present,
      min(id) filter (where is_theirs and not is_present) over same_record as first_id,
      max(version) filter (where is_present) over (partition by paper) as newest_version
    from told t window same_record as (partition by paper, files)
  ), judged as (
    select c.*, is_theirs and not (can_be_told and (same_present is not null or first_id <> id))
        as is_copied
    from compared c where not is_present
  ), plan as materialized (
    select j.*, case when is_copied then nextval('record_id_seq') end as copy_id,
      count(*) filter (where is_copied) over (partition by paper order by id) as turn
    from judged j
  ), versioned as (
    select p.*, is_copied and has_versions and (newest_version is not null or turn > 1)
        as is_version,
      case when owner_key is null then 'owner_unknown'
           when not is_theirs then 'owner_other'
           when not is_copied then 'duplicate'
           when has_versions and (newest_version is not null or turn > 1) then 'other_version'
           end as reason,
      max(copy_id) over (partition by paper, files) as first_copy
    from plan p
  ), copied as (
    insert into record (id, vault_id, portal_record, kind, doc_type_code, title, number, summary,
      issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, scope, procedure_code,
      field_code, dossier_code, owner_key, source, trust, signature_status, signature_checked_at,
      digitised_by, digitised_at, approval, form_data, version, revoked_at, hidden,
      origin_account_id, origin_record_id, link_id, transferred_at) overriding system value
    select copy_id, to_vault, portal_record, kind, doc_type_code, title, number, summary,
      issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, scope, procedure_code,
      field_code, dossier_code, owner_key, source, trust, signature_status, signature_checked_at,
      digitised_by, digitised_at, approval, form_data,
      case when is_version then greatest(coalesce(newest_version, 0) + turn, version)
           else version end,
      revoked_at, hidden, holder, id, of_link, carried_at
    from versioned where is_copied
  ), noted as (
    insert into transfer_note (link_id, record_id, reason, duplicate_of)
    select of_link, id, reason,
      case when is_theirs and not is_copied then coalesce(same_present, first_copy) end
    from versioned where reason is not null
  )
  select case when not is_copied then 'skipped' when is_version then 'conflict' else 'done' end,
    reason, kind, count(*)
  from versioned group by 1, 2, 3;

  -- A copy replaces the copy of what its source replaces: else a replaced paper would look current.
  if found and exists (select from record s
                 where s.vault_id = from_vault and coalesce(s.replaces, 0) <> 0) then
    update record c set replaces = told.replaces
      from (select i.id as copy_id,
              coalesce((select o.id from record o
                        where o.origin_record_id = s.replaces and o.returned_at is null),
                       (select n.duplicate_of from transfer_note n
                        where n.link_id = of_link and n.record_id = s.replaces)) as replaces
            from record s cross join lateral (select o.id from record o
              where o.origin_record_id = s.id and o.returned_at is null) i
            where s.vault_id = from_vault and s.replaces is not null) told
      where c.id = told.copy_id and told.replaces is not null
        and c.replaces is distinct from told.replaces;
  end if;
end $$;

-- Gives how many records were judged.
create or replace function carry_over(of_link bigint, carried_at timestamptz) returns bigint
language sql as $$ select coalesce(sum(items), 0)::bigint from carry_records(of_link, carried_at) $$;

-- A copy's origin is a record of the link's own account, for ever. A foreign key would say less, and
-- would write a lock into each of the account's records. What it locks out is locked out by the
-- vault's lock: whoever copies or deletes holds it.
create function record_origin_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    raise exception 'a copy stays the copy of its origin' using errcode = 'restrict_violation';
  end if;
  perform from vault where id = old.vault_id for no key update;
  if exists (select from record c where c.origin_record_id = old.id and c.returned_at is null)
     or exists (select from record c where c.origin_record_id = old.id and c.returned_at is not null)
  then
    raise exception 'a record that was copied is not deleted' using errcode = 'restrict_violation';
  end if;
  return old;
end $$;
create trigger record_origin_guard before delete on record
  for each row execute function record_origin_guard();
create trigger record_origin_stays before update of origin_record_id on record for each row
  when (new.origin_record_id is distinct from old.origin_record_id)
  execute function record_origin_guard();
-- Beside record_copied_once, which knows only the copies that stand.
create index record_returned on record (origin_record_id) where returned_at is not null;

-- As in 0010, and what record_origin_guard says of copies.
create or replace function record_written() returns trigger language plpgsql as $$
begin
  if exists (select from written w where w.link_id is not null
               and (select v.account_id from record o join vault v on v.id = o.vault_id
                    where o.id = w.origin_record_id) is distinct from w.origin_account_id) then
    raise exception 'a copy is of a record of the link''s account'
      using errcode = 'foreign_key_violation';
  end if;
  if not exists (select from written w where w.link_id is null) then return null; end if;
  perform from vault v where v.id in (select w.vault_id from written w where w.link_id is null)
    order by v.account_id, v.person_id for no key update;
  insert into late_record (link_id)
    select distinct l.id from written w join vault v on v.id = w.vault_id
      join link l on l.account_id = v.account_id and l.state = 'active'
    where w.link_id is null;
  return null;
end $$;

create or replace function record_owner_told() returns trigger language plpgsql as $$
declare
  holder bigint;
  told_link bigint;
begin
  select v.account_id into holder from vault v where v.id = new.vault_id for no key update;
  select l.id into told_link from link l where l.account_id = holder and l.state = 'active';
  delete from transfer_note n
    where n.link_id = told_link and n.record_id = new.id and n.reason <> 'other_version';
  if found then insert into late_record (link_id) values (told_link); end if;
  return null;
end $$;

-- A file that comes later is the copy's too, whose files are those of its origin; and a record that
-- has it is no duplicate of one that has not.
create or replace function record_file_written() returns trigger language plpgsql as $$
begin
  if exists (select from written w join record r on r.id = w.record_id where r.link_id is not null)
  then
    raise exception 'the files of a copy are those of its origin'
      using errcode = 'restrict_violation';
  end if;
  perform from vault v
    where v.id in (select r.vault_id from written w join record r on r.id = w.record_id)
    order by v.account_id, v.person_id for no key update;
  with again as (
    delete from transfer_note n using link l
    where n.record_id in (select w.record_id from written w) and n.reason = 'duplicate'
      and n.link_id = l.id and l.state = 'active'
      and l.account_id in (select v.account_id from written w join record r on r.id = w.record_id
                             join vault v on v.id = r.vault_id)
    returning n.link_id
  ) insert into late_record (link_id) select distinct link_id from again;
  return null;
end $$;

create or replace function undo_link(of_link bigint) returns void language plpgsql as $$
declare
  gone link;
  verdict review;
  undone timestamptz;
  of_person bigint;
  again bigint;
begin
  select * into strict gone from link where id = of_link;
  perform from account where id = gone.account_id for no key update;
  perform from person where id = gone.person_id for no key update;
  perform from vault v
    where v.account_id in (select l.account_id from link l
                           where l.person_id = gone.person_id and l.state = 'active')
    order by v.account_id for no key update;
  select id into of_person from vault where person_id = gone.person_id for no key update;
  select * into verdict from review
    where link_id = of_link and kind = 'undo' and state = 'approved' order by id desc limit 1;
  if verdict.id is null then
    raise exception 'two officers have to approve the undoing of link %', of_link
      using errcode = 'restrict_violation';
  end if;
  -- links are made by nginx's clock
  undone := greatest(clock_timestamp(), gone.linked_at);
  update link set state = 'undone', undone_at = undone, undone_by = verdict.proposed_by,
      undo_approved_by = verdict.decided_by, undo_reason = verdict.undo_reason
    where id = of_link and state = 'active';
  if not found then
    raise exception 'link % is undone already', of_link using errcode = 'restrict_violation';
  end if;
  update record set returned_at = undone where vault_id = of_person and link_id = of_link;
  -- What other accounts have too was a duplicate of what went back: it is the person's own.
  for again in with freed as (
                 delete from transfer_note n using record c, link l
                 where c.vault_id = of_person and c.link_id = of_link and n.duplicate_of = c.id
                   and l.id = n.link_id and l.state = 'active'
                 returning n.link_id)
               select distinct link_id from freed order by link_id loop
    perform carry_over(again, undone);
  end loop;
  insert into audit_event (at, event, result, reason, request_id, account_id, pid_masked, pid_key,
      provider, link_id, officer)
    select undone, 'link.undone', 'ok', array_to_string(verdict.reasons, ','), verdict.reference,
      gone.account_id,
      case when verdict.other_masked ~ '^[0-9]{3}[*]{6}[0-9]{3}$' then verdict.other_masked end,
      p.citizen_key, gone.provider, of_link, verdict.decided_by
    from person p where p.id = gone.person_id;
end $$;

-- What they look up, the tables' own rules included, is found by its index, also where a session has
-- made its plans when tables were empty, or statistics are from before go-live.
do $$
declare
  routine text;
begin
  -- replacing a function has taken its rights and its path away
  foreach routine in array array['carry_records', 'carry_over', 'undo_link', 'record_origin_guard',
      'record_written', 'record_owner_told', 'record_file_written'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
  foreach routine in array array['carry_records', 'undo_link', 'late_record_carry'] loop
    execute format('alter function %s set enable_seqscan = off', routine);
    execute format('alter function %s set jit = off', routine);
  end loop;
end $$;
