-- A record that reaches an account after its link is carried over by itself, whoever writes it (R8).
--
-- Records are carried by one function, for the link that is made and for what comes later: one rule
-- in one place. It and the triggers run with the rights of the tables' owner, so that who may make
-- links or write records need not, and must not, be able to write into somebody's vault.
--
-- Vaults are locked in one order by everybody: those of accounts in the order of their accounts,
-- then those of persons in the order of the persons. Triggers lock the vault of whatever is written
-- to; who writes to several vaults in one transaction keeps to the order, or risks a deadlock,
-- which PostgreSQL ends by refusing one of the two.

-- A copy that went back when its link was undone: it stays as history, and is nobody's any more.
alter table record
  add column returned_at timestamptz,
  add constraint record_returned check (returned_at is null or link_id is not null);
drop index record_copied_once;
create unique index record_copied_once on record (origin_record_id)
  where origin_record_id is not null and returned_at is null;

-- Carries what the link's account has and the link does not know yet, in domain.md §7.4's rules, and
-- gives how many records were judged. Asking again does nothing. One statement copies, so that
-- source, copies, files, pointers and items come from one snapshot.
-- Papers are compared as text of a row, in which null and empty differ, and by windows over both
-- vaults: no join, whose plan would hang on what the statistics believe of a vault's size.
--   same paper   = same type, number, issuer and day of issue (missing parts are equal)
--   same record  = same paper with the same set of files; needs a file or a number to tell by
--   other version = same paper with other files; needs type and number to tell by
-- Of equal records within the account's own vault the oldest is copied.
create function carry_over(of_link bigint, carried_at timestamptz) returns bigint
language plpgsql as $$
declare
  holder bigint;
  receiver bigint;
  receiver_key bytea;
  from_vault bigint;
  to_vault bigint;
  judged_records bigint;
begin
  select l.account_id, l.person_id, p.citizen_key into strict holder, receiver, receiver_key
    from link l join person p on p.id = l.person_id where l.id = of_link and l.state = 'active';
  -- Makes the vaults that are missing and locks both.
  insert into vault (account_id) values (holder)
    on conflict (account_id) do update set created_at = vault.created_at returning id into from_vault;
  insert into vault (person_id) values (receiver)
    on conflict (person_id) do update set created_at = vault.created_at returning id into to_vault;
  insert into transfer_job (link_id) values (of_link) on conflict (link_id) do nothing;

  with source as (
    select r.*, false as is_present from record r
    where r.vault_id = from_vault and r.moved_to is null
      and not exists (select from transfer_item i where i.link_id = of_link and i.record_id = r.id)
  ), side_by_side as (
    select * from source
    union all
    select r.*, true from record r
    where r.vault_id = to_vault and r.returned_at is null and exists (select from source)
  ), told as (
    select b.*, b.owner_key is not distinct from receiver_key as is_theirs,
      row(b.doc_type_code, b.number, coalesce(b.issuer_code, b.issuer_name), b.issued_on)::text
        as paper,
      array(select f.sha256 from record_file f where f.record_id = b.id order by f.sha256) as files
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
  ), shared as (
    insert into record_file (record_id, name, sha256, mime)
    select p.copy_id, f.name, f.sha256, f.mime
    from plan p join record_file f on f.record_id = p.id where p.is_copied
  ), pointed as (
    update record r set moved_to = p.copy_id from plan p where r.id = p.id and p.is_copied
  )
  insert into transfer_item (link_id, record_id, state, reason, target_id, duplicate_of)
  select of_link, id,
    case when not is_copied then 'skipped' when is_version then 'conflict' else 'done' end,
    case when owner_key is null then 'owner_unknown'
         when not is_theirs then 'owner_other'
         when not is_copied then 'duplicate'
         when is_version then 'other_version' end,
    copy_id,
    case when is_theirs and not is_copied then coalesce(same_present, first_copy) end
  from versioned;
  get diagnostics judged_records = row_count;

  -- A copy replaces the copy of what its source replaces: else a replaced paper would look current.
  if judged_records > 0 then
    update record c set replaces = coalesce(i.target_id, i.duplicate_of)
      from transfer_item own join record s on s.id = own.record_id
        join transfer_item i on i.link_id = of_link and i.record_id = s.replaces
      where own.link_id = of_link and c.id = own.target_id
        and c.replaces is distinct from coalesce(i.target_id, i.duplicate_of);
  end if;
  return judged_records;
end $$;

-- Links whose accounts a transaction has written to; emptied when it commits, so nobody sees rows.
-- Files of a record are written after it: only at the end is it whole.
create table late_record (link_id bigint not null references link);

create function late_record_carry() returns trigger language plpgsql as $$
declare
  late bigint;
begin
  perform from vault v
    where v.person_id in (select l.person_id from late_record r join link l on l.id = r.link_id)
    order by v.person_id for no key update;
  for late in with due as (delete from late_record returning link_id)
              select distinct link_id from due order by link_id loop
    if carry_over(late, clock_timestamp()) > 0 then
      insert into audit_event (at, event, result, account_id, provider, link_id)
        select clock_timestamp(), 'transfer.late', 'ok', l.account_id, l.provider, l.id
        from link l where l.id = late;
    end if;
  end loop;
  return null;
end $$;
create constraint trigger late_record_carry after insert on late_record
  deferrable initially deferred for each row execute function late_record_carry();

-- A link that is just being made waits for the vault's lock, and finds what was written here. So
-- whether there is a link is known as soon as the lock is had, and stays true until the end.
create function record_written() returns trigger language plpgsql as $$
begin
  perform from vault v where v.id in (select w.vault_id from written w where w.link_id is null)
    order by v.account_id, v.person_id for no key update;
  insert into late_record (link_id)
    select distinct l.id from written w join vault v on v.id = w.vault_id
      join link l on l.account_id = v.account_id and l.state = 'active'
    where w.link_id is null;
  return null;
end $$;
create trigger record_written after insert on record
  referencing new table as written for each statement execute function record_written();

-- Whose a record is was learnt later: what stayed behind for that is judged again.
create function record_owner_told() returns trigger language plpgsql as $$
begin
  perform from vault v where v.id = new.vault_id for no key update;
  with again as (
    delete from transfer_item i using link l
    where i.record_id = new.id and i.state = 'skipped' and l.id = i.link_id and l.state = 'active'
    returning i.link_id
  ) insert into late_record (link_id) select link_id from again;
  return null;
end $$;
create trigger record_owner_told after update of owner_key on record for each row
  when (new.link_id is null and old.owner_key is distinct from new.owner_key)
  execute function record_owner_told();

-- A file that comes later belongs to the copy too, and a record that has it is no duplicate of one
-- that has not.
create function record_file_written() returns trigger language plpgsql as $$
begin
  perform from vault v
    where v.id in (select r.vault_id from written w join record r on r.id = w.record_id
                   where r.link_id is null)
    order by v.account_id, v.person_id for no key update;
  if not found then return null; end if;  -- files of copies, as this very trigger writes them
  insert into record_file (record_id, name, sha256, mime)
    select r.moved_to, w.name, w.sha256, w.mime
    from written w join record r on r.id = w.record_id where r.moved_to is not null;
  with again as (
    delete from transfer_item i using link l
    where i.record_id in (select w.record_id from written w) and i.reason = 'duplicate'
      and l.id = i.link_id and l.state = 'active'
    returning i.link_id
  ) insert into late_record (link_id) select distinct link_id from again;
  return null;
end $$;
create trigger record_file_written after insert on record_file
  referencing new table as written for each statement execute function record_file_written();

do $$
declare
  routine text;
begin
  foreach routine in array array['carry_over(bigint, timestamptz)', 'late_record_carry()',
      'record_written()', 'record_owner_told()', 'record_file_written()'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
end $$;
