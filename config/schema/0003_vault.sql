-- The vault: records of an account or of a person, their files, and transfers between vaults.
--
-- Who writes records of a vault locks the row of the vault first, so that a transfer sees either
-- none or all of what somebody else is writing.

create table vault (
  id bigint generated always as identity primary key,
  account_id bigint references account,
  person_id bigint references person,
  created_at timestamptz not null default now(),
  constraint vault_one_owner check (num_nonnulls(account_id, person_id) = 1),
  constraint vault_of_account unique (account_id),
  constraint vault_of_person unique (person_id)
);

-- Bytes once, by the SHA-256 of what was sealed. Transfers move references.
create table file (
  sha256 bytea primary key check (octet_length(sha256) = 32),
  bytes_sealed sealed not null,
  size bigint not null check (size between 1 and 104857600),
  created_at timestamptz not null default now()
);
-- Ciphertext does not compress: do not try.
alter table file alter column bytes_sealed set storage external;

create table record (
  id bigint generated always as identity primary key,
  vault_id bigint not null references vault,
  -- The record's name at the portal it comes from.
  portal_record code not null,
  kind text not null check (kind in ('info', 'paper', 'result')),
  doc_type_code code,
  title short_text not null,
  number code,
  summary text check (summary <> '' and char_length(summary) <= 10000),
  issuer_code code,
  issuer_name short_text,
  signer short_text,
  issued_on partial_date,
  valid_until partial_date,
  perpetual boolean not null default false,
  scope short_text,
  procedure_code code,
  field_code code,
  dossier_code code,
  -- Whose paper it is: not always the account's owner (a child, a company). Null: not known.
  owner_key lookup_key,
  source text not null check (source in (
    'citizen_upload', 'dossier_result', 'dossier_component', 'national_portal', 'population_db',
    'vneid')),
  -- 3 signed by the issuer and verified; 2 digitised and signed by an officer; 1 data of the
  -- population or a sector database; 0 uploaded by the citizen.
  trust smallint not null check (trust between 0 and 3),
  signature_status text not null default 'not_checked' check (signature_status in (
    'valid', 'invalid', 'expired_cert_at_check', 'revoked', 'unknown_ca', 'none', 'not_checked')),
  signature_checked_at timestamptz,
  digitised_by code,
  digitised_at timestamptz,
  approval text check (approval in ('pending', 'approved', 'rejected')),
  form_data jsonb,
  version integer not null default 1 check (version > 0),
  replaces bigint references record,
  revoked_at timestamptz,
  hidden boolean not null default false,
  reuse_count integer not null default 0 check (reuse_count >= 0),
  last_reused_at timestamptz,
  -- The wall clock, not the transaction's start: an importer that waited for a transfer must stand
  -- after it.
  created_at timestamptz not null default clock_timestamp(),

  -- Of a record that a transfer has copied: where the copy is.
  moved_to bigint references record,
  -- Of a copy: where it comes from, so that a wrong link can be undone.
  origin_account_id bigint references account,
  origin_record_id bigint references record,
  link_id bigint references link,
  transferred_at timestamptz,

  constraint record_validity check (not (perpetual and valid_until is not null)),
  constraint record_signed_trust check (trust < 3 or signature_status = 'valid'),
  constraint record_uploaded_trust check (source <> 'citizen_upload' or trust = 0),
  constraint record_reused check ((reuse_count = 0) = (last_reused_at is null)),
  constraint record_origin_whole
    check (num_nonnulls(origin_account_id, origin_record_id, link_id, transferred_at) in (0, 4)),
  -- A copy stays where it is, and nothing replaces or becomes itself.
  constraint record_copy_stays check (link_id is null or moved_to is null),
  constraint record_not_itself check (replaces <> id and moved_to <> id and origin_record_id <> id),
  constraint record_transferred_once unique (link_id, origin_record_id)
);
-- An original has one name in its vault. Copies of two accounts may carry the same.
create unique index record_name_once on record (vault_id, portal_record) where link_id is null;
-- Two sources never become one record, and a source is copied to one place at a time.
create unique index record_moved_to_once on record (moved_to) where moved_to is not null;
create unique index record_copied_once on record (origin_record_id)
  where origin_record_id is not null;
create index record_vault on record (vault_id);
create index record_same_paper on record (vault_id, doc_type_code, number);

create table record_file (
  record_id bigint not null references record,
  name short_text not null check (name !~ '[/\\[:cntrl:]]'),
  sha256 bytea not null references file,
  mime text not null check (mime ~ '^[a-z]+/[a-z0-9][a-z0-9.+-]*$'),
  primary key (record_id, name)
);
create index record_file_sha256 on record_file (sha256);

-- One transfer a link; one item a record of the account's vault at that moment.
create table transfer_job (
  link_id bigint primary key references link,
  finished_at timestamptz not null default clock_timestamp()
);

create table transfer_item (
  link_id bigint not null references transfer_job,
  record_id bigint not null references record,
  -- done: copied. conflict: copied, as another version of a paper that was there already, for an
  -- officer to look at. skipped: not copied, for the reason given.
  state text not null check (state in ('done', 'skipped', 'conflict')),
  reason text check (reason in ('owner_other', 'owner_unknown', 'duplicate', 'other_version')),
  target_id bigint references record,
  duplicate_of bigint references record,
  primary key (link_id, record_id),
  constraint transfer_item_target check ((state = 'skipped') = (target_id is null)),
  constraint transfer_item_reason check (
    case state when 'done' then reason is null
               when 'conflict' then reason is not distinct from 'other_version'
               else reason in ('owner_other', 'owner_unknown', 'duplicate')
                    and reason is not null end),
  constraint transfer_item_duplicate
    check ((reason is not distinct from 'duplicate') = (duplicate_of is not null))
);
create unique index transfer_item_target_once on transfer_item (target_id)
  where target_id is not null;
