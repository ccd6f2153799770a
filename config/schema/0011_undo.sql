-- Undoing a link (R40): a third kind of review, and the function that undoes what two officers have
-- approved. The vault goes back by provenance: copies that came with the link are returned, and stay
-- as history with what they were reused for; what the person got otherwise stays with the person.

alter table review
  drop constraint review_kind_check,
  drop constraint review_kind_whole,
  -- The link that is to be undone, and why, in the first officer's words.
  add column link_id bigint references link,
  add column undo_reason short_text
    check (undo_reason !~ '[0-9]{9}' and undo_reason !~ '[[:cntrl:]]');
alter table review
  add constraint review_kind_check check (kind in ('link', 'identity', 'undo')),
  add constraint review_kind_whole check (
    case kind
      when 'link' then num_nulls(provider, issuer, subject_key, citizen_key) = 0
                       and source is null
      when 'identity' then num_nonnulls(provider, issuer, subject_key, citizen_key) = 0
                           and source is not null
      else provider is not null and num_nonnulls(issuer, subject_key, citizen_key, source) = 0
    end),
  add constraint review_undo_whole check (
    case when kind = 'undo' then link_id is not null
                                 and (proposed_at is null or undo_reason is not null)
         else num_nonnulls(link_id, undo_reason) = 0 end);
-- Asking again while it is open gives the same reference.
create unique index review_one_open_undo on review (link_id)
  where state = 'open' and kind = 'undo';

create or replace function review_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    raise exception 'reviews are not truncated' using errcode = 'restrict_violation';
  end if;
  if old.state <> 'open' then
    raise exception 'decided reviews are not changed or deleted'
      using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    if (new.id, new.reference, new.account_id, new.kind, new.link_id, new.created_at)
       is distinct from
       (old.id, old.reference, old.account_id, old.kind, old.link_id, old.created_at) then
      raise exception 'a review stays the same question' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  return old;
end $$;

-- Undoes a link as its approved review says, whole or not at all; who may call it can do nothing
-- else to links. Locks the account, the person, the vaults of the person's accounts and the
-- person's vault, in the order of the links' own transactions.
create function undo_link(of_link bigint) returns void language plpgsql as $$
declare
  gone link;
  verdict review;
  undone timestamptz;
  again bigint;
begin
  select * into strict gone from link where id = of_link;
  perform from account where id = gone.account_id for no key update;
  perform from person where id = gone.person_id for no key update;
  perform from vault v
    where v.account_id in (select l.account_id from link l
                           where l.person_id = gone.person_id and l.state = 'active')
    order by v.account_id for no key update;
  perform from vault where person_id = gone.person_id for no key update;
  select * into verdict from review
    where link_id = of_link and kind = 'undo' and state = 'approved' order by id desc limit 1;
  if verdict.id is null then
    raise exception 'two officers have to approve the undoing of link %', of_link
      using errcode = 'restrict_violation';
  end if;
  -- links are made by nginx's clock
  undone := greatest(clock_timestamp(), gone.linked_at);
  update link set state = 'undone', undone_at = undone, undone_by = verdict.proposed_by,
      undo_approved_by = verdict.decided_by, undo_reason = verdict.undo_reason
    where id = of_link and state = 'active';
  if not found then
    raise exception 'link % is undone already', of_link using errcode = 'restrict_violation';
  end if;
  update record o set moved_to = null
    from record c where c.link_id = of_link and o.moved_to = c.id;
  update record set returned_at = undone where link_id = of_link;
  -- What other accounts have too was a duplicate of what went back: it is the person's own.
  for again in with freed as (
                 delete from transfer_item i using record c, link l
                 where c.link_id = of_link and i.duplicate_of = c.id
                   and l.id = i.link_id and l.state = 'active'
                 returning i.link_id)
               select distinct link_id from freed order by link_id loop
    perform carry_over(again, undone);
  end loop;
  insert into audit_event (at, event, result, reason, request_id, account_id, pid_masked, pid_key,
      provider, link_id, officer)
    select undone, 'link.undone', 'ok', array_to_string(verdict.reasons, ','), verdict.reference,
      gone.account_id,
      case when verdict.other_masked ~ '^[0-9]{3}[*]{6}[0-9]{3}$' then verdict.other_masked end,
      p.citizen_key, gone.provider, of_link, verdict.decided_by
    from person p where p.id = gone.person_id;
end $$;

-- What officers did to accounts, and why; their own words stay out of the trail.
create table account_act (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  act text not null check (act in ('closed')),
  at timestamptz not null default clock_timestamp(),
  officer code not null,
  reason short_text not null check (reason !~ '[0-9]{9}' and reason !~ '[[:cntrl:]]')
);
create index account_act_account on account_act (account_id, id);

-- Closes an account, with its history; false: it is closed already.
create function close_account(of_account bigint, by_officer text, why text) returns boolean
language plpgsql as $$
begin
  update account set status = 'closed' where id = of_account and status = 'active';
  if not found then return false; end if;
  insert into account_act (account_id, act, officer, reason)
    values (of_account, 'closed', by_officer, why);
  insert into audit_event (at, event, result, account_id, officer)
    values (clock_timestamp(), 'account.closed', 'ok', of_account, by_officer);
  return true;
end $$;

do $$
declare
  routine text;
begin
  foreach routine in array array['undo_link(bigint)', 'close_account(bigint, text, text)'] loop
    execute format('alter function %s security definer set search_path = pg_catalog, %I, pg_temp',
                   routine, current_schema());
    execute format('revoke all on function %s from public', routine);
  end loop;
end $$;
