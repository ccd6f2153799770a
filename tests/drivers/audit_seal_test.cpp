#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/seal/stored_event.hpp"
#include "drivers/support/audit_world.hpp"

namespace vneid {
namespace {

using test::AuditWorld;
using test::joined;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Who adds a column says here, and in a new version of the bytes, that it is sealed.
TEST(AuditSeal, CoversEachColumnOfAnEvent) {
  const test::Database database;
  std::string columns;
  for (const auto& column : audit::event_columns) {
    columns.append(columns.empty() ? "" : ",").append(column.name);
  }
  EXPECT_EQ(database.sql("select string_agg(column_name, ',' order by ordinal_position)"
                         " from information_schema.columns where table_name = 'audit_event'"
                         " and table_schema = 'public'"),
            columns);
}

TEST(AuditSeal, PutsWhatWaitsUnderASignedHead) {
  AuditWorld world;
  world.write(5);
  const auto run = world.seal();
  EXPECT_EQ(run.sealed, 5U);
  ASSERT_TRUE(run.newest);
  EXPECT_EQ(run.newest->size, 5U);
  EXPECT_TRUE(run.newest->complete);
  EXPECT_EQ(world.count("audit_pending"), "0");
  EXPECT_EQ(world.database.sql("select string_agg((e.id = l.event_id)::text, ',' order by position)"
                               " from audit_leaf l join audit_event e on e.id = l.event_id"),
            "true,true,true,true,true");
  const auto verdict = world.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
  EXPECT_EQ(verdict.events, 5U);
  EXPECT_EQ(verdict.exported, 1U);
}

TEST(AuditSeal, GoesOnFromTheHeadBefore) {
  AuditWorld world;
  for (int i = 1; i < 12; ++i) {
    world.write(i);
    EXPECT_EQ(world.seal().newest->number, static_cast<std::uint64_t>(i - 1));
  }
  const auto verdict = world.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
  EXPECT_EQ(verdict.events, 66U);
  EXPECT_EQ(verdict.heads, 11U);
}

TEST(AuditSeal, SignsNothingNewButInQuietHours) {
  AuditWorld world;
  EXPECT_FALSE(world.seal().newest);
  world.write(1);
  world.seal();
  EXPECT_EQ(world.seal().newest->number, 0U);
  EXPECT_EQ(world.seal({.quiet = std::chrono::seconds{0}}).newest->number, 1U);
  const auto verdict = world.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
}

TEST(AuditSeal, OfMoreThanABatchIsCompleteAtItsEndAlone) {
  AuditWorld world;
  world.write(9);
  EXPECT_EQ(world.seal({.batch = 3}).sealed, 9U);
  EXPECT_EQ(world.database.sql("select string_agg(size || ' ' || complete, ',' order by number)"
                               " from audit_head"),
            "3 false,6 false,9 false,9 true");
  // Events of long ago that waited when the trail was first sealed are not "dated back".
  AuditWorld old;
  for (int i = 0; i < 7; ++i) old.write("start", std::chrono::hours{24 * 400});
  old.seal({.batch = 2});
  const auto verdict = old.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
}

TEST(AuditSeal, GivesAnEventThatCommitsLateALaterPosition) {
  AuditWorld world;
  test::PlainConnection slow{world.database.conninfo_as("worker")};
  slow.sql("begin");
  slow.sql("insert into audit_event (at, event, result) values (now(), 'slow', 'ok')");
  world.write("fast");
  EXPECT_EQ(world.seal().sealed, 1U);
  EXPECT_EQ(world.verify().waiting, 0U);
  slow.sql("commit");
  EXPECT_EQ(world.verify().waiting, 1U);
  EXPECT_EQ(world.seal().sealed, 1U);
  EXPECT_EQ(world.database.sql("select string_agg(event, ',' order by position) from audit_leaf l"
                               " join audit_event e on e.id = l.event_id"),
            "fast,slow");
  const auto verdict = world.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
}

/// Commits and rolls back events in transactions of several sizes.
void write_until(const std::string& conninfo, const std::atomic<bool>& stop) {
  test::PlainConnection connection{conninfo};
  for (int i = 0; !stop; ++i) {
    connection.sql("begin");
    for (int j = 0; j <= i % 5; ++j) {
      connection.sql("insert into audit_event (at, event, result) values (now(), 'x', 'ok')");
    }
    connection.sql(i % 4 == 3 ? "rollback" : "commit");
  }
}

TEST(AuditSeal, MissesNothingUnderConcurrentWriters) {
  AuditWorld world;
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] { write_until(world.database.conninfo_as("worker"), stop); });
  }
  std::uint64_t sealed = 0;
  while (sealed < 500) sealed += world.seal({.batch = 17}).sealed;
  stop = true;
  for (std::thread& writer : writers) writer.join();
  sealed += world.seal({.batch = 17}).sealed;
  EXPECT_EQ(world.count("audit_event"), std::to_string(sealed));
  EXPECT_EQ(world.count("audit_event e join audit_leaf l on l.event_id = e.id"),
            std::to_string(sealed));
  const auto verdict = world.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
  EXPECT_EQ(verdict.waiting, 0U);
}

TEST(AuditSeal, TwoSealersAtOnceSealEachEventOnce) {
  AuditWorld world;
  world.write_many(400);
  const auto compete = [&world] {
    EpollLoop loop;
    postgres::Pool pool{loop, world.database.settings_as("sealer", 1)};
    for (int i = 0; i < 60; ++i) {
      try {
        audit::Sealer sealer{pool, world.key, world.keys, {.batch = 10}};
        loop.run(sealer.run([](const audit::Head&) {}));
      } catch (const postgres::StatementError& taken) {
        EXPECT_TRUE(taken.is_unique_violation()) << taken.what();
      }
    }
  };
  std::thread other{compete};
  compete();
  other.join();
  world.seal();
  const auto verdict = world.verify();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
  EXPECT_EQ(verdict.events, 400U);
}

TEST(AuditSeal, KeepsTheSubtreesOf1024Leaves) {
  AuditWorld world;
  world.write_many(2100);
  world.seal({.batch = 1000});
  EXPECT_EQ(world.database.sql("select string_agg(position::text, ',' order by position)"
                               " from audit_leaf where node is not null"),
            "1023,2047");
  EXPECT_TRUE(world.verify_with_heads().sound());
  world.tamper("update audit_leaf set node = sha256('x') where position = 2047");
  EXPECT_THAT(joined(world.verify().findings),
              HasSubstr("the subtree kept with the leaf at position 2047 was changed"));
}

TEST(AuditSeal, GoesOnWithAnotherKeyOnceTheOldOneIsKnown) {
  AuditWorld world;
  world.write(2);
  world.seal();
  const auto fresh = crypto::SigningKey::generate();
  crypto::VerifyingKeys fresh_alone;
  fresh_alone.add(fresh);
  world.write(2);
  audit::Sealer unknowing{world.auditor, fresh, fresh_alone};
  EXPECT_THAT([&] { world.loop.run(unknowing.run([](const audit::Head&) {})); },
              ThrowsMessage<audit::SealRefused>(HasSubstr("not among the public keys")));
  world.keys.add(fresh);
  audit::Sealer knowing{world.auditor, fresh, world.keys};
  world.loop.run(knowing.run([&](const audit::Head& head) { world.file.append(head); }));
  const auto verdict = world.verify_with_heads();
  EXPECT_TRUE(verdict.sound()) << joined(verdict.findings);
  EXPECT_EQ(verdict.heads, 2U);
}

TEST(AuditSeal, IsRefusedOverWhatWasTamperedWith) {
  for (const auto& [sql, told] : std::vector<std::pair<std::string, std::string>>{
           {"delete from audit_leaf where position = 2", "there are leaves up to 2"},
           {"insert into audit_leaf (position, event_id, hash) values (3, 99, sha256('x'))",
            "there are leaves up to 4"},
           {"update audit_head set at = at - interval '1 day'", "head 0 is forged"},
           {"update audit_head set root = sha256('x')", "head 0 is forged"},
           {"update audit_head set peaks = sha256('x') || sha256('y')",
            "the subtrees of head 0 do not make its root"}}) {
    AuditWorld world;
    world.write(3);
    world.seal();
    world.tamper(sql);
    world.write(1);
    EXPECT_THAT([&] { world.seal(); }, ThrowsMessage<audit::SealRefused>(HasSubstr(told))) << sql;
  }
}

TEST(AuditSeal, TellsOfEventsThatVanishedWhileTheyWaited) {
  AuditWorld world;
  world.write(3);
  world.tamper("delete from audit_event where id = 2");
  const auto run = world.seal();
  EXPECT_EQ(run.sealed, 2U);
  EXPECT_EQ(run.vanished, std::vector<std::int64_t>{2});
  EXPECT_THAT(joined(world.verify().findings),
              HasSubstr("event 2 was removed before it was sealed"));
}

TEST(AuditSeal, BringsTheFileOfHeadsUpToDate) {
  AuditWorld world;
  for (int i = 0; i < 4; ++i) {
    world.write(1);
    world.seal();
  }
  const std::string all = world.read("heads");
  EXPECT_EQ(std::ranges::count(all, '\n'), 4);
  for (const std::size_t lines : {0U, 1U, 3U, 4U}) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < lines; ++i) end = all.find('\n', end) + 1;
    std::ofstream(world.folder.file("late")) << all.substr(0, end);
    audit::HeadFile file{world.folder.file("late")};
    world.loop.run(file.catch_up(world.auditor));
    EXPECT_EQ(world.read("late"), all) << lines;
  }
}

TEST(AuditSeal, IsRefusedOnceHeadsThatLeftAreGone) {
  AuditWorld world;
  world.write(2);
  world.seal();
  world.write(2);
  world.seal();
  world.tamper(
      "delete from audit_head where number = 1; delete from audit_event where id in"
      " (select event_id from audit_leaf where position >= 2);"
      " delete from audit_leaf where position >= 2");
  audit::HeadFile file{world.heads_path()};
  EXPECT_THAT([&] { world.loop.run(file.catch_up(world.auditor)); },
              ThrowsMessage<audit::SealRefused>(HasSubstr("head 1 is in " + world.heads_path())));
}

}  // namespace
}  // namespace vneid
