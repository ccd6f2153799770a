-- One queue for all that an officer must decide: identities to be compared before a link ("link"),
-- and trusted sources that contradict what was verified before ("identity"). An approval takes two
-- officers (R40), a rejection one and a reason.

alter table link_review rename to review;
alter sequence link_review_id_seq rename to review_id_seq;
alter table review rename constraint link_review_pkey to review_pkey;
alter table review rename constraint link_review_account_id_fkey to review_account_id_fkey;
alter table review rename constraint link_review_reference_check to review_reference_check;
alter table review rename constraint link_review_reference_once to review_reference_once;
alter table review rename constraint link_review_account_masked_check
  to review_account_masked_check;
alter table review rename constraint link_review_citizen_masked_check to review_other_masked_check;
alter table review rename constraint link_review_reasons_check to review_reasons_check;
alter table review rename constraint link_review_state_check to review_state_check;
alter table review drop constraint link_review_decided;
drop index link_review_one_open;

alter table review rename column citizen_masked to other_masked;
alter table review
  add column kind text not null default 'link' check (kind in ('link', 'identity')),
  -- Whose values of an identity are to stand, as the page shows it.
  add column source code,
  -- Stands for what is to be judged, both sides and the reasons. Null: opened before 0006.
  add column case_key lookup_key,
  -- When the sides were taken, by this database's clock, as identity_field_change.at is.
  add column stated_at timestamptz not null default clock_timestamp(),
  -- The first officer's approval; decided_by is the second, or the one who rejected.
  add column proposed_at timestamptz,
  add column proposed_by code,
  -- Why it was rejected. Officers know numbers; what they write of them is read by more people.
  add column note short_text check (note !~ '[0-9]{9}' and note !~ '[[:cntrl:]]'),
  alter column provider drop not null,
  alter column issuer drop not null,
  alter column subject_key drop not null,
  alter column citizen_key drop not null;
alter table review alter column kind drop default;

-- Nothing decided reviews before; rows that somebody decided by hand keep what they say.
update review set stated_at = created_at;
update review set proposed_at = decided_at, proposed_by = decided_by, decided_by = approved_by
  where state = 'approved';
update review set note = 'no reason was kept', proposed_at = decided_at, proposed_by = approved_by
  where state = 'rejected' and approved_by is not null;
update review set note = 'no reason was kept' where state = 'rejected' and note is null;
alter table review drop column approved_by;

alter table review
  add constraint review_kind_whole check (
    case kind
      when 'link' then num_nulls(provider, issuer, subject_key, citizen_key) = 0
                       and source is null
      else num_nonnulls(provider, issuer, subject_key, citizen_key) = 0 and source is not null
    end),
  add constraint review_proposed_whole check ((proposed_at is null) = (proposed_by is null)),
  add constraint review_decided check (
    case state
      when 'open' then num_nonnulls(decided_at, decided_by, note) = 0
      when 'approved' then num_nulls(decided_at, decided_by, proposed_by) = 0
                           and decided_by <> proposed_by and decided_at >= proposed_at
                           and note is null
      else num_nulls(decided_at, decided_by, note) = 0
    end);
-- Trying again while it is open gives the same reference.
create unique index review_one_open_link on review (account_id, issuer, subject_key)
  where state = 'open' and kind = 'link';
create unique index review_one_open_identity on review (account_id)
  where state = 'open' and kind = 'identity';
create index review_account on review (account_id, created_at);
create index review_open on review (created_at, id) where state = 'open';

-- What was decided stays, and an open review stays the same question.
create function review_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'reviews are not truncated' using errcode = 'restrict_violation';
  end if;
  if old.state <> 'open' then
    raise exception 'decided reviews are not changed or deleted'
      using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    if (new.id, new.reference, new.account_id, new.kind, new.created_at)
       is distinct from (old.id, old.reference, old.account_id, old.kind, old.created_at) then
      raise exception 'a review stays the same question' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  return old;
end $$;
create trigger review_guard before update or delete on review
  for each row execute function review_guard();
create trigger review_guard_all before truncate on review
  for each statement execute function review_guard();

-- Who acted, where it was a person of the authority. Whoever acts for an officer says so by
-- set_config('vneid.officer', …, true), once a transaction: no event of it is without the name.
alter table audit_event
  add column officer code default nullif(current_setting('vneid.officer', true), '');
