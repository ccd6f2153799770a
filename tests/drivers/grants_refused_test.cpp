#include <array>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "drivers/support/database.hpp"

namespace vneid {
namespace {

// What somebody who has taken over a worker must not be able to do (design D17).
constexpr std::array refused_to_workers{
    // Nothing is ever deleted.
    "delete from account",
    "delete from identity_field",
    "delete from identity_field_change",
    "delete from person",
    "delete from person_subject",
    "delete from link",
    "delete from review",
    "delete from vault",
    "delete from file",
    "delete from record",
    "delete from record_file",
    "delete from transfer_job",
    "delete from audit_event",
    "delete from notice_choice",
    "delete from record_reuse",
    "update record_reuse set dossier_code = 'x'",
    "update record set reuse_count = 0",
    "insert into record_reuse (record_id, sha256, portal, dossier_code, account_id, person_id,"
    " reference, reused_at) values (1, sha256('x'), 'p', 'd', 1, 1, 'r', now())",
    "delete from schema_version",
    "truncate account cascade",
    "truncate identity_field",
    "truncate identity_field_change",
    "truncate link cascade",
    "truncate record cascade",
    "truncate review",
    "truncate audit_event",
    "truncate notice_choice",
    // Accounts and persons stay who they are.
    "update account set status = 'active'",
    "update account set portal = 'x'",
    "update account set account_key = sha256('x')",
    "update account set account_name_sealed = 'x'",
    "update account set created_at = now()",
    "update identity_field set account_id = 1",
    "update identity_field set field = 'name'",
    "update person set citizen_key = sha256('x')",
    "update person set citizen_sealed = 'x'",
    "update person_subject set person_id = 1",
    "update person_subject set subject_key = sha256('x')",
    "update person_subject set issuer = 'x'",
    // Links and records are not rewritten.
    "update link set state = 'undone', undone_at = now(), undone_by = 'a', undo_approved_by = 'b',"
    " undo_reason = 'x'",
    "update link set person_id = 1",
    "update link set account_id = 1",
    "update link set provider = 'x'",
    "update link set flags = '{}'",
    "insert into link (account_id, account_kind, person_id, provider, linked_at, state)"
    " values (1, 'personal', 1, 'x', now(), 'undone')",
    "update vault set account_id = 1",
    "update vault set person_id = 1",
    "update file set bytes_sealed = 'x'",
    "insert into file (sha256, bytes_sealed, size) values (sha256('x'), 'x', 1)",
    "update record set vault_id = 1",
    "update record set owner_key = sha256('x')",
    "update record set title = 'x'",
    "update record set trust = 3",
    "update record set signature_status = 'valid'",
    "update record set hidden = false",
    "update record set revoked_at = null",
    "update record set link_id = null",
    "update record set origin_account_id = null",
    "update record_file set sha256 = sha256('x')",
    "update transfer_job set finished_at = now()",
    // Only the schema's own functions carry records over, undo links and close accounts.
    "insert into record (vault_id, portal_record, kind, title, source, trust)"
    " values (1, 'x', 'paper', 'x', 'vneid', 1)",
    "insert into record_file values (1, 'x', sha256('x'), 'text/plain')",
    "insert into vault (account_id) values (1)",
    "update record set returned_at = now()",
    "insert into transfer_job values (1)",
    "insert into transfer_note values (1, 1, 'owner_other')",
    "update transfer_note set reason = 'owner_other'",
    "delete from transfer_note",
    "select carry_over(1, now())",
    "select carry_records(1, now())",
    // Nor are persons and links made but by them.
    "insert into person (citizen_key, citizen_sealed, name_sealed) values (sha256('x'), 'x', 'x')",
    "update person set name_sealed = 'x'",
    "insert into person_subject (issuer, subject_key, person_id) values ('x', sha256('x'), 1)",
    "insert into link (account_id, account_kind, person_id, provider, linked_at)"
    " values (1, 'personal', 1, 'x', now())",
    "insert into late_record values (1)",
    "select undo_link(1)",
    "select close_account(1, 'lan', 'x')",
    "select late_record_carry()",
    "select rename_account(1)",
    "select merge_accounts(1)",
    "select merge_obstacle(1, 2)",
    "insert into merge_item (review_id, record_id, state) values (1, 1, 'moved')",
    "update account set merged_into = 2",
    "update account set sealed_under = sha256('x')",
    "insert into review (reference, account_id, into_account_id, kind, source, account_masked,"
    " other_masked, sides_sealed, reasons, created_at) values ('AAAA-0001', 1, 2, 'merge', 'x', "
    "'*',"
    " '*', 'x', '{x}', now())",
    // Nobody but officers keeps a person out, or lets one in again.
    "select flag_person(1, 'lan', 'x', '052******999')",
    "select unflag_person(1, 'lan', 'x', '052******999')",
    "insert into person_flag (person_id, flagged_by, flag_reason) values (1, 'a', 'x')",
    "update person_flag set unflagged_at = now(), unflagged_by = 'b', unflag_reason = 'x'",
    "delete from person_flag",
    "select flag_reason from person_flag",
    "select undo_reason from review",
    "insert into account_act (account_id, act, officer, reason) values (1, 'closed', 'a', 'x')",
    // Reviews are decided by officers.
    "update review set state = 'approved', decided_by = 'a', decided_at = now()",
    "update review set decided_by = 'a'",
    "update review set proposed_at = now()",
    "update review set proposed_by = 'lan'",
    "select proposed_by from review",
    "select acting_officer('worker')",
    "select audit_exported(sha256('x'), 'worker')",
    "update review set note = 'x'",
    "update review set account_id = 1",
    "update review set reference = 'AAAA-0001'",
    "insert into review (reference, account_id, kind, source, account_masked, other_masked,"
    " sides_sealed, reasons, created_at, state) values ('AAAA-0001', 1, 'identity', 'x', '*', '*',"
    " 'x', '{x}', now(), 'approved')",
    "select sides_sealed from review",
    "select account_masked, other_masked from review",
    "select note from review",
    // The trail is written, neither read nor changed, and the history only by its trigger.
    "select * from audit_event",
    "select count(*) from audit_event",
    "update audit_event set at = now()",
    "update audit_event set event = 'x'",
    "insert into audit_event (at, event, result, officer) values (now(), 'x', 'ok', 'lan')",
    "insert into audit_event (id, at, event, result) overriding system value"
    " values (1, now(), 'x', 'ok')",
    "select * from audit_pending",
    "insert into audit_pending (event_id) values (1)",
    "update audit_pending set event_id = 1",
    "delete from audit_pending",
    "truncate audit_pending",
    "select * from audit_leaf",
    "insert into audit_leaf (position, event_id, hash) values (0, 1, sha256('x'))",
    "update audit_leaf set hash = sha256('x')",
    "delete from audit_leaf",
    "truncate audit_leaf",
    "select * from audit_head",
    "insert into audit_head (number, size, root, at, complete, previous, key_id, signature, peaks,"
    " marks) values (0, 0, sha256(''), now(), true, sha256(''), sha256(''), sha512(''), '', '')",
    "update audit_head set at = now()",
    "delete from audit_head",
    "truncate audit_head",
    "alter table audit_event disable trigger audit_event_wait",
    "drop trigger audit_event_wait on audit_event",
    "drop trigger audit_leaf_guard on audit_leaf",
    "select audit_event_wait()",
    "select notice_version from notice_choice",
    "select request_id from notice_choice",
    "update notice_choice set choice = 'vneid'",
    "insert into identity_field_change (account_id, field, new_status, reason)"
    " values (1, 'name', 'empty', 'x')",
    "update identity_field_change set reason = 'x'",
    "select old_value_sealed from identity_field_change",
    "select nextval('audit_event_id_seq')",
    "select setval('link_id_seq', 1)",
    "select audit_event_guard()",
    // The schema is the owner's.
    "insert into schema_version (version, name, sha256) values (99, 'x', repeat('0', 64))",
    "update schema_version set sha256 = repeat('0', 64)",
    "alter table link disable trigger all",
    "alter table audit_event disable trigger audit_event_guard",
    "alter table link add column x int",
    "drop table link cascade",
    "drop trigger audit_event_guard on audit_event",
    "drop trigger identity_field_keep_change on identity_field",
    "alter function identity_field_keep_change() security invoker",
    "create or replace function review_guard() returns trigger language plpgsql as"
    " 'begin return null; end'",
    "create index on link (provider)",
    "create table public.x (id int)",
    "create temporary table link (id int)",
    "create function public.x() returns int language sql as 'select 1'",
    "create schema x",
    "do $$ begin lock table link in exclusive mode; end $$",
    // Nor does the way lead through the server.
    "set role vneid_owner",
    "set role vneid_officer",
    "set role tester",
    "set session authorization tester",
    "set session_replication_role = replica",
    "grant vneid_owner to worker",
    "create role x",
    "alter role worker superuser",
    "create database x",
    "alter system set fsync = off",
    "copy link to '/tmp/vneid-link'",
    "copy link to program 'cat'",
    "select pg_read_file('/etc/passwd')",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tester'",
};
static_assert(refused_to_workers.size() >= 60);

void expect_refused(test::PlainConnection& connection, const char* statement) {
  try {
    connection.sql(statement);
    ADD_FAILURE() << "was done: " << statement;
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(connection.refused_by(), "42501") << statement << '\n' << error.what();
  }
}

struct Refused : testing::Test {
  Refused() {
    const admin::DatabasePlan plan{
        .database = database.name(), .worker_user = "worker", .operator_user = "operator"};
    test::PlainConnection{database.conninfo()}.sql(admin::access_sql(plan));
  }
  test::Database database;
};

TEST_F(Refused, WorkersAreRefusedWhatTheyDoNotNeed) {
  const test::PlainConnection held{database.conninfo()};  // somebody to terminate
  test::PlainConnection worker{database.conninfo_as("worker")};
  for (const char* statement : refused_to_workers) expect_refused(worker, statement);
}

// D17: two officers are two people for the database, whatever vneidctl says for them.
TEST_F(Refused, NobodyActsInAnotherOfficersName) {
  for (const char* name : {"lan", "minh"}) database.add_person(name, admin::Duty::officer);
  database.add_person("inspector", admin::Duty::auditor);
  database.sql(
      "insert into account (portal, account_key, account_name_sealed)"
      " values ('p', sha256('a'), 'x');"
      "insert into person (citizen_key, citizen_sealed, name_sealed) values (sha256('n'), 'x',"
      " 'x'),"
      " (sha256('o'), 'x', 'x');"
      "insert into review (kind, reference, account_id, source, account_masked, other_masked,"
      " sides_sealed, reasons, case_key, created_at) values ('identity', 'AAAA-0001', 1, 's', '*',"
      " '*', 'x', '{name}', sha256('c'), now());"
      // The tables' owner may, as for root behind sudo, of whom vneidctl knows who has logged in.
      "select flag_person(2, 'hoa', 'x', '052******999')");
  test::PlainConnection lan{database.conninfo_as("lan")};
  const auto refused_in_the_name_of_minh = [&lan] {
    for (const char* statement :
         {"update review set proposed_by = 'minh', proposed_at = now()",
          "update review set state = 'rejected', decided_by = 'minh', decided_at = now(),"
          " note = 'x'",
          "select close_account(1, 'minh', 'x')",
          "select flag_person(1, 'minh', 'x', '052******999')",
          "select unflag_person(2, 'minh', 'x', '052******999')",
          "select set_config('vneid.officer', 'minh', true);"
          " insert into audit_event (at, event, result) values (now(), 'review.viewed', 'ok')"}) {
      expect_refused(lan, statement);
    }
  };
  refused_in_the_name_of_minh();
  lan.sql("update review set proposed_by = 'lan', proposed_at = now()");
  refused_in_the_name_of_minh();
  expect_refused(lan,
                 "update review set state = 'approved', decided_by = 'minh',"
                 " decided_at = clock_timestamp()");
  EXPECT_EQ(database.sql("select count(*) from audit_event where officer is not null"), "1");
  EXPECT_EQ(lan.sql("select unflag_person(2, 'lan', 'x', '052******999')"), "unflagged");
  test::PlainConnection minh{database.conninfo_as("minh")};
  minh.sql(
      "update review set state = 'approved', decided_by = 'minh',"
      " decided_at = clock_timestamp()");
  EXPECT_EQ(minh.sql("select close_account(1, 'minh', 'x')"), "t");

  test::PlainConnection worker{database.conninfo_as("worker")};
  expect_refused(worker,
                 "select set_config('vneid.officer', 'lan', true);"
                 " insert into audit_event (at, event, result)"
                 " values (now(), 'review.proposed', 'ok')");
  test::PlainConnection auditor{database.conninfo_as("inspector")};
  expect_refused(auditor, "select audit_exported(sha256('x'), 'lan')");
  expect_refused(auditor, "select audit_exported(sha256('x'), null)");
  auditor.sql("select audit_exported(sha256('x'), 'inspector')");
}

TEST_F(Refused, OthersHaveTheirDutyAlone) {
  database.sql(
      "set client_min_messages = error; drop role if exists report; drop role if exists"
      " inspector; create role report login in role vneid_reader;"
      "create role inspector login in role vneid_auditor");
  test::PlainConnection officer{database.conninfo_as("officer")};
  for (const char* statement :
       {"insert into link (account_id, account_kind, person_id, provider, linked_at)"
        " values (1, 'personal', 1, 'x', now())",
        "update link set state = 'undone'", "update review set account_id = 1",
        "update review set sides_sealed = 'x'", "delete from review", "select * from audit_event",
        "update account set status = 'closed'", "select * from record", "select * from file",
        "select carry_over(1, now())", "select * from account_act",
        "update review set link_id = 1"}) {
    expect_refused(officer, statement);
  }
  test::PlainConnection reader{database.conninfo_as("report")};
  for (const char* statement :
       {"select * from account", "select account_key from account",
        "select value_sealed from identity_field", "select value_key from identity_field",
        "select citizen_sealed from person", "select citizen_key from person",
        "select subject_key from person_subject", "select sides_sealed from review",
        "select other_masked from review", "select bytes_sealed from file",
        "select title from record", "select number from record", "select owner_key from record",
        "select name from record_file", "select * from audit_event",
        "update account set last_login_at = now()"}) {
    expect_refused(reader, statement);
  }
  EXPECT_EQ(reader.sql("select count(*) from account join link on link.account_id = account.id"),
            "0");
  test::PlainConnection auditor{database.conninfo_as("inspector")};
  for (const char* statement :
       {"select * from account", "select * from person", "select * from record",
        "select old_value_sealed from identity_field_change", "delete from audit_event",
        "update audit_event set at = now()",
        "insert into audit_event (at, event, result) values (now(), 'x', 'ok')",
        "insert into audit_pending (event_id) values (1)", "delete from audit_pending",
        "delete from audit_leaf", "update audit_leaf set hash = sha256('x')",
        "delete from audit_head", "update audit_head set at = now()"}) {
    expect_refused(auditor, statement);
  }
  EXPECT_EQ(auditor.sql("select count(*) from audit_event"), "0");
  EXPECT_EQ(auditor.sql("select count(*) from notice_choice"), "0");
}

}  // namespace
}  // namespace vneid
