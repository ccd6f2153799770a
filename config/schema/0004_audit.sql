-- What happened: the audit trail, and what people were shown and chose.

-- Events are only ever added. The chain over them (each hash covers the event and the hash before
-- it) is put on by a job afterwards, in the order of id: computed while writing, it would make all
-- writers of all workers wait for one another. Until then prev_hash and hash are null.
create table audit_event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  event text not null check (event ~ '^[a-z][a-z0-9_.]{0,63}$'),
  result text not null check (result in ('ok', 'refused', 'failed')),
  -- Codes, comma-separated: a decision gives every circumstance.
  reason text check (reason ~ '^[a-z][a-z0-9_.,]*$' and char_length(reason) <= 1000),
  request_id text check (char_length(request_id) <= 100),
  -- No foreign key: the trail outlives what it tells of, and writing it locks nothing.
  account_id bigint,
  pid_masked text check (pid_masked ~ '^[0-9]{3}[*]{6}[0-9]{3}$'),
  pid_key lookup_key,
  provider code,
  level smallint check (level between 0 and 9),
  ip inet,
  port integer check (port between 0 and 65535),
  user_agent_hash bytea check (octet_length(user_agent_hash) = 32),
  session_hash bytea check (octet_length(session_hash) = 32),
  notice_version code,
  link_id bigint,
  prev_hash bytea check (octet_length(prev_hash) = 32),
  hash bytea check (octet_length(hash) = 32),
  constraint audit_event_sealed check ((hash is null) = (prev_hash is null))
);
create index audit_event_at on audit_event (at);
create index audit_event_account on audit_event (account_id, id) where account_id is not null;
create index audit_event_person on audit_event (pid_key, id) where pid_key is not null;
create index audit_event_request on audit_event (request_id);

create function audit_event_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'audit events are not truncated' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    if old.hash is null and new.hash is not null
       and (to_jsonb(new) - '{hash,prev_hash}'::text[])
           = (to_jsonb(old) - '{hash,prev_hash}'::text[]) then
      return new;
    end if;
    raise exception 'audit events are not changed' using errcode = 'restrict_violation';
  end if;
  -- Three months is the least that TCVN 14423 asks of a level 3 system.
  if old.at > now() - interval '3 months' then
    raise exception 'audit events of the last three months are not deleted'
      using errcode = 'restrict_violation';
  end if;
  return old;
end $$;
create trigger audit_event_guard before update or delete on audit_event
  for each row execute function audit_event_guard();
create trigger audit_event_guard_all before truncate on audit_event
  for each statement execute function audit_event_guard();

-- Which notice a person saw and what they chose (R39). [Bỏ qua] is not a consent.
create table notice_choice (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  notice_version code not null,
  choice text not null check (choice in ('shown', 'skip', 'vneid')),
  at timestamptz not null,
  request_id text check (char_length(request_id) <= 100)
);
create index notice_choice_account on notice_choice (account_id, at);
