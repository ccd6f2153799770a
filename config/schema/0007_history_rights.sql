-- The history of identities is written by its trigger with the rights of the table's owner: who
-- may change fields need not, and must not, be able to write history.

do $$ begin
  execute format('alter function identity_field_keep_change() security definer'
                 ' set search_path = pg_catalog, %I, pg_temp', current_schema());
end $$;
