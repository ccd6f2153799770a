-- For pgbench (links.py): what a link reads and leaves behind, as one would write it by hand, all in
-- one round trip and without any judgement: whose the records are is the only question asked.
\set turn :turn + 1
\set n :first + :turn * :at_once + :client_id
\startpipeline
begin;
select 1 from account where id = :n for no key update;
select a.*, l.id, l.person_id, f.field, f.status, f.value_sealed from account a
  left join link l on l.account_id = a.id and l.state = 'active'
  left join identity_field f on f.account_id = a.id and f.status <> 'empty'
where a.id = :n;
select p.id, s.person_id from identity_field f left join person p on p.citizen_key = f.value_key
  left join person_subject s on s.issuer = 'https://sso.example.gov.vn'
    and s.subject_key = sha256(int8send(:n))
where f.account_id = :n and f.field = 'citizen_id';
select id from vault where account_id = :n for no key update;
with human as (
  insert into person (citizen_key, citizen_sealed, name_sealed, birth_date_sealed)
  select value_key, value_sealed, value_sealed, value_sealed from identity_field
  where account_id = :n and field = 'citizen_id' returning id, citizen_key
), subject as (
  insert into person_subject (issuer, subject_key, person_id)
  select 'https://sso.example.gov.vn', sha256(int8send(:n)), id from human
), made as (
  insert into link (account_id, account_kind, person_id, provider, linked_at, request_id)
  select :n, 'personal', id, 'bca', now(), '0123456789abcdef0123456789abcdef' from human
  returning id, person_id
), theirs as (
  insert into vault (person_id) select id from human returning id
), job as (
  insert into transfer_job (link_id) select id from made
), copied as (
  insert into record (vault_id, portal_record, kind, doc_type_code, title, number, summary,
    issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, scope, procedure_code,
    field_code, dossier_code, owner_key, source, trust, signature_status, signature_checked_at,
    digitised_by, digitised_at, approval, form_data, version, revoked_at, hidden,
    origin_account_id, origin_record_id, link_id, transferred_at)
  select t.id, portal_record, kind, doc_type_code, title, number, summary,
    issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, scope, procedure_code,
    field_code, dossier_code, owner_key, source, trust, signature_status, signature_checked_at,
    digitised_by, digitised_at, approval, form_data, version, revoked_at, hidden,
    :n, r.id, m.id, now()
  from human h, made m, theirs t, vault v join record r on r.vault_id = v.id
  where v.account_id = :n and r.owner_key = h.citizen_key
  returning kind
), trail as (
  insert into audit_event (at, event, result, request_id, account_id, pid_masked, pid_key, provider,
    level, ip, port, user_agent_hash, session_hash, notice_version, link_id)
  select now(), e.event, 'ok', '0123456789abcdef0123456789abcdef', :n, '001******001',
    h.citizen_key, 'bca', 2, '192.0.2.7', 40000, sha256('u'), sha256('s'), 'v1', m.id
  from human h, made m, (values ('link.made'), ('transfer.done')) e (event)
)
select m.id, m.person_id, c.kind, count(*) from made m, copied c group by 1, 2, 3;
commit;
\endpipeline
