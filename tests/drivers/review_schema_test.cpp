#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "drivers/support/review_world.hpp"

namespace vneid {
namespace {

/// Account 1; open reviews 1 (link) and 2 (identity), 3 approved, 4 rejected.
constexpr const char* ground = R"sql(
insert into account (portal, account_key, account_name_sealed) values ('p', sha256('a'), 'x');
insert into review (kind, reference, account_id, provider, issuer, subject_key, citizen_key,
  account_masked, other_masked, sides_sealed, reasons, created_at)
  select 'link', r, 1, 'bca', 'i', sha256(r::bytea), sha256('n'), '*', '*', 'x', '{name}', now()
  from unnest(array['AAAA-0001', 'AAAA-0003', 'AAAA-0004']) r;
insert into review (kind, reference, account_id, source, account_masked, other_masked, sides_sealed,
  reasons, created_at) values ('identity', 'AAAA-0002', 1, 's', '*', '*', 'x', '{name}', now());
update review set state = 'approved', proposed_by = 'lan', proposed_at = now(), decided_by = 'minh',
  decided_at = now() where reference = 'AAAA-0003';
update review set state = 'rejected', decided_by = 'lan', decided_at = now(), note = 'không khớp'
  where reference = 'AAAA-0004';
)sql";

std::string link_row(const std::string& values) {
  return "insert into review (kind, reference, account_id, provider, issuer, subject_key,"
         " citizen_key, source, account_masked, other_masked, sides_sealed, reasons, created_at)"
         " values (" +
         values + ", 'x', '{name}', now())";
}

std::string update(const std::string& what, const std::string& reference = "AAAA-0001") {
  return "update review set " + what + " where reference = '" + reference + "'";
}

const std::vector<std::pair<std::string, std::string>>& bad_rows() {
  const std::string whole = "sha256('s'), sha256('n'), null, '*', '*'";
  static const std::vector<std::pair<std::string, std::string>> rows{
      {link_row("'link', 'AAAA-0009', 1, 'bca', 'i', sha256('s'), sha256('n'), null,"
                " '052089999999', '*'"),
       "review_account_masked_check"},
      {link_row("'link', 'AAAA-0009', 1, 'bca', 'i', sha256('s'), sha256('n'), null, '*',"
                " '052089999999'"),
       "review_other_masked_check"},
      {link_row("'rumour', 'AAAA-0009', 1, 'bca', 'i', " + whole), "review_kind_check"},
      {link_row("'link', 'AAAA-0001', 1, 'bca', 'i', " + whole), "review_reference_once"},
      {link_row("'link', 'a', 1, 'bca', 'i', " + whole), "review_reference_check"},
      {link_row("'link', 'AAAA-0009', 7, 'bca', 'i', " + whole), "review_account_id_fkey"},
      {link_row("'link', 'AAAA-0009', 1, null, 'i', " + whole), "review_kind_whole"},
      {link_row("'link', 'AAAA-0009', 1, 'bca', null, " + whole), "review_kind_whole"},
      {link_row("'link', 'AAAA-0009', 1, 'bca', 'i', sha256('s'), sha256('n'), 's', '*', '*'"),
       "review_kind_whole"},
      {link_row("'identity', 'AAAA-0009', 1, 'bca', null, null, null, 's', '*', '*'"),
       "review_kind_whole"},
      {link_row("'identity', 'AAAA-0009', 1, null, null, null, null, null, '*', '*'"),
       "review_kind_whole"},
      {link_row("'link', 'AAAA-0009', 1, 'bca', 'i', sha256('AAAA-0001'), sha256('n'), null, '*',"
                " '*'"),
       "review_one_open_link"},
      {link_row("'identity', 'AAAA-0009', 1, null, null, null, null, 's', '*', '*'"),
       "review_one_open_identity"},
      {update("reasons = '{}'"), "review_reasons_check"},
      {update("state = 'lost', decided_by = 'lan', decided_at = now(), note = 'x'"),
       "review_state_check"},
      {update("case_key = 'x'"), "lookup_key_check"},
      {update("proposed_by = 'lan'"), "review_proposed_whole"},
      {update("proposed_at = now()"), "review_proposed_whole"},
      // open: nothing decided
      {update("decided_by = 'lan'"), "review_decided"},
      {update("decided_at = now()"), "review_decided"},
      {update("note = 'x'"), "review_decided"},
      // approved: by two, without a note
      {update("state = 'approved'"), "review_decided"},
      {update("state = 'approved', decided_by = 'lan', decided_at = now()"), "review_decided"},
      {update("state = 'approved', decided_by = 'lan', decided_at = now(), proposed_by = 'lan',"
              " proposed_at = now()"),
       "review_decided"},
      {update("state = 'approved', decided_by = 'lan', decided_at = now(), proposed_by = 'minh',"
              " proposed_at = now() + interval '1 day'"),
       "review_decided"},
      {update("state = 'approved', decided_by = 'lan', decided_at = now(), proposed_by = 'minh',"
              " proposed_at = now(), note = 'x'"),
       "review_decided"},
      // rejected: by one, with a note
      {update("state = 'rejected', decided_by = 'lan', decided_at = now()"), "review_decided"},
      {update("state = 'rejected', note = 'x'"), "review_decided"},
      {update("state = 'rejected', decided_by = 'lan', decided_at = now(), note = ''"),
       "short_text_check"},
      {update("state = 'rejected', decided_by = 'lan', decided_at = now(),"
              " note = 'số 052089999999'"),
       "review_note_check"},
      {update("state = 'rejected', decided_by = 'lan', decided_at = now(), note = E'a\\nb'"),
       "review_note_check"},
      // decided: for ever
      {update("state = 'open'", "AAAA-0003"), "23001"},
      {update("decided_by = 'hoa'", "AAAA-0003"), "23001"},
      {update("note = 'anders'", "AAAA-0004"), "23001"},
      {"delete from review where reference = 'AAAA-0004'", "23001"},
      {"truncate review cascade", "23001"},
      {update("reference = 'AAAA-0009'"), "23001"},
      {update("created_at = now() + interval '1 day'"), "23001"},
      {"insert into audit_event (at, event, result, officer) values (now(), 'e', 'ok', '')",
       "code_check"},
  };
  return rows;
}

TEST(ReviewSchema, RefusesEveryBadRow) {
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

TEST(ReviewSchema, HasNoNameOfTheFormerTable) {
  const test::Database database;
  EXPECT_EQ(database.sql("select conname from pg_constraint where conname like 'link_review%'"
                         " union all select relname from pg_class where relname like"
                         " 'link_review%'"),
            "");
}

void migrate(test::Database& database, int last) {
  EpollLoop loop;
  postgres::Pool pool{loop, database.settings(1)};
  auto files = admin::read_schema_files(VNEID_CONFIG "/schema").value();
  std::erase_if(files, [last](const auto& file) { return file.version > last; });
  admin::Migrator migrator{pool, files};
  const auto done = loop.run(migrator.migrate());
  if (!done) throw std::runtime_error(done.error());
}

/// A row of before 0006, sealed as it was then.
std::string former_row(const std::string& reference, const std::string& more) {
  const std::string subject(32, reference.back());
  const std::string sealed = test::test_keys()->seal("link_review", "1:" + crypto::hex(subject),
                                                     "account.name\tLê Minh Mẫu\n");
  return "insert into link_review (reference, account_id, provider, issuer, subject_key,"
         " citizen_key, account_masked, citizen_masked, sides_sealed, reasons, created_at, state,"
         " decided_at, decided_by, approved_by) values ('" +
         reference + "', 1, 'bca', 'i', decode('" + crypto::hex(subject) +
         "', 'hex'), sha256('n'), '*', '052******999', decode('" + crypto::hex(sealed) +
         "', 'hex'), '{name_differs}', now(), " + more + ");";
}

TEST(ReviewSchema, KeepsFormerRows) {
  test::Database database{test::Database::Content::empty};
  migrate(database, 5);
  database.sql(
      "insert into account (portal, account_key, account_name_sealed)"
      " values ('p', sha256('a'), 'x');" +
      former_row("AAAA-0001", "'open', null, null, null") +
      former_row("AAAA-0002", "'approved', now(), 'lan', 'minh'") +
      former_row("AAAA-0003", "'rejected', now(), 'lan', null") +
      former_row("AAAA-0004", "'rejected', now(), 'lan', 'minh'"));
  migrate(database, 9999);
  EXPECT_EQ(database.sql("select reference, kind, state, proposed_by, decided_by, note,"
                         " stated_at = created_at from review order by id"),
            "AAAA-0001|link|open||||t\n"
            "AAAA-0002|link|approved|lan|minh||t\n"
            "AAAA-0003|link|rejected||lan|no reason was kept|t\n"
            "AAAA-0004|link|rejected|minh|lan|no reason was kept|t");
  EpollLoop loop;
  postgres::Pool pool{loop, database.settings(1)};
  link::ReviewQueue queue{pool, test::test_keys()};
  EXPECT_EQ(loop.run(queue.list({})).size(), 4U);
  EXPECT_EQ(loop.run(queue.find("AAAA-0001"))->sides.account.at("name"), "Lê Minh Mẫu");
}

}  // namespace
}  // namespace vneid
