-- Reuse (R9): a paper of a person's vault serves in a dossier of the portal. Each reuse leaves a
-- trace that stays, whatever becomes of the link that brought the paper (domain.md §7.3).

create table record_reuse (
  id bigint generated always as identity primary key,
  record_id bigint not null references record,
  sha256 bytea not null references file,
  portal code not null,
  dossier_code code not null,
  procedure_code code,
  -- Who was signed in, and as whom.
  account_id bigint not null references account,
  person_id bigint not null references person,
  -- The request, which names the reuse from then on: in the receipt, in the trail, to people.
  reference code not null,
  reused_at timestamptz not null,
  constraint record_reuse_reference unique (reference),
  constraint record_reused_once unique (record_id, sha256, portal, dossier_code)
);
create index record_reuse_dossier on record_reuse (portal, dossier_code);

create function record_reuse_guard() returns trigger language plpgsql as $$
begin
  raise exception 'a reuse is not changed or deleted' using errcode = 'restrict_violation';
end $$;
create trigger record_reuse_guard before update or delete or truncate on record_reuse
  for each statement execute function record_reuse_guard();

-- Why a record may not serve again, in the order in which people should read it; empty: it may.
-- The one place that says so. `of_key`: whom it has to belong to. `today`: yyyy-mm-dd in Vietnam; a
-- date without a day is over when its month or year is. `wanted_type`: null for any.
create function reuse_hindrances(of_record bigint, of_key bytea, today text, wanted_type text)
returns text[] language sql stable as $$
  select array_remove(array[
    case when r.owner_key is null then 'owner_unknown'
         when r.owner_key is distinct from of_key then 'owner_other' end,
    case when r.revoked_at is not null then 'revoked' end,
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

-- What an officer should know of a record that may serve.
create function reuse_warnings(of_record bigint) returns text[] language sql stable as $$
  select array_remove(array[
    case when r.trust = 0 then 'uploaded_by_citizen' end,
    case when r.approval = 'pending' then 'approval_pending' end,
    case when r.signature_status in ('not_checked', 'unknown_ca', 'expired_cert_at_check')
         then 'signature_not_sure' end], null)
  from record r where r.id = of_record
$$;

-- Has a file of a person's record serve in a dossier: counted and kept once. Outcomes: "reused";
-- "repeated", for whom the answer was lost, within ten minutes; "used_before"; "refused", for the
-- hindrances given; "absent", without telling why. The person's vault is locked, as by everybody
-- who changes what is in it.
create function reuse_record(of_person bigint, by_account bigint, of_record bigint, of_file bytea,
                             at_portal text, in_dossier text, for_procedure text, wanted_type text,
                             as_reference text, today text, at_instant timestamptz,
                             out outcome text, out hindrances text[], out reference text,
                             out reused_at timestamptz)
language plpgsql as $$
declare
  before record_reuse;
begin
  outcome := 'absent';
  perform from vault where person_id = of_person for no key update;
  perform from link l
    where l.account_id = by_account and l.person_id = of_person and l.state = 'active';
  if not found then return; end if;
  perform from record r join vault v on v.id = r.vault_id
      join record_file f on f.record_id = coalesce(r.origin_record_id, r.id)
    where r.id = of_record and v.person_id = of_person and not r.hidden and r.returned_at is null
      and f.sha256 = of_file;
  if not found then return; end if;

  select reuse_hindrances(of_record, p.citizen_key, today, wanted_type) into strict hindrances
    from person p where p.id = of_person;
  if hindrances <> '{}' then
    outcome := 'refused';
    return;
  end if;
  select * into before from record_reuse u
    where u.record_id = of_record and u.sha256 = of_file and u.portal = at_portal
      and u.dossier_code = in_dossier;
  if found then
    outcome := case when at_instant < before.reused_at + interval '10 minutes' then 'repeated'
                    else 'used_before' end;
    reference := before.reference;
    reused_at := before.reused_at;
    return;
  end if;
  insert into record_reuse (record_id, sha256, portal, dossier_code, procedure_code, account_id,
                            person_id, reference, reused_at)
    values (of_record, of_file, at_portal, in_dossier, for_procedure, by_account, of_person,
            as_reference, at_instant);
  update record r set reuse_count = r.reuse_count + 1,
      last_reused_at = greatest(r.last_reused_at, at_instant)
    where r.id = of_record;
  outcome := 'reused';
  reference := as_reference;
  reused_at := at_instant;
end $$;

do $$
declare
  routine text;
begin
  foreach routine in array array['reuse_hindrances(bigint, bytea, text, text)',
      'reuse_warnings(bigint)',
      'reuse_record(bigint, bigint, bigint, bytea, text, text, text, text, text, text, timestamptz)',
      'record_reuse_guard()'] loop
    execute format('revoke all on function %s from public', routine);
  end loop;
  execute format('alter function reuse_record(bigint, bigint, bigint, bytea, text, text, text, text,'
                 ' text, text, timestamptz)'
                 ' security definer set search_path = pg_catalog, %I, pg_temp', current_schema());
end $$;
