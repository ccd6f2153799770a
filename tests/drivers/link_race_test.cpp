#include <algorithm>
#include <exception>
#include <vector>

#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::LinkWorld;
using test::mau;
using test::Outcomes;

constexpr int rivals = 100;

/// Starts all requests at once and waits for every outcome.
Outcomes run_together(LinkWorld& world, const std::vector<link::LinkRequest>& requests) {
  Scope scope{world.loop};
  std::vector<Joined<link::LinkOutcome>> running;
  running.reserve(requests.size());
  for (const auto& request : requests) running.push_back(scope.start(world.linker.link(request)));
  world.loop.run_until(
      [&running] { return std::ranges::all_of(running, [](auto& one) { return one.settled(); }); });
  Outcomes outcomes;
  for (auto& one : running) {
    outcomes.count(world.loop.run([](Joined<link::LinkOutcome> joined) -> Task<link::LinkOutcome> {
      link::LinkOutcome outcome = co_await joined;
      co_return outcome;
    }(one)));
  }
  return outcomes;
}

std::vector<std::string> ten_records(const std::string& account) {
  std::vector<std::string> rows;
  for (int i = 0; i < 10; ++i) {
    const std::string n = std::to_string(i);
    rows.push_back(account + ",r" + n + ",paper,T," + n + "," + mau.number + "," + account + n);
  }
  return rows;
}

TEST(LinkRace, HundredEqualCallbacksMakeOneLink) {
  LinkWorld world{16};
  const auto account = world.add_account("a", mau);
  world.add_records(ten_records("a"));
  const std::vector<link::LinkRequest> requests(rivals, world.request(account, mau));
  const Outcomes outcomes = run_together(world, requests);
  EXPECT_EQ(outcomes.linked, 1);
  EXPECT_EQ(outcomes.repeated, rivals - 1);
  EXPECT_EQ(world.count("link"), "1");
  EXPECT_EQ(world.count("record where link_id is not null"), "10");
  EXPECT_EQ(world.count("person"), "1");
  EXPECT_EQ(world.count("audit_event where event = 'link.made'"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(LinkRace, AnotherPersonIsRefusedWhoeverComesFirst) {
  LinkWorld world{16};
  const auto account = world.add_account("a", mau);
  world.add_records(ten_records("a"));
  std::vector<link::LinkRequest> requests;
  for (int i = 0; i < rivals; ++i) {
    requests.push_back(world.request(account, i % 2 == 0 ? mau : test::thu));
  }
  const Outcomes outcomes = run_together(world, requests);
  EXPECT_EQ(outcomes.linked, 1);
  EXPECT_EQ(outcomes.repeated, rivals / 2 - 1);
  EXPECT_EQ(outcomes.refused, rivals / 2);
  EXPECT_EQ(world.count("person"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

// Two subjects of one issuer with one number: R29 lets one of them be the person.
TEST(LinkRace, OneOfTwoSubjectsWithOneNumberWins) {
  LinkWorld world{16};
  const auto account = world.add_account("a", mau);
  world.add_records(ten_records("a"));
  std::vector<link::LinkRequest> requests;
  for (int i = 0; i < rivals; ++i) {
    requests.push_back(world.request(account, mau, i % 2 == 0 ? "first" : "second"));
  }
  const Outcomes outcomes = run_together(world, requests);
  EXPECT_EQ(outcomes.linked, 1);
  EXPECT_EQ(outcomes.repeated, rivals / 2 - 1);
  EXPECT_EQ(outcomes.taken, rivals / 2);
  EXPECT_EQ(world.count("person_subject"), "1");
  EXPECT_EQ(world.count("record where link_id is not null"), "10");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(LinkRace, TwoSubjectsOnTwoAccountsNeverShareAPerson) {
  LinkWorld world{16};
  const auto first = world.add_account("a", mau);
  const auto second = world.add_account("b", mau);
  std::vector<link::LinkRequest> requests;
  for (int i = 0; i < rivals; ++i) {
    requests.push_back(i % 2 == 0 ? world.request(first, mau, "first")
                                  : world.request(second, mau, "second"));
  }
  const Outcomes outcomes = run_together(world, requests);
  EXPECT_EQ(outcomes.linked, 1);
  EXPECT_EQ(outcomes.review, rivals / 2);
  EXPECT_EQ(world.count("review"), "1");
  EXPECT_EQ(world.count("person_subject"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(LinkRace, AccountsOfOnePersonLinkTogether) {
  LinkWorld world{16};
  std::vector<link::LinkRequest> requests;
  constexpr int accounts = 20;
  for (int i = 0; i < accounts; ++i) {
    const std::string name = "account" + std::to_string(i);
    const auto account = world.add_account(name, mau);
    // All hold one equal paper and one of their own.
    world.add_records({name + ",same,paper,T,1," + mau.number + ",same.pdf",
                       name + ",own,paper,T,2" + std::to_string(i) + "," + mau.number + ","});
    requests.push_back(world.request(account, mau));
  }
  const Outcomes outcomes = run_together(world, requests);
  EXPECT_EQ(outcomes.linked, accounts);
  EXPECT_EQ(world.count("person"), "1");
  EXPECT_EQ(world.count("record where link_id is not null"), std::to_string(accounts + 1));
  EXPECT_EQ(world.count("transfer_item where reason = 'duplicate'"), std::to_string(accounts - 1));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(LinkRace, ManyPeopleLinkAtOnce) {
  LinkWorld world{16};
  std::vector<link::LinkRequest> requests;
  constexpr int people = 40;
  for (int i = 0; i < people; ++i) {
    test::Citizen citizen = mau;
    citizen.number = "0520890000" + std::to_string(10 + i);
    const std::string name = "p" + std::to_string(i);
    const auto account = world.add_account(name, citizen);
    world.add_records({name + ",r,paper,T,1," + citizen.number + ",f"});
    requests.push_back(world.request(account, citizen));
  }
  const Outcomes outcomes = run_together(world, requests);
  EXPECT_EQ(outcomes.linked, people);
  EXPECT_EQ(world.count("file"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

}  // namespace
}  // namespace vneid
