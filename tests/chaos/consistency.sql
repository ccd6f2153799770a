-- One query over all rows. It returns nothing if and only if every account is either unlinked and
-- whole, or linked and whole; otherwise a row for each thing that is not.
--
-- Whole and unlinked: no record of the account's vault is copied anywhere, and what was copied by a
-- link that was undone is returned: nobody's any more, but still there, with its item and its files.
-- Whole and linked: one active link to a person with a claimed subject, its audit row, one finished
-- transfer, and of every record, whenever it came, exactly one item that tells the truth: copied
-- once, equal in everything with all its files, or left with a reason that is true today.
-- A link is undone by two officers: its review and its audit row say the same. So is an account merged
-- into another, and what it held is in one place.
with active as (select * from link where state = 'active'),
undone as (select * from link where state = 'undone'),
content as (
  -- Everything of a record that a transfer must not change. A copy's files are its origin's.
  select r.id, to_jsonb(r) - '{id,vault_id,version,replaces,reuse_count,last_reused_at,created_at,origin_account_id,origin_record_id,link_id,transferred_at,returned_at}'::text[]
           as fields
  from record r
),
original as (
  select r.*, v.account_id from record r join vault v on v.id = r.vault_id
  where v.account_id is not null
)
select 'account has two active links' as fault, account_id as account, null::bigint as record
from active group by account_id having count(*) > 1
union all
select 'count of reuses that is not the number of reuses', null, r.id from record r
where r.reuse_count <> (select count(*) from record_reuse u where u.record_id = r.id)
union all
select 'link of a person without a subject', l.account_id, null from active l
where not exists (select from person_subject s where s.person_id = l.person_id)
union all
select 'person without any link', null, null from person p
where not exists (select from link l where l.person_id = p.id)
union all
select 'person without a subject', null, null from person p
where not exists (select from person_subject s where s.person_id = p.id)
union all
select 'link without exactly one audit row of its making', l.account_id, null from active l
where (select count(*) from audit_event e
       where e.event = 'link.made' and e.link_id = l.id and e.account_id = l.account_id) <> 1
union all
select 'audit row of a link that does not exist', e.account_id, null from audit_event e
where e.event = 'link.made' and not exists (select from link l where l.id = e.link_id)
union all
select 'link without a finished transfer', l.account_id, null from active l
where not exists (select from transfer_job j where j.link_id = l.id)
union all
select 'record that its account''s transfer does not know', o.account_id, o.id
from original o join active l on l.account_id = o.account_id
where not exists (select from transfer_item i where i.link_id = l.id and i.record_id = o.id)
union all
select 'item of a record that is not in the linked account''s vault', l.account_id, i.record_id
from transfer_item i join active l on l.id = i.link_id
where not exists (select from original o
                  where o.id = i.record_id and o.account_id = l.account_id)
union all
select 'copied item whose copy is elsewhere or different', l.account_id, i.record_id
from transfer_item i join active l on l.id = i.link_id
where i.state in ('done', 'conflict') and not exists (
  select from record s join content sc on sc.id = s.id
    join record t on t.id = i.target_id join content tc on tc.id = t.id
    join vault v on v.id = t.vault_id
  where s.id = i.record_id and v.person_id = l.person_id
    and t.link_id = l.id and t.returned_at is null and t.origin_record_id = s.id and t.origin_account_id = l.account_id
    and sc.fields = tc.fields)
union all
select 'file of a copy', t.origin_account_id, t.id
from record_file f join record t on t.id = f.record_id where t.link_id is not null
union all
select 'item left behind although it was copied', l.account_id, i.record_id
from transfer_item i join active l on l.id = i.link_id
where i.state = 'skipped' and exists (
  select from record t where t.origin_record_id = i.record_id and t.returned_at is null)
union all
select 'other version that was not copied', l.account_id, n.record_id
from transfer_note n join link l on l.id = n.link_id
where n.reason = 'other_version' and not exists (
  select from record t where t.link_id = n.link_id and t.origin_record_id = n.record_id)
union all
select 'item left behind for a reason that is not true', l.account_id, i.record_id
from transfer_item i join active l on l.id = i.link_id
  join person p on p.id = l.person_id join record s on s.id = i.record_id
where i.state = 'skipped' and not case i.reason
  when 'owner_unknown' then s.owner_key is null
  when 'owner_other' then s.owner_key <> p.citizen_key
  else s.owner_key = p.citizen_key and exists (
    select from record d join vault v on v.id = d.vault_id
    where d.id = i.duplicate_of and d.returned_at is null and v.person_id = l.person_id) end
union all
select 'somebody else''s record was copied', l.account_id, t.id
from active l join person p on p.id = l.person_id join record t on t.link_id = l.id
where t.owner_key is distinct from p.citizen_key
union all
select 'copy that no item tells of', t.origin_account_id, t.id from record t
where t.link_id is not null and not exists (
  select from transfer_item i where i.link_id = t.link_id and i.target_id = t.id)
union all
select 'record of an unlinked account was copied', o.account_id, o.id
from original o join record t on t.origin_record_id = o.id
where t.returned_at is null and not exists (
  select from active l where l.account_id = o.account_id and l.id = t.link_id)
union all
select 'copy that a link brought and did not take back', l.account_id, t.id
from undone l join record t on t.link_id = l.id where t.returned_at is null
union all
select 'copy of a link that stands was returned', l.account_id, t.id
from active l join record t on t.link_id = l.id where t.returned_at is not null
union all
select 'returned copy is missing or elsewhere', l.account_id, i.record_id
from undone l join transfer_item i on i.link_id = l.id
where i.state in ('done', 'conflict') and not exists (
  select from record t join vault v on v.id = t.vault_id
  where t.id = i.target_id and v.person_id = l.person_id and t.link_id = l.id
    and t.origin_record_id = i.record_id and t.origin_account_id = l.account_id)
union all
select 'undone link without its review by two officers', l.account_id, null from undone l
where not exists (select from review r where r.link_id = l.id and r.kind = 'undo'
                  and r.state = 'approved' and r.proposed_by = l.undone_by
                  and r.decided_by = l.undo_approved_by)
union all
select 'undone link without exactly one audit row of its undoing', l.account_id, null from undone l
where (select count(*) from audit_event e
       where e.event = 'link.undone' and e.link_id = l.id and e.account_id = l.account_id
         and e.officer = l.undo_approved_by) <> 1
union all
select 'record that a merge moved and that is in no account''s vault', o.account_id, m.record_id
from merge_item m left join original o on o.id = m.record_id
where m.state = 'moved' and o.id is null
union all
select 'record that a merge left behind for one that is not there', r.account_id, m.record_id
from merge_item m join review r on r.id = m.review_id
where m.reason = 'duplicate' and not exists (select from original o where o.id = m.duplicate_of)
union all
select 'merged account without its review by two officers', a.id, null from account a
where a.merged_into is not null and not exists (
  select from review r where r.account_id = a.id and r.kind = 'merge' and r.state = 'approved')
union all
select 'merge without exactly one audit row', r.account_id, null from review r
where r.kind = 'merge' and r.state = 'approved' and (
  select count(*) from audit_event e where e.event = 'account.merged'
    and e.account_id = r.account_id and e.request_id = r.reference
    and e.officer = r.decided_by) <> 1
union all
select 'records that were written and wait for nobody', null, r.link_id from late_record r
