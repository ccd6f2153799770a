#include <ostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/seal/stored_event.hpp"
#include "crypto/digest.hpp"
#include "drivers/support/audit_world.hpp"

namespace vneid {
namespace {

using test::AuditWorld;
using test::joined;
using testing::HasSubstr;
using testing::StartsWith;

/// What the owner of the tables does with all triggers off, and how the first finding begins.
struct Tampering {
  const char* name;
  const char* sql;
  const char* found;
};
void PrintTo(const Tampering& tampering, std::ostream* stream) { *stream << tampering.name; }

// Events 1 to 12 at positions 0 to 11, under heads of 4, 8 and 12.
constexpr Tampering tamperings[] = {
    {"Changed", "update audit_event set reason = 'x' where id = 6",
     "event 6 (position 5) was changed"},
    {"ChangedToNull", "update audit_event set request_id = null where id = 6",
     "event 6 (position 5) was changed"},
    {"ChangedOfficer", "update audit_event set officer = 'lan' where id = 12",
     "event 12 (position 11) was changed"},
    {"Deleted", "delete from audit_event where id = 6", "event 6 (position 5) was removed"},
    {"DeletedAll", "delete from audit_event", "event 1 (position 0) was removed"},
    {"Inserted", "insert into audit_event (at, event, result) values (now(), 'link.made', 'ok')",
     "event 13 was put in past the trigger"},
    {"InsertedInAGap",
     "insert into audit_event (id, at, event, result) overriding system value"
     " values (-5, now() - interval '1 day', 'link.made', 'ok')",
     "event -5 was put in past the trigger"},
    {"InsertedAsWaiting",
     "insert into audit_event (at, event, result) values (now() - interval '1 hour', 'x', 'ok');"
     "insert into audit_pending (event_id) values (13)",
     "event 13 was put in later or dated back"},
    {"Redated", "update audit_event set at = at - interval '1 microsecond' where id = 6",
     "event 6 (position 5) was changed"},
    {"RedatedToInfinity", "update audit_event set at = '-infinity' where id = 6",
     "event 6 (position 5) was changed"},
    {"SwappedContents",
     "update audit_event e set at = o.at, request_id = o.request_id, event = o.event"
     " from audit_event o where (e.id = 6 and o.id = 10) or (e.id = 10 and o.id = 6)",
     "event 6 (position 5) was changed"},
    {"SwappedIds",
     "update audit_event set id = case id when 6 then -1 when 10 then 6 else id end;"
     " update audit_event set id = 10 where id = -1",
     "event 6 (position 5) was changed"},
    {"SwappedLeaves",
     "update audit_leaf set event_id = -1 where position = 5;"
     "update audit_leaf set event_id = 6 where position = 9;"
     "update audit_leaf set event_id = 10 where position = 5",
     "event 10 (position 5) was changed"},
    {"SwappedPositions",
     "update audit_leaf set position = 99 where position = 5;"
     "update audit_leaf set position = 5 where position = 9;"
     "update audit_leaf set position = 9 where position = 99",
     "event 10 (position 5) was changed"},
    {"ChangedLeaf", "update audit_leaf set hash = sha256('x') where position = 5",
     "the leaf of event 6 (position 5) was changed; the event is what was sealed"},
    {"DeletedWithItsLeaf",
     "delete from audit_event where id = 6; delete from audit_leaf where event_id = 6",
     "the leaf at position 5 was removed"},
    {"DeletedWithItsLeafAndClosedUp",
     "delete from audit_event where id = 6; delete from audit_leaf where event_id = 6;"
     "update audit_leaf set position = position + 100 where position > 5;"
     "update audit_leaf set position = position - 101 where position > 5",
     "event 7 (position 5) was changed"},
    {"InsertedWithALeaf",
     "insert into audit_event (at, event, result) values (now(), 'x', 'ok');"
     "insert into audit_leaf (position, event_id, hash) values (12, 13, sha256('x'))",
     "event 13 (position 12) has a leaf that no head covers"},
    {"ForgedRoot", "update audit_head set root = sha256('x') where number = 1", "head 1 is forged"},
    {"ForgedTime", "update audit_head set at = at + interval '1 hour' where number = 1",
     "head 1 is forged"},
    {"ForgedCompleteness", "update audit_head set complete = false where number = 1",
     "head 1 is forged"},
    {"ForgedMarks", "update audit_head set marks = sha256('x') where number = 1",
     "head 1 is forged"},
    {"RemovedHead", "delete from audit_head where number = 1", "head 1 left the database on"},
    {"RemovedFirstHead", "delete from audit_head where number = 0", "head 0 left the database on"},
    {"RemovedLastHead", "delete from audit_head where number = 2",
     "event 9 (position 8) has a leaf that no head covers"},
    {"TruncatedTail",
     "delete from audit_event where id > 8; delete from audit_leaf where position >= 8;"
     "delete from audit_head where number = 2",
     "head 2, of 12 events, left the database on"},
    {"TruncatedAll", "truncate audit_event; truncate audit_leaf; truncate audit_head",
     "head 0, of 4 events, left the database on"},
};

struct AuditTamper : testing::TestWithParam<Tampering> {
  AuditTamper() {
    for (int batch = 0; batch < 3; ++batch) {
      for (int i = 0; i < 4; ++i) world.write("event." + std::to_string(batch) + std::to_string(i));
      world.seal();
    }
  }
  AuditWorld world;
};

TEST_P(AuditTamper, IsNamed) {
  const auto before = world.verify_with_heads();
  ASSERT_TRUE(before.sound()) << joined(before.findings);
  world.tamper(GetParam().sql);
  const auto after = world.verify_with_heads();
  ASSERT_FALSE(after.sound());
  EXPECT_THAT(after.findings.front(), StartsWith(GetParam().found)) << joined(after.findings);
}
INSTANTIATE_TEST_SUITE_P(Owner, AuditTamper, testing::ValuesIn(tamperings),
                         [](const auto& each) { return each.param.name; });

struct AuditTamperMore : AuditTamper {};

// What the heads outside are for: within the database a shorter trail is a trail.
TEST_F(AuditTamperMore, ATailThatIsCutOffIsSeenByTheHeadsOutsideAlone) {
  world.tamper(
      "delete from audit_event where id > 8; delete from audit_leaf where position >= 8;"
      "delete from audit_head where number = 2");
  EXPECT_TRUE(world.verify().sound());
  const auto verdict = world.verify_with_heads();
  EXPECT_EQ(verdict.problems, 1U);
  EXPECT_EQ(verdict.exported, 2U);
}

TEST_F(AuditTamperMore, AHeadSignedByAForeignKeyIsNamed) {
  const auto foreign = crypto::SigningKey::generate();
  world.tamper(
      "delete from audit_head where number = 2; delete from audit_leaf where position >= 8;"
      "insert into audit_pending select id from audit_event where id > 8;"
      "update audit_event set reason = 'x' where id = 9");
  crypto::VerifyingKeys both;
  both.add(foreign);
  both.add(world.key);
  audit::Sealer forger{world.auditor, foreign, both};
  world.loop.run(forger.run([](const audit::Head&) {}));
  const auto verdict = world.verify();
  ASSERT_FALSE(verdict.sound());
  EXPECT_THAT(verdict.findings.front(),
              StartsWith("head 2 is signed by a key that is not among the public keys given"));
}

// Whoever has the key as well is held by what has left.
TEST_F(AuditTamperMore, AHeadReplacedWithTheRightKeyIsSeenByTheHeadsOutside) {
  world.tamper(
      "delete from audit_head where number = 2; delete from audit_leaf where position >= 8;"
      "insert into audit_pending select id from audit_event where id > 8;"
      "update audit_event set reason = 'x' where id = 9");
  audit::Sealer forger{world.auditor, world.key, world.keys};
  world.loop.run(forger.run([](const audit::Head&) {}));
  EXPECT_TRUE(world.verify().sound());
  const auto verdict = world.verify_with_heads();
  ASSERT_EQ(verdict.problems, 1U) << joined(verdict.findings);
  EXPECT_THAT(verdict.findings.front(), HasSubstr("head 2 is not the one that left the database"));
}

// By the ordinary way, as the application writes: the time gives it away, waiting and sealed.
TEST_F(AuditTamperMore, AnEventDatedBackIsNamedBeforeAndAfterItIsSealed) {
  world.write("link.made", std::chrono::hours{1});
  auto verdict = world.verify_with_heads();
  ASSERT_EQ(verdict.problems, 1U);
  EXPECT_THAT(verdict.findings.front(), StartsWith("event 13 was put in later or dated back"));
  world.seal();
  verdict = world.verify_with_heads();
  ASSERT_EQ(verdict.problems, 1U);
  EXPECT_THAT(verdict.findings.front(),
              StartsWith("event 13 (position 12) was put in later or dated back"));
  EXPECT_TRUE(world.verify({.late = std::chrono::hours{2}}).sound());
}

TEST_F(AuditTamperMore, WhatWaitsAndWasTakenOutOfTheQueueIsNamed) {
  world.write("start");
  EXPECT_TRUE(world.verify().sound());
  world.tamper("delete from audit_pending");
  EXPECT_THAT(world.verify().findings.front(), StartsWith("event 13 was put in past the trigger"));
}

// Whoever knows how leaves are made makes them fit; the marks under the signature do not.
TEST_F(AuditTamperMore, AnEventChangedWithAFittingLeafIsNamed) {
  world.tamper("update audit_event set reason = 'x' where id = 6");
  const std::string sql = "select " + audit::event_select() + " from audit_event e where id = 6";
  const auto row =
      world.loop.run(world.auditor.query({"changed_event", sql.c_str()}, postgres::Params()));
  const auto changed = audit::StoredEvent::of_row(row, 0, 0).value();
  world.tamper("update audit_leaf set hash = '\\x" +
               crypto::hex(audit::leaf_hash(changed.canonical())) + "' where event_id = 6");
  const auto verdict = world.verify();
  ASSERT_EQ(verdict.problems, 1U) << joined(verdict.findings);
  EXPECT_THAT(verdict.findings.front(), StartsWith("event 6 (position 5) was changed"));
}

// As if a mark could be made to fit as well: then the root says which minute.
TEST_F(AuditTamperMore, ALeafThatIsWrongBehindItsMarkIsNamed) {
  world.tamper(
      "update audit_leaf set hash = overlay(hash placing '\\x00000000' from 20)"
      " where position in (1, 9)");
  const auto verdict = world.verify_with_heads();
  EXPECT_EQ(verdict.problems, 2U);
  EXPECT_THAT(verdict.findings.front(), StartsWith("the leaf of event 2 (position 1) was changed"));
}

TEST_F(AuditTamperMore, EachBatchIsJudgedForItself) {
  world.tamper("delete from audit_leaf where position in (1, 9)");
  const auto verdict = world.verify_with_heads();
  EXPECT_THAT(joined(verdict.findings), HasSubstr("the leaf at position 1 was removed"));
  EXPECT_THAT(joined(verdict.findings), HasSubstr("the leaf at position 9 was removed"));
  EXPECT_THAT(joined(verdict.findings), testing::Not(HasSubstr("head 1")));
}

TEST_F(AuditTamperMore, TheFirstTwentyAreToldAndAllAreCounted) {
  world.write(30);
  world.seal();
  world.tamper("update audit_event set reason = 'x'");
  const auto verdict = world.verify();
  EXPECT_EQ(verdict.problems, 42U);
  EXPECT_EQ(verdict.findings.size(), 20U);
  EXPECT_THAT(verdict.findings.front(), StartsWith("event 1 (position 0)"));
}

TEST_F(AuditTamperMore, HeadsOutsideThatWereForgedAreNoHeads) {
  std::string lines = world.read("heads");
  const auto complete = lines.find("\"complete\":true");
  std::ofstream(world.folder.file("forged")) << lines.replace(complete, 15, "\"complete\":false");
  const auto verdict = world.verify({.exported = world.folder.file("forged")});
  ASSERT_EQ(verdict.problems, 1U) << joined(verdict.findings);
  EXPECT_THAT(verdict.findings.front(), HasSubstr("is forged"));
}

}  // namespace
}  // namespace vneid
