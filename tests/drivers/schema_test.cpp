#include <array>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "drivers/support/database.hpp"

namespace vneid {
namespace {

/// Rows that everything else hangs on: account 1 (personal), 2 (organization), person 1 linked to
/// account 1, record 1 in account 1's vault, record 2 its copy.
constexpr const char* ground = R"sql(
insert into account (portal, account_key, account_name_sealed, kind) values
  ('p', sha256('a'), 'x', 'personal'), ('p', sha256('b'), 'x', 'organization'),
  ('p', sha256('c'), 'x', 'personal');
insert into person (citizen_key, citizen_sealed, name_sealed) values
  (sha256('n'), 'x', 'x'), (sha256('m'), 'x', 'x');
insert into person_subject values ('https://i', sha256('s'), 1);
insert into link (account_id, account_kind, person_id, provider, linked_at)
  values (1, 'personal', 1, 'bca', now());
insert into vault (account_id) values (1);
insert into vault (person_id) values (1);
insert into file values (sha256('f'), 'x', 1);
insert into record (vault_id, portal_record, kind, title, source, trust)
  values (1, 'r1', 'paper', 'Giấy', 'dossier_result', 2);
insert into record (vault_id, portal_record, kind, title, source, trust, origin_account_id,
  origin_record_id, link_id, transferred_at)
  values (2, 'r1', 'paper', 'Giấy', 'dossier_result', 2, 1, 1, 1, now());
insert into transfer_job values (1);
)sql";

constexpr const char* account =
    "insert into account (portal, account_key, account_name_sealed, kind) values ";
constexpr const char* record =
    "insert into record (vault_id, portal_record, kind, title, source, trust";

const std::vector<std::pair<std::string, std::string>>& bad_rows() {
  static const std::vector<std::pair<std::string, std::string>> rows{
      {std::string(account) + "('p', sha256('a'), 'x', 'personal')", "account_name_once"},
      {std::string(account) + "('p', 'short', 'x', 'personal')", "lookup_key_check"},
      {std::string(account) + "('p', sha256('z'), '', 'personal')", "sealed_check"},
      {std::string(account) + "('', sha256('z'), 'x', 'personal')", "code_check"},
      {std::string(account) + "('p', sha256('z'), 'x', 'robot')", "account_kind_check"},
      {"update account set status = 'gone'", "account_status_check"},
      {"update account set kind = 'organization' where id = 1", "link_account_kind_check"},
      {"delete from account where id = 1", "link_account_id_account_kind_fkey"},
      // identity fields
      {"insert into identity_field values (1, 'shoe_size', 'x', null, 'self_entered')",
       "identity_field_field_check"},
      {"insert into identity_field values (1, 'name', null, null, 'self_entered')",
       "identity_field_empty"},
      {"insert into identity_field values (1, 'name', 'x', null, 'empty')", "identity_field_empty"},
      {"insert into identity_field values (1, 'citizen_id', 'x', null, 'self_entered')",
       "identity_field_key"},
      {"insert into identity_field values (1, 'name', 'x', sha256('x'), 'self_entered')",
       "identity_field_key"},
      {"insert into identity_field values (1, 'name', 'x', null, 'verified')",
       "identity_field_verified"},
      {"insert into identity_field values (1, 'name', 'x', null, 'verified', null, now())",
       "identity_field_verified"},
      {"insert into identity_field values (1, 'name', 'x', null, 'self_entered', 's', now())",
       "identity_field_verified"},
      // persons
      {"insert into person (citizen_key, citizen_sealed, name_sealed) values (sha256('n'),'x','x')",
       "person_citizen_once"},
      {"insert into person_subject values ('https://i', sha256('s'), 2)", "person_subject_once"},
      {"insert into person_subject values ('https://i', sha256('t'), 1)",
       "person_subject_one_per_issuer"},
      // links
      {"insert into link (account_id, account_kind, person_id, provider, linked_at)"
       " values (1, 'personal', 2, 'bca', now())",
       "link_one_active"},
      {"insert into link (account_id, account_kind, person_id, provider, linked_at)"
       " values (2, 'organization', 2, 'bca', now())",
       "link_account_kind_check"},
      {"insert into link (account_id, account_kind, person_id, provider, linked_at)"
       " values (2, 'personal', 2, 'bca', now())",
       "link_account_id_account_kind_fkey"},
      {"update link set state = 'undone'", "link_undone_whole"},
      {"update link set undone_at = now()", "link_undone_whole"},
      {"update link set state = 'undone', undone_at = now(), undone_by = 'o1',"
       " undo_approved_by = 'o1', undo_reason = 'x'",
       "link_undone_whole"},
      // vaults and records
      {"insert into vault (account_id, person_id) values (3, 2)", "vault_one_owner"},
      {"insert into vault default values", "vault_one_owner"},
      {"insert into vault (account_id) values (1)", "vault_of_account"},
      {"insert into vault (person_id) values (1)", "vault_of_person"},
      {std::string(record) + ") values (1, 'r1', 'paper', 'x', 'vneid', 1)", "record_name_once"},
      {std::string(record) + ") values (1, 'r2', 'thing', 'x', 'vneid', 1)", "record_kind_check"},
      {std::string(record) + ") values (1, 'r2', 'paper', 'x', 'rumour', 1)",
       "record_source_check"},
      {std::string(record) + ") values (1, 'r2', 'paper', 'x', 'vneid', -1)", "record_trust_check"},
      {std::string(record) + ") values (1, 'r2', 'paper', '', 'vneid', 1)", "short_text_check"},
      {std::string(record) + ") values (1, 'r2', 'paper', U&'a\\0302', 'vneid', 1)",
       "short_text_check"},
      {std::string(record) + ") values (1, 'r2', 'paper', 'x', 'vneid', 3)", "record_signed_trust"},
      {std::string(record) + ") values (1, 'r2', 'paper', 'x', 'citizen_upload', 1)",
       "record_uploaded_trust"},
      {std::string(record) + ", issued_on) values (1, 'r2', 'paper', 'x', 'vneid', 1, '2020-13')",
       "partial_date_check"},
      {std::string(record) +
           ", issued_on) values (1, 'r2', 'paper', 'x', 'vneid', 1, '2021-02-29')",
       "22008"},
      {std::string(record) +
           ", perpetual, valid_until) values (1, 'r2', 'paper', 'x', 'vneid', 1, true, '2030')",
       "record_validity"},
      {std::string(record) + ", link_id) values (2, 'r2', 'paper', 'x', 'vneid', 1, 1)",
       "record_origin_whole"},
      {"update record set replaces = 1 where id = 1", "record_not_itself"},
      {"insert into record (vault_id, portal_record, kind, title, source, trust, origin_account_id,"
       " origin_record_id, link_id, transferred_at)"
       " values (2, 'r9', 'paper', 'x', 'vneid', 1, 1, 1, 1, now())",
       "record_copied_once"},
      {"update record set origin_account_id = 2 where id = 2", "record_origin"},
      {"insert into record (vault_id, portal_record, kind, title, source, trust, origin_account_id,"
       " origin_record_id, link_id, transferred_at)"
       " values (2, 'r9', 'paper', 'x', 'vneid', 1, 1, 2, 1, now())",
       "23503"},
      {"update record set origin_record_id = 9 where id = 2", "23001"},
      {"delete from record where id = 1", "23001"},
      {"update record set returned_at = now() where id = 2; delete from record where id = 1",
       "23001"},
      {"update record set reuse_count = 1", "record_reused"},
      {"update record set returned_at = now() where id = 1", "record_returned"},
      {"insert into file values ('short', 'x', 1)", "file_sha256_check"},
      {"insert into file values (sha256('g'), 'x', 0)", "file_size_check"},
      {"insert into record_file values (1, '../x', sha256('f'), 'text/plain')",
       "record_file_name_check"},
      {"insert into record_file values (1, 'x', sha256('none'), 'text/plain')",
       "record_file_sha256_fkey"},
      {"insert into record_file values (1, 'x', sha256('f'), 'text/html; charset=x')",
       "record_file_mime_check"},
      // transfers
      {"insert into transfer_job values (1)", "transfer_job_pkey"},
      {"insert into transfer_note values (1, 1, 'owner_other'), (1, 1, 'owner_unknown')",
       "transfer_note_pkey"},
      {"insert into transfer_note values (1, 1, 'rumour')", "transfer_note_reason_check"},
      {"insert into transfer_note values (1, 1, 'duplicate')", "transfer_note_same"},
      {"insert into transfer_note values (1, 1, 'owner_other', 2)", "transfer_note_same"},
      {"insert into record_file values (2, 'x', sha256('f'), 'text/plain')", "23001"},
      // trail
      {"insert into audit_event (at, event, result) values (now(), 'Not A Code', 'ok')",
       "audit_event_event_check"},
      {"insert into audit_event (at, event, result, pid_masked) values (now(), 'e', 'ok',"
       " '052089999999')",
       "audit_event_pid_masked_check"},
      {"insert into audit_event (at, event, result, reason) values (now(), 'e', 'ok',"
       " 'Lê Minh Mẫu')",
       "audit_event_reason_check"},
      {"insert into notice_choice (account_id, notice_version, choice, at)"
       " values (1, 'v', 'maybe', now())",
       "notice_choice_choice_check"},
  };
  return rows;
}

TEST(SchemaConstraints, RefuseEveryBadRow) {
  const test::Database database;
  database.sql(ground);
  for (const auto& [sql, refused_by] : bad_rows()) {
    test::PlainConnection connection{database.conninfo()};
    try {
      connection.sql("begin");
      connection.sql(sql);
      ADD_FAILURE() << "accepted: " << sql;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(connection.refused_by(), refused_by) << sql << '\n' << error.what();
    }
  }
}

// The ground is sound but for what the flows add: a claimed trail row and the second person's link.
TEST(SchemaConsistency, FindsWhatIsHalfDone) {
  const test::Database database;
  EXPECT_EQ(database.inconsistencies(), "");
  database.sql(ground);
  database.sql(
      "delete from person where id = 2;"
      "insert into audit_event (at, event, result, account_id, link_id)"
      " values (now(), 'link.made', 'ok', 1, 1);"
      "update record set owner_key = sha256('n')");
  EXPECT_EQ(database.inconsistencies(), "");
  const std::string undone =
      "update record set returned_at = now() where id = 2; update link set state = 'undone',"
      " undone_at = now(), undone_by = 'a', undo_approved_by = 'b', undo_reason = 'x'; ";
  const std::string file_of_copy =
      "set local session_replication_role = replica;"
      " insert into record_file values (2, 'x', sha256('f'), 'text/plain')";
  const std::array<std::pair<std::string, std::string>, 16> faults{{
      {"update record set title = 'Khác' where id = 2", "copied item whose copy is elsewhere"},
      {file_of_copy, "file of a copy"},
      {"delete from record where id = 2", "record that its account's transfer does not know"},
      {"delete from transfer_job", "link without a finished transfer"},
      {"update record set vault_id = 1 where id = 2", "copy that no item tells of"},
      {"insert into transfer_note values (1, 1, 'owner_other')", "left behind although"},
      {"delete from record where id = 2; insert into transfer_note values (1, 1, 'other_version')",
       "other version that was not copied"},
      {"update record set owner_key = sha256('m') where id = 2", "somebody else's record"},
      {"update link set state = 'undone', undone_at = now(), undone_by = 'a',"
       " undo_approved_by = 'b', undo_reason = 'x'",
       "record of an unlinked account was copied"},
      {"delete from person_subject", "link of a person without a subject"},
      {"insert into audit_event (at, event, result, account_id, link_id)"
       " values (now(), 'link.made', 'ok', 1, 1)",
       "link without exactly one audit row"},
      {"update record set returned_at = now() where id = 2", "copy of a link that stands"},
      {"insert into late_record values (1)", "wait for nobody"},
      {undone, "undone link without its review by two officers"},
      {undone, "undone link without exactly one audit row of its undoing"},
      {undone + "update record set returned_at = null where id = 2", "did not take back"},
  }};
  std::ifstream stream(VNEID_TESTS "/chaos/consistency.sql");
  const std::string query(std::istreambuf_iterator<char>{stream}, {});
  for (const auto& [sql, fault] : faults) {
    test::PlainConnection connection{database.conninfo()};
    connection.sql("begin; " + sql);
    EXPECT_NE(connection.sql(query).find(fault), std::string::npos) << sql;
  }
}

}  // namespace
}  // namespace vneid
