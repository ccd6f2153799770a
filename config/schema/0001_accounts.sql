-- Accounts of portals ("legacy accounts"), what is known of their owners, and the persons of VNeID.
--
-- Columns named *_key hold HMAC-SHA-256 values (32 bytes) for look-up and uniqueness; columns named
-- *_sealed hold AES-256-GCM ciphertext. No column holds a citizen number in clear.

create domain lookup_key as bytea check (octet_length(value) = 32);
create domain sealed as bytea check (octet_length(value) > 0);
create domain short_text as text
  check (value <> '' and char_length(value) <= 1000 and value is nfc normalized);
-- A code of a catalogue, a portal, a provider.
create domain code as text
  check (value <> '' and char_length(value) <= 200 and value !~ '[[:cntrl:]]');
-- yyyy, yyyy-mm or yyyy-mm-dd: a date keeps the precision it was given with.
create domain partial_date as text check (
  value ~ '^[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?$'
  and case when length(value) = 10
        then make_date(left(value, 4)::int, substr(value, 6, 2)::int, right(value, 2)::int)
             is not null
        else true end);

create table account (
  id bigint generated always as identity primary key,
  portal code not null,
  account_key lookup_key not null,
  account_name_sealed sealed not null,
  kind text not null default 'personal' check (kind in ('personal', 'organization', 'foreign')),
  status text not null default 'active' check (status in ('active', 'closed')),
  created_at timestamptz not null default now(),
  -- For the rule of two inactive years (QĐ 31/2021 Đ.9). Null: imported, never seen.
  last_login_at timestamptz,
  constraint account_name_once unique (portal, account_key),
  -- For the foreign key of link, which keeps organisations out.
  constraint account_id_kind unique (id, kind)
);

-- The ten fields of the identity page, each with its own status. No row: no data.
create table identity_field (
  account_id bigint not null references account on delete cascade,
  field text not null check (field in (
    'name', 'citizen_id', 'cmnd9', 'birth_date', 'sex', 'phone', 'email', 'birth_place',
    'home_town', 'residence')),
  value_sealed sealed,
  -- Only numbers are searched for.
  value_key lookup_key,
  status text not null check (status in ('verified', 'self_entered', 'empty')),
  source code,
  verified_at timestamptz,
  primary key (account_id, field),
  constraint identity_field_empty check ((status = 'empty') = (value_sealed is null)),
  constraint identity_field_key
    check ((value_key is not null)
           = (value_sealed is not null and field in ('citizen_id', 'cmnd9'))),
  -- What is verified says by whom and when; what is not must not look as if it were.
  constraint identity_field_verified
    check ((status = 'verified') = (verified_at is not null)
           and (status <> 'verified' or source is not null))
);
create index identity_field_value_key on identity_field (value_key) where value_key is not null;

-- A person as VNeID knows one: the 12-digit number is the person (R29).
create table person (
  id bigint generated always as identity primary key,
  citizen_key lookup_key not null,
  citizen_sealed sealed not null,
  name_sealed sealed not null,
  birth_date_sealed sealed,
  created_at timestamptz not null default now(),
  constraint person_citizen_once unique (citizen_key)
);

-- One subject of a provider is one person, and a person has one subject there (R29).
create table person_subject (
  issuer text not null check (issuer <> '' and char_length(issuer) <= 500),
  subject_key lookup_key not null,
  person_id bigint not null references person,
  created_at timestamptz not null default now(),
  constraint person_subject_once primary key (issuer, subject_key),
  constraint person_subject_one_per_issuer unique (issuer, person_id)
);
