-- Every change of an identity field is kept: what stood there, what stands there now, why.
-- A trigger writes it, so that no writer can forget; the writer says why by
-- set_config('vneid.reason', …, true) and set_config('vneid.request_id', …, true).

create table identity_field_change (
  id bigint generated always as identity primary key,
  account_id bigint not null references account on delete cascade,
  field text not null,
  at timestamptz not null default clock_timestamp(),
  old_status text,  -- null: there was no row
  new_status text not null,
  old_value_sealed sealed,
  new_value_sealed sealed,
  old_source code,
  new_source code,
  reason code not null,
  request_id text check (char_length(request_id) <= 100)
);
create index identity_field_change_account on identity_field_change (account_id, id);

create function identity_field_keep_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into identity_field_change
      (account_id, field, new_status, new_value_sealed, new_source, reason, request_id)
    values (new.account_id, new.field, new.status, new.value_sealed, new.source,
            coalesce(nullif(current_setting('vneid.reason', true), ''), 'import'),
            nullif(current_setting('vneid.request_id', true), ''));
  elsif (old.status, old.value_sealed, old.source)
        is distinct from (new.status, new.value_sealed, new.source) then
    insert into identity_field_change
      (account_id, field, old_status, new_status, old_value_sealed, new_value_sealed, old_source,
       new_source, reason, request_id)
    values (new.account_id, new.field, old.status, new.status, old.value_sealed, new.value_sealed,
            old.source, new.source,
            coalesce(nullif(current_setting('vneid.reason', true), ''), 'import'),
            nullif(current_setting('vneid.request_id', true), ''));
  end if;
  return null;
end $$;
create trigger identity_field_keep_change after insert or update on identity_field
  for each row execute function identity_field_keep_change();

-- Fields are emptied, never deleted, and their history is only ever added to.
create function identity_history_guard() returns trigger language plpgsql as $$
begin
  -- pg_trigger_depth() > 1: the account itself is deleted, and takes its rows with it.
  if tg_op = 'DELETE' and pg_trigger_depth() > 1 then return old; end if;
  raise exception '% rows are not changed or deleted', tg_table_name
    using errcode = 'restrict_violation';
end $$;
create trigger identity_field_not_deleted before delete on identity_field
  for each row execute function identity_history_guard();
create trigger identity_field_change_guard before update or delete on identity_field_change
  for each row execute function identity_history_guard();
