-- Links between a portal's account and a person, kept for ever; and what could not be decided.

create table link (
  id bigint generated always as identity primary key,
  account_id bigint not null,
  account_kind text not null check (account_kind in ('personal', 'foreign')),
  person_id bigint not null references person,
  provider code not null,
  linked_at timestamptz not null,
  -- Why an officer may want to look at it although it was made, e.g. {name_loose}.
  flags text[] not null default '{}' check (array_position(flags, null) is null),
  request_id text,
  state text not null default 'active' check (state in ('active', 'undone')),
  undone_at timestamptz,
  undone_by code,
  undo_approved_by code,
  undo_reason short_text,
  foreign key (account_id, account_kind) references account (id, kind) on update cascade,
  -- Undoing takes two officers (R40) and is never taken back.
  constraint link_undone_whole check (
    case state
      when 'active'
        then num_nonnulls(undone_at, undone_by, undo_approved_by, undo_reason) = 0
      else num_nulls(undone_at, undone_by, undo_approved_by, undo_reason) = 0
           and undone_by <> undo_approved_by and undone_at >= linked_at
    end)
);
-- An account is linked to at most one person at a time; undone links stay as history.
create unique index link_one_active on link (account_id) where state = 'active';
create index link_account on link (account_id);
create index link_person on link (person_id);

-- Identities that a person must compare (domain table "same person?": review). The two sides are
-- sealed for the officer; what lists show is masked.
create table link_review (
  id bigint generated always as identity primary key,
  reference text not null check (reference ~ '^[A-Z0-9-]{6,32}$'),
  account_id bigint not null references account,
  provider code not null,
  issuer text not null,
  subject_key lookup_key not null,
  citizen_key lookup_key not null,
  account_masked text not null check (account_masked !~ '[0-9]{9}'),
  citizen_masked text not null check (citizen_masked !~ '[0-9]{9}'),
  sides_sealed sealed not null,
  reasons text[] not null
    check (cardinality(reasons) > 0 and array_position(reasons, null) is null),
  state text not null default 'open' check (state in ('open', 'approved', 'rejected')),
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by code,
  approved_by code,
  constraint link_review_reference_once unique (reference),
  constraint link_review_decided check (
    (state = 'open') = (num_nonnulls(decided_at, decided_by, approved_by) = 0)
    and (state = 'open' or (decided_at is not null and decided_by is not null))
    and (state <> 'approved' or (approved_by is not null and approved_by <> decided_by)))
);
-- Trying again while it is open gives the same reference.
create unique index link_review_one_open on link_review (account_id, issuer, subject_key)
  where state = 'open';
