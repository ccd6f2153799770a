-- Accounts that the portal has given another name, and two accounts of one holder made one.
--
-- Values of an account are sealed under the key of the name that it was made with. They, and the
-- history of them, stay as they are when it gets another: renaming changes one row.
alter table account
  add column sealed_under lookup_key,  -- null: account_key
  add column merged_into bigint references account,
  add constraint account_merged check (merged_into is null
                                       or (status = 'closed' and merged_into <> id));
create index account_merged_into on account (merged_into) where merged_into is not null;

alter table account_act
  drop constraint account_act_act_check,
  add column other_account_id bigint references account,
  add column former_name_sealed sealed,
  add constraint account_act_act_check check (act in ('closed', 'renamed', 'merged', 'absorbed')),
  add constraint account_act_whole check (
    (act in ('merged', 'absorbed')) = (other_account_id is not null)
    and (act = 'renamed') = (former_name_sealed is not null));

-- Two more kinds of review: shall the account get another name, and with it whoever logs in under
-- that one? Shall it become part of another account?
alter table review
  drop constraint review_kind_check,
  drop constraint review_kind_whole,
  add column new_key lookup_key,
  add column new_name_sealed sealed,
  add column into_account_id bigint references account,
  -- Why, in the first officer's words.
  add column act_reason short_text
    check (act_reason !~ '[0-9]{9}' and act_reason !~ '[[:cntrl:]]');
alter table review
  add constraint review_kind_check
    check (kind in ('link', 'identity', 'undo', 'rename', 'merge')),
  add constraint review_kind_whole check (
    case kind
      when 'link' then num_nulls(provider, issuer, subject_key, citizen_key) = 0
                       and source is null
      when 'undo' then provider is not null
                       and num_nonnulls(issuer, subject_key, citizen_key, source) = 0
      else num_nonnulls(provider, issuer, subject_key, citizen_key) = 0 and source is not null
    end),
  add constraint review_act_whole check (
    case kind
      when 'rename' then num_nulls(new_key, new_name_sealed) = 0 and into_account_id is null
                         and (proposed_at is null or act_reason is not null)
      when 'merge' then num_nonnulls(new_key, new_name_sealed) = 0
                        and into_account_id is not null and into_account_id <> account_id
                        and (proposed_at is null or act_reason is not null)
      else num_nonnulls(new_key, new_name_sealed, into_account_id, act_reason) = 0 end);
-- Asking again while it is open gives the same reference.
create unique index review_one_open_act on review (account_id, kind)
  where state = 'open' and kind in ('rename', 'merge');

create or replace function review_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'reviews are not truncated' using errcode = 'restrict_violation';
  end if;
  if old.state <> 'open' then
    raise exception 'decided reviews are not changed or deleted'
      using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    if (new.id, new.reference, new.account_id, new.kind, new.link_id, new.into_account_id,
        new.new_key, new.new_name_sealed, new.created_at)
       is distinct from
       (old.id, old.reference, old.account_id, old.kind, old.link_id, old.into_account_id,
        old.new_key, old.new_name_sealed, old.created_at) then
      raise exception 'a review stays the same question' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  return old;
end $$;

-- Gives the account its new name, as its approved review says: whoever logs in at the portal under
-- that name is in this account from now on, so it takes two officers. A name that is taken fails.
create function rename_account(of_review bigint) returns void language plpgsql as $$
declare
  verdict review;
  old account;
begin
  select * into strict verdict from review where id = of_review;
  if verdict.kind <> 'rename' or verdict.state <> 'approved' then
    raise exception 'two officers have to approve the renaming of review %', of_review
      using errcode = 'restrict_violation';
  end if;
  select * into strict old from account where id = verdict.account_id for update;
  if old.account_key = verdict.new_key then
    raise exception 'account % has that name', old.id using errcode = 'restrict_violation';
  end if;
  update account set account_key = verdict.new_key, account_name_sealed = verdict.new_name_sealed,
    sealed_under = coalesce(sealed_under, account_key) where id = old.id;
  insert into account_act (account_id, act, officer, reason, former_name_sealed)
    values (old.id, 'renamed', verdict.decided_by, verdict.act_reason, old.account_name_sealed);
  insert into audit_event (at, event, result, reason, request_id, account_id, officer)
    values (clock_timestamp(), 'account.renamed', 'ok', array_to_string(verdict.reasons, ','),
            verdict.reference, old.id, verdict.decided_by);
end $$;

-- What became of each record of an account's own vault when it was merged: a record that moved came
-- from the review's account, one that stayed is there before (duplicate), or its name is.
create table merge_item (
  review_id bigint not null references review,
  record_id bigint not null references record,
  state text not null check (state in ('moved', 'stayed')),
  reason text check (reason in ('duplicate', 'name_taken')),
  duplicate_of bigint references record,
  primary key (review_id, record_id),
  constraint merge_item_reason check ((state = 'stayed') = (reason is not null)),
  constraint merge_item_duplicate
    check ((reason is not distinct from 'duplicate') = (duplicate_of is not null))
);
create index merge_item_record on merge_item (record_id);

-- Why one account must not become part of another; null: it may. No link ever comes of a merge and
-- none changes hands, whoever approves it: papers reach a person by the person's own link alone.
create function merge_obstacle(from_account bigint, into_account bigint) returns text
language sql stable as $$
  select case
    when f.id = t.id then 'same_account'
    when f.portal <> t.portal then 'other_portal'
    when f.merged_into is not null then 'merged_before'
    when t.status <> 'active' then 'closed'
    when f.kind <> t.kind then 'other_kind'
    when lf.person_id <> lt.person_id or (lf.id is not null and lt.id is null) then 'linked'
    when kept_out(lf.person_id) or kept_out(lt.person_id) then 'kept_out'
    when nf.value_key <> nt.value_key or nf.value_key <> p.citizen_key then 'other_number'
    when exists (select from review r where r.kind = 'undo' and r.state = 'open'
                 and r.link_id in (lf.id, lt.id)) then 'undo_open'
    end
  from account f
    join account t on t.id = into_account
    left join link lf on lf.account_id = f.id and lf.state = 'active'
    left join link lt on lt.account_id = t.id and lt.state = 'active'
    left join person p on p.id = lt.person_id
    left join identity_field nf on nf.account_id = f.id and nf.field = 'citizen_id'
      and nf.status = 'verified'
    left join identity_field nt on nt.account_id = t.id and nt.field = 'citizen_id'
      and nt.status = 'verified'
  where f.id = from_account
$$;

-- Merges as its approved review says, whole or not at all: the records that its account still holds
-- become the other's, by the rules of carry_over() for what is there already, and follow that one's
-- link; what a link has carried stays with its person. Locks the accounts, their person, the vaults
-- of the person's accounts and the person's, in the order of the links' own transactions.
create function merge_accounts(of_review bigint, out moved bigint, out stayed bigint)
language plpgsql as $$
declare
  verdict review;
  gone bigint;
  heir bigint;
  heir_vault bigint;
  persons bigint[];
  heir_link bigint;
  obstacle text;
  done timestamptz;
begin
  select * into strict verdict from review where id = of_review;
  if verdict.kind <> 'merge' or verdict.state <> 'approved' then
    raise exception 'two officers have to approve the merge of review %', of_review
      using errcode = 'restrict_violation';
  end if;
  gone := verdict.account_id;
  heir := verdict.into_account_id;
  perform from account where id in (gone, heir) order by id for no key update;
  persons := array(select distinct person_id from link
                   where account_id in (gone, heir) and state = 'active' order by person_id);
  perform from person where id = any(persons) order by id for no key update;
  insert into vault (account_id) values (heir) on conflict (account_id) do nothing;
  perform from vault v
    where v.account_id in (gone, heir)
       or v.account_id in (select l.account_id from link l
                           where l.person_id = any(persons) and l.state = 'active')
    order by v.account_id for no key update;
  perform from vault where person_id = any(persons) order by person_id for no key update;
  obstacle := merge_obstacle(gone, heir);
  if obstacle is not null then
    raise exception 'account % cannot become part of account %: %', gone, heir, obstacle
      using errcode = 'restrict_violation';
  end if;
  select id into strict heir_vault from vault where account_id = heir;
  done := clock_timestamp();

  with told as (
    select r.id, r.number, r.owner_key, v.account_id = heir as is_present,
      exists (select from record c where c.origin_record_id = r.id and c.returned_at is null)
        as is_copied,
      row(r.doc_type_code, r.number, coalesce(r.issuer_code, r.issuer_name), r.issued_on)::text
        as paper,
      array(select f.sha256 from record_file f where f.record_id = r.id order by f.sha256) as files,
      bool_or(v.account_id = heir) over (partition by r.portal_record) as is_named
    from record r join vault v on v.id = r.vault_id where v.account_id in (gone, heir)
  ), compared as (
    select t.*, case when cardinality(files) > 0 or number is not null
                     then min(id) filter (where is_present)
                            over (partition by paper, files, owner_key) end as same_present
    from told t
  )
  insert into merge_item (review_id, record_id, state, reason, duplicate_of)
    select of_review, id,
      case when same_present is null and not is_named then 'moved' else 'stayed' end,
      case when same_present is not null then 'duplicate' when is_named then 'name_taken' end,
      same_present
    from compared where not is_present and not is_copied;
  -- The link of the account that goes knows them no longer; that of the other is to judge them.
  delete from transfer_note n using merge_item m, link l
    where m.review_id = of_review and m.state = 'moved' and n.record_id = m.record_id
      and l.id = n.link_id and l.state = 'active';
  update record r set vault_id = heir_vault,
      replaces = coalesce((select s.duplicate_of from merge_item s
                           where s.review_id = of_review and s.record_id = r.replaces), r.replaces)
    from merge_item m where m.review_id = of_review and m.state = 'moved' and r.id = m.record_id;
  select count(*) filter (where state = 'moved'), count(*) filter (where state = 'stayed')
    into moved, stayed from merge_item where review_id = of_review;
  select id into heir_link from link where account_id = heir and state = 'active';
  if heir_link is not null and carry_over(heir_link, done) > 0 then
    insert into audit_event (at, event, result, request_id, account_id, provider, link_id)
      select done, 'transfer.late', 'ok', verdict.reference, heir, l.provider, l.id
      from link l where l.id = heir_link;
  end if;

  with settled as (
    update review set state = 'rejected', decided_by = verdict.decided_by, decided_at = done,
        note = 'the account has become part of another'
      where account_id = gone and state = 'open' and kind in ('link', 'identity') returning *
  ) insert into audit_event (at, event, result, reason, request_id, account_id, pid_key, provider,
      officer)
    select done, 'review.rejected', 'ok', array_to_string(reasons, ','), reference, gone,
      citizen_key, provider, verdict.decided_by
    from settled order by id;
  update account set status = 'closed', merged_into = heir where id = gone;
  update account set merged_into = heir where merged_into = gone;
  insert into account_act (account_id, act, at, officer, reason, other_account_id)
    values (gone, 'merged', done, verdict.decided_by, verdict.act_reason, heir),
           (heir, 'absorbed', done, verdict.decided_by, verdict.act_reason, gone);
  insert into audit_event (at, event, result, reason, request_id, account_id, officer)
    values (done, 'account.merged', 'ok', array_to_string(verdict.reasons, ','), verdict.reference,
            gone, verdict.decided_by),
           (done, 'account.absorbed', 'ok', array_to_string(verdict.reasons, ','),
            verdict.reference, heir, verdict.decided_by);
end $$;

do $$
declare
  routine text;
begin
  foreach routine in array array['rename_account(bigint)',
      'merge_obstacle(bigint, bigint)', 'merge_accounts(bigint)'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
end $$;
