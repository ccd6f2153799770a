-- The audit trail is sealed: batches of events become leaves of a Merkle tree (RFC 9162), whose signed
-- heads also leave the machine. core/audit/seal says what each byte means.

-- The chain that was meant to be put on the rows themselves.
alter table audit_event drop column prev_hash, drop column hash;

-- What waits to be sealed: written with the event, in its transaction, and taken away by its leaf.
-- So an event that commits late, with an id below some that are sealed, waits here like all others.
create table audit_pending (
  event_id bigint primary key,
  since timestamptz not null default clock_timestamp()
);
-- It is filled and emptied all day: its size says nothing of how much of it is dead.
alter table audit_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
insert into audit_pending (event_id) select id from audit_event;

create function audit_event_wait() returns trigger language plpgsql as $$
begin
  insert into audit_pending (event_id) values (new.id);
  return null;
end $$;
create trigger audit_event_wait after insert on audit_event
  for each row execute function audit_event_wait();

-- In the order in which they were sealed, which need not be that of their ids.
create table audit_leaf (
  position bigint primary key check (position >= 0),
  event_id bigint not null unique,
  hash bytea not null check (octet_length(hash) = 32),
  -- Of the subtree of 1024 leaves that this one completes: a proof need not read them all.
  node bytea check (octet_length(node) = 32)
);
create index audit_leaf_node on audit_leaf (position) where node is not null;

create function audit_leaf_settle() returns trigger language plpgsql as $$
begin
  delete from audit_pending p using fresh f where p.event_id = f.event_id;
  return null;
end $$;
create trigger audit_leaf_settle after insert on audit_leaf
  referencing new table as fresh for each statement execute function audit_leaf_settle();

-- With the rights of the tables' owner: whoever writes events or leaves need not, and must not, be able to
-- take an event out of the queue otherwise.
do $$ declare
  each_one text;
begin
  foreach each_one in array array['audit_event_wait', 'audit_leaf_settle'] loop
    execute format('alter function %I() security definer set search_path = pg_catalog, %I, pg_temp',
                   each_one, current_schema());
  end loop;
end $$;

create table audit_head (
  number bigint primary key check (number >= 0),
  size bigint not null check (size >= 0),
  root bytea not null check (octet_length(root) = 32),
  -- Everything that had been committed by then is in the tree, if it is complete.
  at timestamptz not null,
  complete boolean not null,
  previous bytea not null check (octet_length(previous) = 32),
  key_id bytea not null check (octet_length(key_id) = 32),
  signature bytea not null check (octet_length(signature) = 64),
  -- The hashes of the perfect subtrees that the tree consists of, the largest first: sealing goes on from them.
  peaks bytea not null check (octet_length(peaks) % 32 = 0),
  -- The first 8 bytes of the hash of each leaf that the head before does not cover; signed with the rest. So
  -- what was changed is named by itself, and not only by the batch that it is in.
  marks bytea not null check (octet_length(marks) % 8 = 0)
);
alter table audit_head alter column marks set storage external;

create function audit_seal_guard() returns trigger language plpgsql as $$
begin
  raise exception 'what is sealed is neither changed nor deleted' using errcode = 'restrict_violation';
end $$;
create trigger audit_leaf_guard before update or delete or truncate on audit_leaf
  for each statement execute function audit_seal_guard();
create trigger audit_head_guard before update or delete or truncate on audit_head
  for each statement execute function audit_seal_guard();

-- Events are never changed. Three months is the least that TCVN 14423 asks of a level 3 system, and what
-- is not sealed yet leaves no proof behind.
create or replace function audit_event_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'audit events are not truncated' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    raise exception 'audit events are not changed' using errcode = 'restrict_violation';
  end if;
  if old.at > now() - interval '3 months' then
    raise exception 'audit events of the last three months are not deleted'
      using errcode = 'restrict_violation';
  end if;
  if not exists (select from audit_leaf where event_id = old.id) then
    raise exception 'audit events are not deleted before they are sealed' using errcode = 'restrict_violation';
  end if;
  return old;
end $$;
