-- What was decided about an account and a person is written by one function: one round trip, and
-- whoever may call it can make links and persons no other way.

-- Finds or makes the person of a number, brings name and birth date up to date, claims the subject,
-- and leaves the row locked. Refuses as a serialization failure, to be tried again from the start,
-- when the person has another subject at this issuer by now, or the subject another person.
create function claim_person(citizen bytea, citizen_value bytea, name_value bytea, birth_value bytea,
                             at_issuer text, subject bytea) returns bigint
language plpgsql as $$
declare
  claimed bigint;
begin
  insert into person (citizen_key, citizen_sealed, name_sealed, birth_date_sealed)
    values (citizen, citizen_value, name_value, birth_value)
    on conflict (citizen_key) do update
      set name_sealed = excluded.name_sealed, birth_date_sealed = excluded.birth_date_sealed
    returning id into claimed;
  perform from person_subject s
    where s.issuer = at_issuer and s.subject_key = subject and s.person_id = claimed;
  if found then return claimed; end if;
  -- Either rule may be the one that is in the way: then nothing is inserted.
  insert into person_subject (issuer, subject_key, person_id) values (at_issuer, subject, claimed)
    on conflict do nothing;
  if not found then
    raise exception 'the subject was claimed by somebody else meanwhile'
      using errcode = 'serialization_failure';
  end if;
  return claimed;
end $$;

-- Makes the link that was decided on under the account's lock: person, link, records, trail; gives
-- its ids and what was carried, by state, reason and kind (one row at least, of nulls if nothing).
-- That an account has one link, and a subject one person, is the tables' own rule.
create function make_link(made_at timestamptz, reasons text, request text, of_account bigint,
    masked text, citizen bytea, by_provider text, at_level smallint, from_ip inet, from_port integer,
    agent bytea, in_session bytea, notice text, flagged text[], citizen_value bytea, name_value bytea,
    birth_value bytea, at_issuer text, subject bytea)
  returns table (made_link bigint, made_person bigint, item_state text, item_reason text,
                 item_kind text, items bigint)
language plpgsql as $$
begin
  made_person := claim_person(citizen, citizen_value, name_value, birth_value, at_issuer, subject);
  insert into link (account_id, account_kind, person_id, provider, linked_at, flags, request_id)
    select a.id, a.kind, made_person, by_provider, made_at, flagged, request
    from account a where a.id = of_account and a.status = 'active'
    returning id into strict made_link;
  return query
    select made_link, made_person, c.* from (select) one
      left join carry_records(made_link, made_at) c on true;
  insert into audit_event (at, event, result, reason, request_id, account_id, pid_masked, pid_key,
      provider, level, ip, port, user_agent_hash, session_hash, notice_version, link_id)
    values (made_at, 'link.made', 'ok', reasons, request, of_account, masked, citizen, by_provider,
            at_level, from_ip, from_port, agent, in_session, notice, made_link),
           (made_at, 'transfer.done', 'ok', null, request, of_account, masked, citizen, by_provider,
            at_level, from_ip, from_port, agent, in_session, notice, made_link);
end $$;

-- Plans as in 0013.
do $$
declare
  routine text;
begin
  foreach routine in array array['claim_person(bytea, bytea, bytea, bytea, text, bytea)',
      'make_link(timestamptz, text, text, bigint, text, bytea, text, smallint, inet, integer, bytea,'
      ' bytea, text, text[], bytea, bytea, bytea, text, bytea)'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
  alter function make_link set enable_seqscan = off;
  alter function make_link set jit = off;
end $$;
