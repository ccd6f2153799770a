#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/seal/archiver.hpp"
#include "audit/seal/evidence.hpp"
#include "drivers/support/audit_world.hpp"

namespace vneid {
namespace {

using audit::FoundEvent;
using test::AuditWorld;
using test::joined;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::chrono::hours long_ago{24 * 200};
constexpr std::chrono::hours boundary{24 * 100};

std::int64_t before(std::chrono::hours ago) {
  const auto then = std::chrono::system_clock::now() - ago;
  return std::chrono::duration_cast<std::chrono::microseconds>(then.time_since_epoch()).count();
}

struct AuditEvidence : testing::Test {
  std::optional<FoundEvent> find(std::int64_t id, std::vector<std::string> archives = {}) {
    struct Work {
      Task<std::optional<FoundEvent>> operator()(postgres::Pool& pool, std::int64_t number,
                                                 std::vector<std::string> paths) const {
        auto transaction = co_await audit::begin_looking(pool);
        auto found = co_await audit::find_event({transaction, std::move(paths)}, number);
        co_await transaction.rollback();
        co_return found;
      }
    };
    return world.loop.run(Work{}(world.auditor, id, std::move(archives)));
  }
  std::vector<std::int64_t> of_person(const std::string& key,
                                      std::vector<std::string> archives = {}) {
    struct Work {
      Task<std::vector<FoundEvent>> operator()(postgres::Pool& pool, std::string pid_key,
                                               std::vector<std::string> paths) const {
        auto transaction = co_await audit::begin_looking(pool);
        auto found = co_await audit::events_of_person({transaction, std::move(paths)}, pid_key);
        co_await transaction.rollback();
        co_return found;
      }
    };
    std::vector<std::int64_t> ids;
    for (const auto& found : world.loop.run(Work{}(world.auditor, key, std::move(archives)))) {
      ids.push_back(found.event.id());
    }
    return ids;
  }
  std::string proof(std::int64_t id, std::vector<std::string> archives = {}) {
    struct Work {
      Task<std::string> operator()(postgres::Pool& pool, FoundEvent found) const {
        auto transaction = co_await audit::begin_looking(pool);
        auto head = co_await audit::newest_head(transaction);
        std::vector<FoundEvent> one{std::move(found)};
        const auto proofs = co_await audit::prove_inclusion(transaction, *head, std::move(one));
        co_await transaction.rollback();
        co_return proofs.front().to_line();
      }
    };
    return world.loop.run(Work{}(world.auditor, find(id, std::move(archives)).value()));
  }
  std::string consistency(std::uint64_t first, std::uint64_t second) {
    struct Work {
      Task<std::string> operator()(postgres::Pool& pool, std::uint64_t older,
                                   std::uint64_t newer) const {
        auto transaction = co_await audit::begin_looking(pool);
        auto from = co_await audit::head_numbered(transaction, older);
        auto to = co_await audit::head_numbered(transaction, newer);
        const auto made = co_await audit::prove_consistency(transaction, *from, *to);
        co_await transaction.rollback();
        co_return made.to_line();
      }
    };
    return world.loop.run(Work{}(world.auditor, first, second));
  }
  std::optional<audit::Archived> archive(const std::string& name, postgres::Pool& as) {
    return world.loop.run(audit::archive(
        as, world.keys,
        {.before = before(boundary), .path = world.folder.file(name), .officer = "lan"}));
  }
  /// Six events of long ago under two heads, and four of today.
  void write_two_eras() {
    for (int head = 0; head < 2; ++head) {
      for (int i = 0; i < 3; ++i) world.write("old", long_ago);
      // Long ago sealing was complete too; here that would be yesterday's head over older events.
      world.seal({.batch = 3});
      world.tamper("delete from audit_head where complete");
    }
    world.write(4);
    world.seal();
  }

  AuditWorld world;
};

TEST_F(AuditEvidence, ProvesEachEventOfATreeWithKeptSubtrees) {
  world.write_many(2500);
  world.seal({.batch = 900});
  for (const std::int64_t id : {1, 2, 1023, 1024, 1025, 2048, 2049, 2499, 2500}) {
    const auto proven = audit::check_proof(proof(id), world.keys);
    EXPECT_TRUE(proven) << id << ": " << proven.error();
  }
}

TEST_F(AuditEvidence, ProvesThatHeadsGoOnFromOneAnother) {
  for (int i = 0; i < 3; ++i) {
    world.write_many(800);
    world.seal();
  }
  for (std::uint64_t first = 0; first < 3; ++first) {
    for (std::uint64_t second = first; second < 3; ++second) {
      const auto proven = audit::check_proof(consistency(first, second), world.keys);
      EXPECT_TRUE(proven) << first << " " << second << ": " << proven.error();
    }
  }
}

TEST_F(AuditEvidence, IsNotGivenOutOfATamperedTree) {
  world.write_many(1500);
  world.seal();
  world.tamper("update audit_leaf set hash = sha256('x') where position = 1499");
  EXPECT_THAT([&] { proof(3); }, ThrowsMessage<audit::NoEvidence>(HasSubstr("audit verify")));
  world.tamper("delete from audit_leaf where position = 1023");
  EXPECT_THAT([&] { proof(3); }, ThrowsMessage<audit::NoEvidence>(HasSubstr("audit verify")));
}

TEST_F(AuditEvidence, KnowsWhatIsNotSealedAndWhatIsNotThere) {
  world.write("start");
  EXPECT_FALSE(find(1)->position);
  EXPECT_FALSE(find(2));
  world.seal();
  EXPECT_EQ(find(1)->position, 0U);
}

TEST_F(AuditEvidence, OfAPersonIsHisNumbersAndHisLinkedAccounts) {
  const std::string lan(32, 'l');
  const std::string minh(32, 'm');
  const auto event = [&](std::int64_t account, const std::string& pid_key, bool link) {
    world.write("x", {}, [&](audit::Event& each) {
      each.account_id = AccountId{account};
      each.pid_key = pid_key;
      if (link) each.link_id = LinkId{1};
    });
  };
  event(1, "", false);    // 1: hers, by the link
  event(2, minh, true);   // 2
  event(1, lan, true);    // 3: the link
  event(3, lan, false);   // 4: somebody tried her number in another account
  event(3, "", false);    // 5: which is not hers
  event(1, minh, false);  // 6: her account tried another number
  EXPECT_THAT(of_person(lan), ElementsAre(1, 3, 4, 6));
  EXPECT_THAT(of_person(minh), ElementsAre(2, 6));
  EXPECT_THAT(of_person(std::string(32, 'x')), ElementsAre());
}

TEST_F(AuditEvidence, IsKeptWhenEventsAreArchived) {
  write_two_eras();
  const auto done = archive("a", world.owner);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->first, 0U);
  EXPECT_EQ(done->head.size, 6U);
  EXPECT_EQ(world.count("audit_event where event = 'old'"), "0");
  EXPECT_EQ(world.database.sql("select officer from audit_event where event = 'audit.archived'"),
            "lan");
  EXPECT_EQ(world.count("audit_leaf"), "10");

  const std::string file = world.folder.file("a");
  EXPECT_EQ(world.verify().problems, 6U);
  EXPECT_THAT(world.verify().findings.front(), HasSubstr("was removed; if it was archived, give"));
  const auto verdict = world.verify({.archives = {file}});
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
  EXPECT_EQ(verdict.archived, 6U);

  EXPECT_FALSE(find(2));
  const auto proven = audit::check_proof(proof(2, {file}), world.keys);
  EXPECT_TRUE(proven) << proven.error();
  EXPECT_FALSE(archive("b", world.owner));
}

TEST_F(AuditEvidence, OfAPersonIsFoundInArchives) {
  const std::string lan(32, 'l');
  world.write("link.made", long_ago, [&](audit::Event& each) {
    each.pid_key = lan;
    each.link_id = LinkId{1};
    each.account_id = AccountId{5};
  });
  world.write("start", long_ago, [](audit::Event& each) { each.account_id = AccountId{6}; });
  world.seal();
  ASSERT_TRUE(archive("a", world.owner));
  world.write("later", {}, [](audit::Event& each) { each.account_id = AccountId{5}; });
  EXPECT_THAT(of_person(lan), ElementsAre());
  EXPECT_THAT(of_person(lan, {world.folder.file("a")}), ElementsAre(1, 4));
}

TEST_F(AuditEvidence, OfAnArchiveThatWasChangedIsNone) {
  write_two_eras();
  ASSERT_TRUE(archive("a", world.owner));
  std::string text = world.read("a");
  text.replace(text.find("\"old\""), 5, "\"new\"");
  std::ofstream(world.folder.file("changed")) << text;
  const auto verdict = world.verify({.archives = {world.folder.file("changed")}});
  ASSERT_EQ(verdict.problems, 1U);
  EXPECT_THAT(verdict.findings.front(), HasSubstr("event 1 (position 0) was changed"));
  std::ofstream(world.folder.file("short")) << text.substr(0, text.rfind("{\"position\":5"));
  EXPECT_THAT(joined(world.verify({.archives = {world.folder.file("short")}}).findings),
              HasSubstr("event 6 (position 5) was removed"));
}

TEST_F(AuditEvidence, ArchivesBeginWhereTheOneBeforeEnded) {
  for (int i = 0; i < 3; ++i) world.write("old", long_ago);
  world.seal();
  ASSERT_TRUE(archive("a", world.owner));
  world.write("old", long_ago);
  world.seal();
  const auto second = archive("b", world.owner);
  ASSERT_FALSE(second) << "the event that tells of the first archive is young";
  EXPECT_EQ(world.read("b"), "");
}

TEST_F(AuditEvidence, WhatWasTamperedWithIsNotArchived) {
  for (const char* sql :
       {"update audit_event set reason = 'x' where id = 2", "delete from audit_event where id = 2",
        "delete from audit_event where id = 1",
        "update audit_leaf set hash = sha256('x') where position = 1",
        "update audit_head set at = at + interval '1 s'"}) {
    AuditWorld other;
    for (int i = 0; i < 4; ++i) other.write("old", long_ago);
    other.seal();
    other.tamper(sql);
    const std::string events = other.count("audit_event");
    EXPECT_THROW(
        other.loop.run(audit::archive(
            other.owner, other.keys,
            {.before = before(boundary), .path = other.folder.file("a"), .officer = "lan"})),
        audit::SealRefused)
        << sql;
    EXPECT_EQ(other.count("audit_event"), events);
    EXPECT_EQ(other.read("a"), "");
  }
}

TEST_F(AuditEvidence, IsArchivedByTheOwnerAloneAndNeverOfTheLastThreeMonths) {
  write_two_eras();
  EXPECT_THROW(archive("a", world.writer), postgres::StatementError);
  EXPECT_THROW(archive("b", world.auditor), postgres::StatementError);
  world.seal();
  EXPECT_THROW(world.loop.run(audit::archive(
                   world.owner, world.keys,
                   {.before = before({}), .path = world.folder.file("c"), .officer = "lan"})),
               postgres::StatementError);
  EXPECT_EQ(world.count("audit_event"), "10");
  EXPECT_EQ(world.read("b") + world.read("c"), "");
}

}  // namespace
}  // namespace vneid
