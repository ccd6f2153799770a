// One account becomes part of another by two officers, and no record is lost or doubled.
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "drivers/support/review_world.hpp"
#include "link/officer/flagging.hpp"
#include "link/officer/merging.hpp"
#include "link/undo_requests.hpp"
#include "net/unavailable.hpp"

namespace vneid {
namespace {

using link::RulingOutcome;
using test::mau;
using test::thu;

struct LinkMerge : testing::Test {
  std::variant<link::MergeRequest, link::MergeObstacle> ask(AccountId from, AccountId into) {
    link::Accounts accounts{world.officer_pool, test::test_keys()};
    return world.loop.run(requests.ask(world.loop.run(accounts.find(from)).value(),
                                       world.loop.run(accounts.find(into)).value(),
                                       world.loop.wall_now()));
  }
  std::string obstacle(AccountId from, AccountId into) {
    const auto asked = ask(from, into);
    const auto* found = std::get_if<link::MergeObstacle>(&asked);
    return found == nullptr ? "" : found->code;
  }
  static link::Ruling ruling(const std::string& reference, const std::string& officer) {
    link::Ruling ruling;
    ruling.reference = reference;
    ruling.officer = officer;
    ruling.note = officer == "lan" ? "một người" : "";
    return ruling;
  }
  std::string propose(AccountId from, AccountId into) {
    const auto reference = std::get<link::MergeRequest>(ask(from, into)).reference;
    EXPECT_EQ(world.loop.run(world.queue_of("lan").approve(ruling(reference, "lan"))).outcome,
              RulingOutcome::proposed);
    return reference;
  }
  link::RulingAnswer approve(const std::string& reference) {
    return world.loop.run(world.queue_of("minh").approve(ruling(reference, "minh")));
  }
  link::Linked make(AccountId account, const test::Citizen& person = mau) {
    return std::get<link::Linked>(world.link(world.request(account, person)));
  }
  std::string sql(const std::string& text) { return world.database.sql(text); }
  /// "record@vault's owner", where each record lives: where it is, or where its copy is.
  std::string places() {
    return sql(
        "select string_agg(o.portal_record || '@' || coalesce('a' || v.account_id,"
        " 'p' || v.person_id), ' ' order by o.id) from record o"
        " join record r on r.id = coalesce((select c.id from record c where"
        " c.origin_record_id = o.id and c.returned_at is null), o.id) join vault v on v.id ="
        " r.vault_id where o.link_id is null");
  }
  void expect_whole() { EXPECT_EQ(world.database.inconsistencies(), ""); }

  test::ReviewWorld world;
  link::MergeRequests requests{world.officer_pool, test::test_keys()};
};

TEST_F(LinkMerge, EveryRecordLivesInExactlyOnePlace) {
  const auto from = world.add_account("a", mau);
  const auto into = world.add_account("b", mau);
  const std::string own = mau.number;
  world.add_records({"a,r1,paper,T,1," + own + ",f1", "a,child,paper,T,2," + thu.number + ",f2",
                     "a,same,paper,T,9," + own + ",f9", "a,name,paper,T,4," + own + ",f4",
                     "b,twin,paper,T,9," + own + ",f9", "b,name,paper,T,5," + own + ",f5"});
  make(into);
  EXPECT_EQ(places(), "r1@a1 child@a1 same@a1 name@a1 twin@p1 name@p1");
  const auto done = approve(propose(from, into));
  ASSERT_EQ(done.outcome, RulingOutcome::approved);
  EXPECT_EQ(done.moved, 2);
  EXPECT_EQ(done.stayed, 2);
  // What is the person's follows the person's own link; a child's paper stays with the account.
  EXPECT_EQ(places(), "r1@p1 child@a2 same@a1 name@a1 twin@p1 name@p1");
  EXPECT_EQ(sql("select r.portal_record, m.state, m.reason, d.portal_record from merge_item m"
                " join record r on r.id = m.record_id left join record d on d.id = m.duplicate_of"
                " order by r.id"),
            "r1|moved||\nchild|moved||\nsame|stayed|duplicate|twin\nname|stayed|name_taken|");
  EXPECT_EQ(sql("select count(*), count(distinct account_id) from link"), "1|1") << "no link more";
  EXPECT_EQ(sql("select event, account_id, officer from audit_event where event like 'account.%'"
                " or event like 'merge.%' or event = 'transfer.late' order by id"),
            "merge.asked|1|\ntransfer.late|2|minh\naccount.merged|1|minh\naccount.absorbed|2|minh");
  EXPECT_EQ(sql("select account_id, act, officer, reason, other_account_id from account_act"
                " order by id"),
            "1|merged|minh|một người|2\n2|absorbed|minh|một người|1");
  expect_whole();
  // Records that an import still names by the account that is gone reach the one that stayed.
  world.add_records({"a,late,paper,T,7," + own + ",f7", "a,r1,paper,T,1," + own + ",f1"});
  EXPECT_EQ(places(), "r1@p1 child@a2 same@a1 name@a1 twin@p1 name@p1 late@p1");
  expect_whole();
  // So do those that the portal's own SQL writes there, except a name that is taken.
  for (const char* name : {"later", "twin"}) {
    sql("insert into record (vault_id, portal_record, kind, title, number, doc_type_code, source,"
        " trust, owner_key) select v.id, n, 'paper', 'x', n, 'T', 'dossier_result', 2,"
        " p.citizen_key from vault v, person p, (select '" +
        std::string{name} + "') name (n) where v.account_id = 1");
  }
  EXPECT_EQ(places(), "r1@p1 child@a2 same@a1 name@a1 twin@p1 name@p1 late@p1 later@p1 twin@a1");
  expect_whole();
  EXPECT_EQ(obstacle(from, into), "merged_before");
}

TEST_F(LinkMerge, WhatALinkHasCarriedStaysWithItsPerson) {
  const auto from = world.add_account("a", mau);
  const auto into = world.add_account("b", mau);
  world.add_records(
      {"a,r1,paper,T,1," + mau.number + ",f1", "a,child,paper,T,2," + thu.number + ",f2"});
  const auto linked = make(from);
  make(into);
  ASSERT_EQ(approve(propose(from, into)).outcome, RulingOutcome::approved);
  EXPECT_EQ(places(), "r1@p1 child@a2");
  EXPECT_EQ(sql("select account_id, person_id, state from link order by id"),
            "1|1|active\n2|1|active");
  expect_whole();
  // The link of the account that is gone can be undone still: its records are its own again.
  link::Links links{world.officer_pool, test::test_keys()};
  link::UndoRequests undo{world.officer_pool, test::test_keys()};
  const auto link = world.loop.run(links.find(linked.link_id));
  const auto asked =
      world.loop.run(undo.ask(link.value(), "officer_asks", {}, world.loop.wall_now()));
  ASSERT_EQ(world.loop.run(world.queue_of("lan").approve(ruling(asked->reference, "lan"))).outcome,
            RulingOutcome::proposed);
  ASSERT_EQ(approve(asked->reference).outcome, RulingOutcome::approved);
  EXPECT_EQ(places(), "r1@a1 child@a2");
  expect_whole();
}

TEST_F(LinkMerge, NeverMakesOrTakesALink) {
  const auto from = world.add_account("a", mau);
  const auto into = world.add_account("b", mau);
  const auto strangers = world.add_account("c", thu);
  const auto typed = world.add_account("d", mau, "self_entered");
  const auto firm = world.add_account("e", mau, "verified", "organization");
  make(from);
  EXPECT_EQ(obstacle(from, into), "linked");
  EXPECT_EQ(obstacle(into, strangers), "other_number");
  make(strangers, thu);
  EXPECT_EQ(obstacle(from, strangers), "linked");
  EXPECT_EQ(obstacle(into, strangers), "other_number");
  EXPECT_EQ(obstacle(into, firm), "other_kind");
  EXPECT_EQ(obstacle(into, into), "same_account");
  sql("update account set status = 'closed' where id = 4");
  EXPECT_EQ(obstacle(into, typed), "closed");
  sql("update account set portal = 'other' where id = 1");
  EXPECT_EQ(obstacle(into, from), "other_portal");
  sql("update account set portal = 'portal' where id = 1");
  world.loop.run(
      link::flag_person(world.officer_pool, {PersonId{1}, "officer", "x", "052******999"}));
  EXPECT_EQ(obstacle(into, from), "kept_out");
  EXPECT_EQ(sql("select count(*) from review"), "0");
}

TEST_F(LinkMerge, WhoeverIsLinkedBetweenTheTwoOfficersMakesItOutdated) {
  const auto from = world.add_account("a", mau, "self_entered");
  const auto into = world.add_account("b", thu, "self_entered");
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const std::string reference = propose(from, into);
  EXPECT_EQ(sql("select reasons from review where kind = 'merge'"),
            "{officer_asks,number_not_verified,other_number_not_verified}");
  world.set_field("b", identity::Field::name, "Lê Minh Mẫu");
  EXPECT_EQ(approve(reference).outcome, RulingOutcome::outdated);
  EXPECT_EQ(places(), "r1@a1");
}

TEST_F(LinkMerge, TheFunctionAloneMergesNothing) {
  const auto from = world.add_account("a", mau);
  const auto into = world.add_account("b", mau);
  const std::string reference = propose(from, into);
  EXPECT_THROW(world.database.sql("select merge_accounts(id) from review"), std::runtime_error);
  EXPECT_EQ(world.loop.run(world.queue_of("lan").approve(ruling(reference, "lan"))).outcome,
            RulingOutcome::same_officer);
  EXPECT_EQ(sql("select count(*) from account where status = 'closed'"), "0");
}

TEST_F(LinkMerge, OpenQuestionsOfTheAccountAreSettledAndAnUndoingComesFirst) {
  const auto from = world.add_account("a", mau);
  const auto into = world.add_account("b", mau);
  world.open(world.contradiction(from, "Lê Minh Khác"));
  const auto linked = make(into);
  const std::string reference = propose(from, into);
  link::Links links{world.officer_pool, test::test_keys()};
  link::UndoRequests undo{world.officer_pool, test::test_keys()};
  const auto link = world.loop.run(links.find(linked.link_id));
  const auto asked =
      world.loop.run(undo.ask(link.value(), "citizen_asks", {}, world.loop.wall_now()));
  const auto refused = approve(reference);
  EXPECT_EQ(refused.outcome, RulingOutcome::obstructed);
  EXPECT_EQ(refused.obstacle, "undo_open");
  ASSERT_EQ(world.reject(asked->reference, "lan").outcome, RulingOutcome::rejected);
  ASSERT_EQ(approve(reference).outcome, RulingOutcome::approved);
  EXPECT_EQ(sql("select kind, state, decided_by from review order by id"),
            "identity|rejected|minh\nmerge|approved|minh\nundo|rejected|lan");
  EXPECT_EQ(sql("select count(*) from audit_event where event = 'review.rejected'"), "2");
  expect_whole();
}

Task<bool> finished(Joined<link::RulingAnswer> joined) {
  bool made = false;
  try {
    co_await joined;
    made = true;
  } catch (const Unavailable&) {
    made = false;
  }
  co_return made;
}

/// The table at which the transaction is held up, and then killed.
class LinkMergeCrash : public LinkMerge, public testing::WithParamInterface<const char*> {};

TEST_P(LinkMergeCrash, LeavesBothAccountsWholeAndCanBeRepeated) {
  const auto from = world.add_account("a", mau);
  const auto into = world.add_account("b", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1", "a,r2,paper,T,2," + thu.number + ",",
                     "b,r3,paper,T,3," + mau.number + ",f3"});
  make(into);
  const std::string reference = propose(from, into);
  const std::string before = places();
  Scope scope{world.loop};
  {
    test::PlainConnection holder{world.database.conninfo()};
    holder.sql(std::string("begin; lock table ") + GetParam() + " in exclusive mode");
    auto running = scope.start(world.queue_of("minh").approve(ruling(reference, "minh")));
    test::wait_for(
        [this] {
          world.loop.poll();
          return sql("select count(*) from pg_stat_activity where application_name = 'vneid'"
                     " and datname = current_database() and wait_event_type = 'Lock'") == "1";
        },
        "the lock");
    sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vneid'"
        " and datname = current_database()");
    EXPECT_FALSE(world.loop.run(finished(running)));
  }
  EXPECT_EQ(places(), before);
  EXPECT_EQ(sql("select count(*) from merge_item"), "0");
  EXPECT_EQ(sql("select count(*) from account where status = 'closed'"), "0");
  expect_whole();
  EXPECT_EQ(approve(reference).outcome, RulingOutcome::approved);
  EXPECT_EQ(places(), "r1@p1 r2@a2 r3@p1");
  expect_whole();
}

INSTANTIATE_TEST_SUITE_P(EveryStep, LinkMergeCrash,
                         testing::Values("account", "review", "person", "vault", "merge_item",
                                         "record", "transfer_note", "account_act", "audit_event"),
                         [](const auto& info) { return std::string{info.param}; });

TEST(PersonFlag, AndALinkThatIsBeingMadeFindEachOther) {
  test::ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto other = world.add_account("b", mau);
  ASSERT_TRUE(std::holds_alternative<link::Linked>(world.link(world.request(account, mau))));
  Scope scope{world.loop};
  test::PlainConnection officer{world.database.conninfo()};
  officer.sql("begin; select flag_person(1, 'lan', 'x', '052******999')");
  auto running = scope.start(world.linker.link(world.request(other, mau)));
  test::wait_for(
      [&world] {
        world.loop.poll();
        return world.database.sql(
                   "select count(*) from pg_stat_activity where application_name ="
                   " 'vneid' and datname = current_database()"
                   " and wait_event_type = 'Lock'") == "1";
      },
      "the link");
  officer.sql("commit");
  const auto outcome = world.loop.run([](auto joined) -> Task<link::LinkOutcome> {
    link::LinkOutcome made = co_await joined;
    co_return made;
  }(running));
  EXPECT_EQ(std::get<link::Refused>(outcome).decision.outcome, identity::LinkOutcome::kept_out);
  EXPECT_EQ(world.count("link"), "1");
}

}  // namespace
}  // namespace vneid
