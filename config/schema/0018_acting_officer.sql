-- Two officers are two people for this database too, not for vneidctl alone: a name that stands for
-- an officer's act is that of the role whose session it is. Whoever owns the tables may say another:
-- root behind sudo, whom vneidctl asks who has logged in, and restores.

create function acting_officer(officer text) returns void language plpgsql stable as $$
begin
  if officer is distinct from session_user::text and not pg_has_role(
       session_user, (select relowner from pg_class where oid = 'review'::regclass), 'member') then
    raise exception 'the officer is %, and this is a session of %: an officer connects as the role of'
                    ' his own name', coalesce(officer, 'nobody'), session_user
      using errcode = 'insufficient_privilege';
  end if;
end $$;

-- An approval is of the case that its officer saw: with another case it is gone, whoever states it.
create or replace function review_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'reviews are not truncated' using errcode = 'restrict_violation';
  end if;
  if old.state <> 'open' then
    raise exception 'decided reviews are not changed or deleted'
      using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  if (new.id, new.reference, new.account_id, new.kind, new.link_id, new.into_account_id,
      new.new_key, new.new_name_sealed, new.created_at)
     is distinct from
     (old.id, old.reference, old.account_id, old.kind, old.link_id, old.into_account_id,
      old.new_key, old.new_name_sealed, old.created_at) then
    raise exception 'a review stays the same question' using errcode = 'restrict_violation';
  end if;
  if (new.case_key, new.reasons, new.citizen_key, new.source)
     is distinct from (old.case_key, old.reasons, old.citizen_key, old.source) then
    new.proposed_at := null;
    new.proposed_by := null;
  elsif (new.proposed_at, new.proposed_by) is distinct from (old.proposed_at, old.proposed_by)
        and new.proposed_by is not null then
    perform acting_officer(new.proposed_by);
  end if;
  if new.decided_by is not null then perform acting_officer(new.decided_by); end if;
  return new;
end $$;

-- Every function that acts in an officer's name (close_account, flag_person, undo_link …) tells the
-- trail so in its transaction: here is where the name is held against the session, for all of them,
-- for those to come, and for whoever sets vneid.officer himself.
create or replace function audit_event_wait() returns trigger language plpgsql as $$
begin
  if new.officer is not null then perform acting_officer(new.officer); end if;
  insert into audit_pending (event_id) values (new.id);
  return null;
end $$;

-- What the trail knows of a person is told to nobody without the trail saying so. Auditors write no
-- other event.
create function audit_exported(of_person bytea, by_officer text) returns void
language plpgsql as $$
begin
  perform acting_officer(by_officer);
  insert into audit_event (at, event, result, pid_key, officer)
    values (clock_timestamp(), 'audit.exported', 'ok', of_person, by_officer);
end $$;

-- As in 0013; and what is written late to an account that has become part of another is that one's
-- (0017), as far as it has no record of that name.
create or replace function record_written() returns trigger language plpgsql as $$
begin
  if exists (select from written w where w.link_id is not null
               and (select v.account_id from record o join vault v on v.id = o.vault_id
                    where o.id = w.origin_record_id) is distinct from w.origin_account_id) then
    raise exception 'a copy is of a record of the link''s account'
      using errcode = 'foreign_key_violation';
  end if;
  if not exists (select from written w where w.link_id is null) then return null; end if;
  perform from vault v
    where v.id in (select w.vault_id from written w where w.link_id is null)
       or v.account_id in (select a.merged_into from written w join vault o on o.id = w.vault_id
                             join account a on a.id = o.account_id where w.link_id is null)
    order by v.account_id, v.person_id for no key update;
  update record r set vault_id = h.id
    from written w join vault v on v.id = w.vault_id join account a on a.id = v.account_id
      join vault h on h.account_id = a.merged_into
    where r.id = w.id and w.link_id is null and not exists (
      select from record n where n.vault_id = h.id and n.portal_record = r.portal_record);
  insert into late_record (link_id)
    select distinct l.id from written w join vault v on v.id = w.vault_id
      join account a on a.id = v.account_id
      join link l on l.account_id = coalesce(a.merged_into, a.id) and l.state = 'active'
    where w.link_id is null;
  return null;
end $$;

-- As in 0015; what the portal revokes after it was copied is revoked, and its copy says so.
create or replace function reuse_hindrances(of_record bigint, of_key bytea, today text,
                                            wanted_type text)
returns text[] language sql stable as $$
  select array_remove(array[
    case when r.owner_key is null then 'owner_unknown'
         when r.owner_key is distinct from of_key then 'owner_other' end,
    case when r.revoked_at is not null or exists (
           select from record o where o.id = r.origin_record_id and o.revoked_at is not null)
         then 'revoked' end,
    case when exists (select from record n where n.replaces = r.id and n.vault_id = r.vault_id
                      and not n.hidden and n.returned_at is null) then 'replaced' end,
    case when not r.perpetual and left(today, length(r.valid_until)) collate "C" > r.valid_until
         then 'expired' end,
    case when r.approval = 'rejected' then 'rejected' end,
    case when r.signature_status in ('invalid', 'revoked') then 'signature_invalid' end,
    case when r.doc_type_code is distinct from coalesce(wanted_type, r.doc_type_code)
         then 'other_type' end], null)
  from record r where r.id = of_record
$$;

do $$
declare
  routine text;
begin
  -- replacing a function has taken its path away
  foreach routine in array array['acting_officer(text)', 'review_guard()', 'audit_event_wait()',
      'audit_exported(bytea, text)', 'record_written()'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
end $$;
