// A link is undone by two officers, and the vault goes back by provenance (R40).
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/review_world.hpp"
#include "link/identity_fields.hpp"
#include "link/undo_requests.hpp"

namespace vneid {
namespace {

using link::RulingOutcome;
using test::mau;
using test::thu;
using testing::HasSubstr;
using vault::Owner;

struct LinkUndo : testing::Test {
  link::Linked make(AccountId account, const test::Citizen& person = mau) {
    return std::get<link::Linked>(world.link(world.request(account, person)));
  }
  std::optional<link::UndoRequest> ask(LinkId link_id) {
    link::Links links{world.officer_pool, test::test_keys()};
    const auto link = world.loop.run(links.find(link_id));
    if (!link) return std::nullopt;
    return world.loop.run(requests.ask(*link, "officer_asks", {}, world.loop.wall_now()));
  }
  link::RulingAnswer approve(const std::string& reference, const std::string& officer,
                             const std::string& reason = {}) {
    link::Ruling ruling;
    ruling.reference = reference;
    ruling.officer = officer;
    ruling.note = reason;
    return world.loop.run(world.queue_of(officer).approve(ruling));
  }
  void undo(LinkId link_id) {
    const auto request = ask(link_id);
    ASSERT_TRUE(request);
    ASSERT_EQ(approve(request->reference, "lan", "nhầm người").outcome, RulingOutcome::proposed);
    ASSERT_EQ(approve(request->reference, "minh").outcome, RulingOutcome::approved);
  }
  std::vector<std::string> seen_by(Owner owner) {
    vault::Vault vault{world.pool, test::test_keys()};
    std::vector<std::string> seen;
    const auto records = world.loop.run(vault.list({.owner = owner, .slice = {.most = 1000}}));
    for (const auto& record : records.slice) {
      std::string text = record.number;
      for (const auto& file : record.files) {
        text += " " + file.name;
        EXPECT_TRUE(world.loop.run(vault.open(owner, record.id, file.sha256)));
      }
      seen.push_back(text);
    }
    return seen;
  }
  std::string sql(const std::string& text) { return world.database.sql(text); }
  void expect_whole() { EXPECT_EQ(world.database.inconsistencies(), ""); }

  test::ReviewWorld world;
  link::UndoRequests requests{world.officer_pool, test::test_keys()};
};

TEST_F(LinkUndo, TakesTwoOfficersAndGivesEverythingBack) {
  const auto account = world.add_account("a", mau);
  world.add_records(
      {"a,r1,paper,T,1," + mau.number + ",f1", "a,child,paper,T,2," + thu.number + ",f2"});
  const auto linked = make(account);
  const Owner person{linked.person_id};
  const auto before = seen_by(Owner{account});
  ASSERT_THAT(seen_by(person), testing::ElementsAre("1 f1"));

  const auto request = ask(linked.link_id);
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->repeated);
  EXPECT_TRUE(ask(linked.link_id)->repeated);
  // Which is no question to the identity page.
  link::Identities identities{world.pool, test::test_keys()};
  EXPECT_FALSE(world.loop.run(identities.read(account, linked.person_id))->review);
  EXPECT_EQ(ask(linked.link_id)->reference, request->reference);
  EXPECT_EQ(approve(request->reference, "lan").outcome, RulingOutcome::unreasoned);
  EXPECT_EQ(approve(request->reference, "lan", "nhầm người").outcome, RulingOutcome::proposed);
  EXPECT_EQ(approve(request->reference, "lan", "vẫn nhầm").outcome, RulingOutcome::same_officer);
  EXPECT_EQ(sql("select state from link"), "active");
  expect_whole();
  const auto undone = approve(request->reference, "minh");
  EXPECT_EQ(undone.outcome, RulingOutcome::approved);
  EXPECT_EQ(undone.review->because, "nhầm người");
  EXPECT_EQ(sql("select state, undone_by, undo_approved_by, undo_reason, undone_at >= linked_at"
                " from link"),
            "undone|lan|minh|nhầm người|t");
  EXPECT_THAT(seen_by(person), testing::IsEmpty());
  EXPECT_EQ(seen_by(Owner{account}), before);
  expect_whole();
  EXPECT_EQ(sql("select event, officer, link_id from audit_event where event like 'undo%'"
                " or event like 'review.%' or event = 'link.undone' order by id"),
            "undo.asked||1\nreview.proposed|lan|1\nreview.approved|minh|1\nlink.undone|minh|1");
  EXPECT_EQ(sql("select count(distinct pid_key), count(*) from audit_event where link_id = 1"
                " and event in ('link.made', 'link.undone') and pid_masked = '052******999'"),
            "1|2");
  EXPECT_EQ(approve(request->reference, "minh").outcome, RulingOutcome::decided_before);
  EXPECT_FALSE(ask(linked.link_id));
  EXPECT_EQ(world.loop.run(requests.account_of_undone(linked.link_id)), account);
  EXPECT_EQ(world.loop.run(requests.account_of_undone(LinkId{99})), std::nullopt);
}

TEST_F(LinkUndo, LeavesTheTraceOfWhatWasReused) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto linked = make(account);
  for (const char* dossier : {"H99-1", "H99-2"}) {
    sql("select reuse_record(l.person_id, l.account_id, r.id, f.sha256, 'portal', '" +
        std::string{dossier} + "', null, null, '" + dossier +
        "', '2026-01-01', now())"
        " from record r join record_file f on f.record_id = r.origin_record_id join link l on l.id "
        "= r.link_id");
  }
  undo(linked.link_id);
  EXPECT_THAT(seen_by(Owner{linked.person_id}), testing::IsEmpty());
  EXPECT_EQ(sql("select c.reuse_count, c.returned_at is not null, o.portal_record, f.name"
                " from record c join record o on o.id = c.origin_record_id"
                " join record_file f on f.record_id = o.id where c.link_id is not null"),
            "2|t|r1|f1");
  expect_whole();
}

TEST_F(LinkUndo, GivesBackWhatCameLaterAndKeepsWhatWasMadeForThePerson) {
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto linked = make(account);
  world.add_records({"a,r2,paper,T,2," + mau.number + ",f2"});
  sql("insert into record (vault_id, portal_record, kind, title, number, source, trust)"
      " select id, 'own', 'result', 'Kết quả', 'own', 'dossier_result', 2 from vault"
      " where person_id is not null");
  EXPECT_EQ(seen_by(Owner{linked.person_id}).size(), 3U);
  expect_whole();
  undo(linked.link_id);
  EXPECT_THAT(seen_by(Owner{linked.person_id}), testing::ElementsAre("own"));
  EXPECT_THAT(seen_by(Owner{account}), testing::UnorderedElementsAre("1 f1", "2 f2"));
  // What comes now is the account's alone.
  world.add_records({"a,r3,paper,T,3," + mau.number + ",f3"});
  EXPECT_THAT(seen_by(Owner{linked.person_id}), testing::ElementsAre("own"));
  expect_whole();
}

TEST_F(LinkUndo, LeavesThePersonWhatOtherAccountsHaveToo) {
  std::vector<link::Linked> links;
  for (const std::string name : {"a", "b", "c"}) {
    const auto account = world.add_account(name, mau);
    world.add_records({name + ",same,paper,T,1," + mau.number + ",same",
                       name + ",own,paper,T,2" + name + "," + mau.number + ",own" + name});
    links.push_back(make(account));
  }
  const Owner person{links[0].person_id};
  EXPECT_THAT(seen_by(person),
              testing::UnorderedElementsAre("1 same", "2a owna", "2b ownb", "2c ownc"));
  undo(links[0].link_id);
  EXPECT_THAT(seen_by(person), testing::UnorderedElementsAre("1 same", "2b ownb", "2c ownc"));
  expect_whole();
  undo(links[1].link_id);
  EXPECT_THAT(seen_by(person), testing::UnorderedElementsAre("1 same", "2c ownc"));
  expect_whole();
  undo(links[2].link_id);
  EXPECT_THAT(seen_by(person), testing::IsEmpty());
  expect_whole();
}

TEST_F(LinkUndo, CanBeUndoneItselfByLinkingAgain) {
  const auto account = world.add_account("a", mau);
  world.add_records(
      {"a,old,paper,T,1," + mau.number + ",f1", "a,new,paper,T,1," + mau.number + ",f2"});
  sql("update record set replaces = (select id from record where portal_record = 'old')"
      " where portal_record = 'new'");
  const auto first = make(account);
  const auto seen = seen_by(Owner{first.person_id});
  undo(first.link_id);
  for (int again = 0; again < 2; ++again) {
    const auto next = make(account);
    EXPECT_FALSE(next.repeated);
    EXPECT_EQ(next.person_id, first.person_id);
    EXPECT_EQ(next.transfer, first.transfer);
    EXPECT_EQ(seen_by(Owner{first.person_id}), seen);
    expect_whole();
    undo(next.link_id);
    EXPECT_THAT(seen_by(Owner{first.person_id}), testing::IsEmpty());
    expect_whole();
  }
  EXPECT_EQ(world.count("link where state = 'undone'"), "3");

  // And to the person whose account it is after all.
  const std::string key = link::account_key(*test::test_keys(), PortalName{"portal"}, "a");
  world.set_field("a", identity::Field::citizen_id, thu.number);
  world.set_field("a", identity::Field::name, thu.name);
  world.set_field("a", identity::Field::birth_date, "1990-03-02");
  const std::string number = crypto::hex(test::test_keys()->lookup_key("citizen", thu.number));
  sql("update identity_field set value_key = decode('" + number +
      "', 'hex') where field ="
      " 'citizen_id'; update record set owner_key = decode('" +
      number +
      "', 'hex')"
      " where link_id is null and portal_record = 'old'");
  const auto right = make(account, thu);
  EXPECT_NE(right.person_id, first.person_id);
  EXPECT_THAT(seen_by(Owner{right.person_id}), testing::ElementsAre("1 f1"));
  EXPECT_THAT(seen_by(Owner{first.person_id}), testing::IsEmpty());
  expect_whole();
}

TEST_F(LinkUndo, IsRefusedWithoutItsReview) {
  const auto account = world.add_account("a", mau);
  const auto linked = make(account);
  const std::string call = "select undo_link(" + std::to_string(linked.link_id.value()) + ")";
  const auto refused_to = [&](const std::string& role) {
    test::PlainConnection connection{world.database.conninfo_as(role)};
    EXPECT_THROW(connection.sql(call), std::runtime_error);
    return connection.refused_by();
  };
  EXPECT_EQ(refused_to("worker"), "42501");
  EXPECT_EQ(refused_to("officer"), "23001");
  const auto request = ask(linked.link_id);
  EXPECT_EQ(refused_to("officer"), "23001");
  (void)approve(request->reference, "lan", "nhầm");
  EXPECT_EQ(refused_to("officer"), "23001");
  (void)approve(request->reference, "minh");
  EXPECT_EQ(refused_to("officer"), "23001");  // undone already
  EXPECT_EQ(world.count("audit_event where event = 'link.undone'"), "1");
  expect_whole();
}

TEST_F(LinkUndo, IsRejectedByOneOfficer) {
  const auto linked = make(world.add_account("a", mau));
  const auto request = ask(linked.link_id);
  EXPECT_EQ(world.reject(request->reference, "lan").outcome, RulingOutcome::rejected);
  EXPECT_EQ(sql("select state from link"), "active");
  const auto again = ask(linked.link_id);
  EXPECT_FALSE(again->repeated);
  EXPECT_NE(again->reference, request->reference);
  expect_whole();
}

// Links, undoings and late records of accounts of one person, all at once.
TEST_F(LinkUndo, HoldsWhileEverythingElseGoesOn) {
  constexpr int rounds = 15;
  std::vector<AccountId> accounts;
  for (const std::string name : {"a", "b", "c"}) {
    accounts.push_back(world.add_account(name, mau));
    world.add_records({name + ",same,paper,T,1," + mau.number + ",same"});
  }
  std::string owner = crypto::hex(test::test_keys()->lookup_key("citizen", mau.number));
  std::atomic<bool> over = false;
  std::string refused;
  std::jthread writer{[&] {
    test::PlainConnection portal{world.database.conninfo_as("operator")};
    for (int n = 0; !over && refused.empty(); ++n) {
      const std::string account = std::to_string(accounts[static_cast<std::size_t>(n) % 3].value());
      try {
        portal.sql(
            "insert into record (vault_id, portal_record, kind, title, number,"
            " doc_type_code, source, trust, owner_key) select id, 'late" +
            std::to_string(n) + "', 'paper', 'Giấy', '" + std::to_string(n) +
            "', 'L', 'dossier_result', 2, decode('" + owner +
            "', 'hex') from vault"
            " where account_id = " +
            account);
      } catch (const std::runtime_error& failure) {
        refused = failure.what();
      }
    }
  }};
  for (int round = 0; round < rounds; ++round) {
    for (const AccountId account : accounts) (void)world.link(world.request(account, mau));
    const LinkId link_id{
        std::stoll(sql("select id from link where state = 'active' order by"
                       " account_id offset " +
                       std::to_string(round % 3) + " limit 1"))};
    undo(link_id);
  }
  over = true;
  writer.join();
  EXPECT_EQ(refused, "");
  expect_whole();
}

}  // namespace
}  // namespace vneid
