-- Persons whom an officer keeps out: somebody else may hold their identity, or their phone. One officer
-- shuts the door, another one opens it.

create table person_flag (
  id bigint generated always as identity primary key,
  person_id bigint not null references person,
  flagged_at timestamptz not null default clock_timestamp(),
  flagged_by code not null,
  flag_reason short_text not null
    check (flag_reason !~ '[0-9]{9}' and flag_reason !~ '[[:cntrl:]]'),
  unflagged_at timestamptz,
  unflagged_by code,
  unflag_reason short_text
    check (unflag_reason !~ '[0-9]{9}' and unflag_reason !~ '[[:cntrl:]]'),
  constraint person_flag_lifted_whole
    check (num_nulls(unflagged_at, unflagged_by, unflag_reason) in (0, 3)),
  constraint person_flag_two_officers check (unflagged_by <> flagged_by)
);
create unique index person_flag_one on person_flag (person_id) where unflagged_at is null;

-- The one rule, which everything asks that lets somebody in or links somebody: logins and sessions
-- (by account and by person), links, merges.
create function kept_out(of_person bigint) returns boolean language sql stable
return exists (select from person_flag f where f.person_id = of_person and f.unflagged_at is null);

-- Keeps the person out from now on; false: kept out already. Waits for a link that is being made,
-- so that whoever ends the sessions of the person's accounts afterwards knows all of them.
create function flag_person(of_person bigint, by_officer text, why text, masked text)
returns boolean language plpgsql as $$
begin
  perform from person where id = of_person for no key update;
  insert into person_flag (person_id, flagged_by, flag_reason) values (of_person, by_officer, why)
    on conflict (person_id) where unflagged_at is null do nothing;
  if not found then return false; end if;
  insert into audit_event (at, event, result, pid_masked, pid_key, officer)
    select clock_timestamp(), 'person.flagged', 'ok', masked, p.citizen_key, by_officer
    from person p where p.id = of_person;
  return true;
end $$;

-- 'unflagged', 'not_flagged', or 'same_officer': who has flagged the person is not to unflag.
create function unflag_person(of_person bigint, by_officer text, why text, masked text)
returns text language plpgsql as $$
declare
  flag person_flag;
begin
  perform from person where id = of_person for no key update;
  select * into flag from person_flag
    where person_id = of_person and unflagged_at is null for no key update;
  if flag.id is null then return 'not_flagged'; end if;
  if flag.flagged_by = by_officer then return 'same_officer'; end if;
  update person_flag set unflagged_at = clock_timestamp(), unflagged_by = by_officer,
    unflag_reason = why where id = flag.id;
  insert into audit_event (at, event, result, pid_masked, pid_key, officer)
    select clock_timestamp(), 'person.unflagged', 'ok', masked, p.citizen_key, by_officer
    from person p where p.id = of_person;
  return 'unflagged';
end $$;

-- A link that waited for the flag is not made: its transaction is to run again, and finds out.
create function link_kept_out() returns trigger language plpgsql as $$
begin
  if kept_out(new.person_id) then
    raise exception 'person % is kept out', new.person_id using errcode = 'serialization_failure';
  end if;
  return new;
end $$;
create trigger link_kept_out before insert on link for each row execute function link_kept_out();

revoke all on function kept_out(bigint) from public;
do $$
declare
  routine text;
begin
  foreach routine in array array['flag_person(bigint, text, text, text)',
      'unflag_person(bigint, text, text, text)', 'link_kept_out()'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
end $$;
