// Records that reach an account after its link (R8), whoever writes them.
#include "vault/late_records.hpp"

#include <fstream>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "crypto/digest.hpp"
#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::mau;
using test::PlainConnection;
using test::thu;

struct LateRecords : testing::Test {
  link::Linked link(AccountId account, const test::Citizen& person = mau) {
    return std::get<link::Linked>(world.link(world.request(account, person)));
  }
  /// What the person sees: portal_record of copies that are theirs now.
  std::string copies() {
    return world.database.sql(
        "select string_agg(portal_record || ' ' || version, ',' order by portal_record) from "
        "record r"
        " join vault v on v.id = r.vault_id where v.person_id is not null and returned_at is null");
  }
  /// A portal's own SQL: a record of the account, whose owner is known by the person's number.
  static std::string insert(AccountId account, const std::string& name,
                            const std::string& owner = "(select citizen_key from person limit 1)") {
    return "insert into record (vault_id, portal_record, kind, title, number, doc_type_code,"
           " source, trust, owner_key) values ((select id from vault where account_id = " +
           std::to_string(account.value()) + "), '" + name + "', 'paper', 'Giấy', '" + name +
           "', 'T', 'dossier_result', 2, " + owner + ")";
  }
  int run(const std::string& verb) {
    const int status = test::ChildProcess({VNEIDCTL, "transfer", verb, "--postgres",
                                           world.database.conninfo_as("operator")},
                                          world.folder.file("output"))
                           .wait();
    std::ifstream stream(world.folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static std::string waiting() {
    return "select count(*) from pg_stat_activity where datname = current_database()"
           " and wait_event_type = 'Lock'";
  }
  void wait_until_waiting() {
    test::wait_for([this] { return world.database.sql(waiting()) != "0"; }, "somebody to wait");
  }

  test::LinkWorld world;
  std::string output;
};

// What the portal revokes afterwards it revokes at home; the copy serves no longer either.
TEST_F(LateRecords, ARevocationThatComesLateHoldsForTheCopyToo) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  (void)link(account);
  const char* hindrances =
      "select reuse_hindrances(id, owner_key, '2026-01-01', null) from record"
      " where link_id is not null";
  EXPECT_EQ(world.database.sql(hindrances), "{}");
  world.database.sql("update record set revoked_at = now() where link_id is null");
  EXPECT_EQ(world.database.sql(hindrances), "{revoked}");
}

TEST_F(LateRecords, FollowTheLinkByItsOwnRules) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  (void)link(account);
  const auto imported = world.add_records(
      {"a,r1,paper,T,1," + mau.number + ",f1", "a,r2,paper,T,2," + mau.number + ",f2",
       "a,newer,paper,T,1," + mau.number + ",f3", "a,twin,paper,T,1," + mau.number + ",f1",
       "a,child,paper,T,3," + thu.number + ",f4", "a,nobody,paper,T,4,,f5"});
  EXPECT_TRUE(imported.problems.empty());
  EXPECT_EQ(copies(), "newer 2,r1 1,r2 1");
  EXPECT_EQ(world.database.sql("select string_agg(r.portal_record || ' ' || i.state || ' ' ||"
                               " coalesce(i.reason, ''), ',' order by portal_record)"
                               " from transfer_item i join record r on r.id = i.record_id"),
            "child skipped owner_other,newer conflict other_version,nobody skipped owner_unknown,"
            "r1 done ,r2 done ,twin skipped duplicate");
  EXPECT_EQ(world.count("record_file f join record r on r.origin_record_id = f.record_id"), "3");
  EXPECT_EQ(world.count("audit_event where event = 'transfer.late' and account_id is not null"
                        " and link_id is not null"),
            "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(LateRecords, FollowWhenThePortalWritesThemItself) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  (void)link(account);
  PlainConnection portal{world.database.conninfo_as("operator")};
  portal.sql("begin");
  portal.sql(insert(account, "one"));
  portal.sql(insert(account, "two"));
  portal.sql(
      "insert into record_file select (select id from record where portal_record = 'two'"
      " and link_id is null), 'x.pdf', sha256, 'application/pdf' from file");
  EXPECT_EQ(copies(), "r1 1");  // a record is whole at the end of its transaction
  portal.sql("commit");
  EXPECT_EQ(copies(), "one 1,r1 1,two 1");
  EXPECT_EQ(world.database.inconsistencies(), "");
  portal.sql("begin; " + insert(account, "three") + "; rollback");
  EXPECT_EQ(copies(), "one 1,r1 1,two 1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(LateRecords, AreLeftAloneWithoutALink) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  EXPECT_EQ(world.count("late_record"), "0");
  EXPECT_EQ(world.count("transfer_item"), "0");
  EXPECT_EQ(world.count("vault where person_id is not null"), "0");
  (void)account;
}

TEST_F(LateRecords, FilesAndOwnersThatAreToldLaterCount) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1",
                     "a,twin,paper,T,1," + mau.number + ",f1", "a,nobody,paper,T,4,,f4"});
  (void)link(account);
  EXPECT_EQ(copies(), "r1 1");
  EXPECT_TRUE(world.add_records({"a,r1,paper,T,1," + mau.number + ",f2"}).problems.empty());
  EXPECT_EQ(world.count("record_file f join record r on r.origin_record_id = f.record_id"), "2");
  EXPECT_EQ(world.database.inconsistencies(), "");
  // With a file of its own the twin is another version.
  world.add_records({"a,twin,paper,T,1," + mau.number + ",f3"});
  EXPECT_EQ(copies(), "r1 1,twin 2");
  EXPECT_EQ(world.database.inconsistencies(), "");
  world.database.sql(
      "update record set owner_key = (select citizen_key from person)"
      " where portal_record = 'nobody'");
  EXPECT_EQ(copies(), "nobody 1,r1 1,twin 2");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(LateRecords, AWriterWaitsForTheLinkThatIsBeingMade) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  (void)link(world.add_account("other", mau));  // the person is there
  PlainConnection linker{world.database.conninfo()};
  linker.sql(
      "begin; insert into link (account_id, account_kind, person_id, provider, linked_at)"
      " select " +
      std::to_string(account.value()) +
      ", 'personal', id, 'bca', now()"
      " from person");
  linker.sql("select carry_over(max(id), now()) from link");
  linker.sql(
      "insert into audit_event (at, event, result, account_id, link_id)"
      " select now(), 'link.made', 'ok', account_id, id from link order by id desc limit 1");
  std::jthread writer{[&] {
    PlainConnection portal{world.database.conninfo_as("operator")};
    portal.sql(insert(account, "late"));
  }};
  wait_until_waiting();
  linker.sql("commit");
  writer.join();
  EXPECT_EQ(copies(), "late 1,r1 1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(LateRecords, ALinkWaitsForAWriterThatWasFirst) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  PlainConnection portal{world.database.conninfo_as("operator")};
  portal.sql("begin");
  portal.sql(insert(account, "first", "(select owner_key from record limit 1)"));
  Scope scope{world.loop};
  auto linking = scope.start(world.linker.link(world.request(account, mau)));
  world.loop.run_until([&] { return world.database.sql(waiting()) != "0"; });
  portal.sql("commit");
  world.loop.run_until([&] { return linking.settled(); });
  EXPECT_EQ(copies(), "first 1,r1 1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

// Two writers of several accounts each, whose persons meet crosswise.
TEST_F(LateRecords, WritersOfManyAccountsDoNotLockEachOtherOut) {
  constexpr int rounds = 60;
  std::vector<AccountId> accounts;
  for (int i = 0; i < 4; ++i) {
    const test::Citizen& who = i == 0 || i == 3 ? mau : thu;
    accounts.push_back(world.add_account("a" + std::to_string(i), who));
    world.add_records({"a" + std::to_string(i) + ",r" + std::to_string(i) + ",paper,T,x" +
                       std::to_string(i) + "," + who.number + ","});
    (void)link(accounts.back(), who);
  }
  const auto owner = [](const test::Citizen& who) {
    return "(select citizen_key from person where citizen_key = decode('" +
           crypto::hex(test::test_keys()->lookup_key("citizen", who.number)) + "', 'hex'))";
  };
  std::string refused;
  const auto write = [&](std::size_t one, std::size_t other) {
    PlainConnection portal{world.database.conninfo_as("operator")};
    for (int round = 0; round < rounds && refused.empty(); ++round) {
      const std::string name = std::to_string(one) + "-" + std::to_string(round);
      const auto person = [&](std::size_t at) { return owner(at == 0 || at == 3 ? mau : thu); };
      try {
        portal.sql("begin; " + insert(accounts[one], name, person(one)) + "; " +
                   insert(accounts[other], name, person(other)) + "; commit");
      } catch (const std::runtime_error& failure) {
        refused = failure.what();
      }
    }
  };
  std::jthread first{write, 0, 1};   // the persons of mau, thu
  std::jthread second{write, 2, 3};  // of thu, mau
  first.join();
  second.join();
  EXPECT_EQ(refused, "");
  EXPECT_EQ(world.count("record where link_id is not null"), std::to_string(4 + 4 * rounds));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(LateRecords, ThatStayedBehindAreFoundAndCarried) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto linked = link(account);
  EXPECT_TRUE(world.loop.run(vault::unfinished_transfers(world.operator_pool)).empty());
  // As a restore does it.
  PlainConnection{world.database.conninfo()}.sql(
      "begin; set local session_replication_role = replica; " + insert(account, "one") + "; " +
      insert(account, "two") + "; commit");
  EXPECT_THAT(world.database.inconsistencies(),
              testing::HasSubstr("record that its account's transfer does not know"));
  const auto behind = world.loop.run(vault::unfinished_transfers(world.operator_pool));
  ASSERT_EQ(behind.size(), 1U);
  EXPECT_EQ(run("check"), 1);
  EXPECT_THAT(output, testing::HasSubstr("2 records of 1 links stayed behind"));
  EXPECT_EQ(behind[0].link_id, linked.link_id);
  EXPECT_EQ(behind[0].account_id, account);
  EXPECT_EQ(behind[0].stayed_behind, 2);
  EXPECT_EQ(run("resume"), 0);
  EXPECT_THAT(output, testing::HasSubstr("link 1 (account 1): 2 records\n"));
  EXPECT_EQ(run("check"), 0);
  EXPECT_EQ(output, "0 records of 0 links stayed behind\n");
  EXPECT_EQ(world.loop.run(vault::resume_transfer(world.operator_pool, linked.link_id)), 0);
  EXPECT_TRUE(world.loop.run(vault::unfinished_transfers(world.operator_pool)).empty());
  EXPECT_EQ(copies(), "one 1,r1 1,two 1");
  EXPECT_EQ(world.count("audit_event where event = 'transfer.resumed'"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
  // A link without its job, as after a restore of some tables alone.
  world.database.sql(
      "delete from transfer_note; delete from record where link_id is not null;"
      "delete from transfer_job");
  EXPECT_EQ(world.loop.run(vault::unfinished_transfers(world.operator_pool)).size(), 1U);
  EXPECT_EQ(world.loop.run(vault::resume_transfer(world.operator_pool, linked.link_id)), 3);
  EXPECT_EQ(world.database.inconsistencies(), "");
}

}  // namespace
}  // namespace vneid
