#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::LinkWorld;
using test::mau;
using test::thu;

std::string last_audit(const LinkWorld& world) {
  return world.database.sql(
      "select event, result, reason, pid_masked, host(ip), port, notice_version from audit_event"
      " order by id desc limit 1");
}

TEST(Link, MovesWhatIsThePersonsAndLeavesTheRest) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1",
                     "a,r2,result,T,2," + mau.number + ",f2", "a,r3,info,,," + mau.number + ",",
                     "a,child,paper,T,3," + thu.number + ",f3", "a,nobody,paper,T,4,,f4",
                     "a,twin,paper,T,1," + mau.number + ",f1",
                     "a,newer,paper,T,1," + mau.number + ",f5"});
  const auto linked = std::get<link::Linked>(world.link(world.request(account, mau)));
  EXPECT_FALSE(linked.repeated);
  EXPECT_FALSE(linked.flagged);
  const std::map<std::string, std::int64_t> moved{{"info", 1}, {"paper", 2}, {"result", 1}};
  const std::map<std::string, std::int64_t> stayed{
      {"duplicate", 1}, {"owner_other", 1}, {"owner_unknown", 1}};
  EXPECT_EQ(linked.transfer.moved, moved);
  EXPECT_EQ(linked.transfer.stayed, stayed);
  EXPECT_EQ(linked.transfer.other_versions, 1);
  EXPECT_EQ(world.database.inconsistencies(), "");
  EXPECT_EQ(world.count("record where link_id is not null and trust = 2"), "4");
  EXPECT_EQ(world.database.sql("select version from record where portal_record = 'newer'"
                               " and link_id is not null"),
            "2");
}

TEST(Link, IsRepeatedWithoutChange) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto first = std::get<link::Linked>(world.link(world.request(account, mau)));
  const auto again = std::get<link::Linked>(world.link(world.request(account, mau)));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.link_id, first.link_id);
  EXPECT_EQ(again.person_id, first.person_id);
  EXPECT_EQ(again.at, first.at);
  EXPECT_EQ(again.transfer, first.transfer);
  EXPECT_EQ(world.count("record"), "2");
  EXPECT_EQ(world.count("transfer_job"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(Link, IsListedForThePersonAndForTheAccount) {
  LinkWorld world;
  const auto first = world.add_account("a", mau);
  const auto second = world.add_account("b", mau);
  const auto made = std::get<link::Linked>(world.link(world.request(first, mau)));
  (void)world.link(world.request(second, mau));
  link::Links links{world.pool, test::test_keys()};
  const auto all = world.loop.run(links.of_person(made.person_id));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].account_name, "a");
  EXPECT_EQ(all[0].citizen_number, mau.number);
  EXPECT_EQ(all[0].provider, "bca");
  EXPECT_EQ(all[0].linked_at, made.at);
  EXPECT_EQ(all[1].account_name, "b");
  const auto one = world.loop.run(links.of_account(second));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].account_name, "b");
  EXPECT_EQ(world.loop.run(links.find(made.link_id))->account_id, first);
  EXPECT_FALSE(world.loop.run(links.find(LinkId{made.link_id.value() + 1000})));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(Link, SecondAccountAddsOnlyWhatIsNew) {
  LinkWorld world;
  const auto first = world.add_account("a", mau);
  const auto second = world.add_account("b", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1", "b,r1,paper,T,1," + mau.number + ",f1",
                     "b,r2,paper,T,2," + mau.number + ",f2"});
  (void)world.link(world.request(first, mau));
  const auto linked = std::get<link::Linked>(world.link(world.request(second, mau)));
  EXPECT_EQ(linked.transfer.moved_total(), 1);
  EXPECT_EQ(linked.transfer.stayed.at("duplicate"), 1);
  EXPECT_EQ(world.database.inconsistencies(), "");
}

struct RefusedCase {
  const char* name;
  std::string status = "verified";
  std::string kind = "personal";
  int level = 2;
  test::Citizen person = mau;
  const char* before = "select 1";
  identity::LinkOutcome outcome = identity::LinkOutcome::refuse_number;
  const char* reason = "";
};

class LinkRefused : public testing::TestWithParam<RefusedCase> {};

TEST_P(LinkRefused, WritesNothingButTheTrail) {
  const RefusedCase& given = GetParam();
  LinkWorld world;
  const auto account = world.add_account("a", mau, given.status, given.kind);
  world.add_records({"a,r1,paper,T,1," + mau.number + ","});
  world.database.sql(given.before);
  auto request = world.request(account, given.person);
  request.identity.level = given.level;
  const auto outcome = world.link(request);
  ASSERT_TRUE(std::holds_alternative<link::Refused>(outcome));
  EXPECT_EQ(std::get<link::Refused>(outcome).decision.outcome, given.outcome);
  EXPECT_EQ(world.count("link") + world.count("person") + world.count("review"), "000");
  EXPECT_EQ(world.count("record"), "1");
  EXPECT_THAT(last_audit(world),
              testing::StartsWith("link.refused|refused|" + std::string(given.reason)));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Table, LinkRefused,
    testing::Values(
        RefusedCase{
            .name = "AnotherNumber", .person = thu, .reason = "refuse_number,number_differs"},
        RefusedCase{.name = "SelfEntered",
                    .status = "self_entered",
                    .outcome = identity::LinkOutcome::verify_first,
                    .reason = "verify_first,number_not_verified"},
        RefusedCase{.name = "LevelOne",
                    .level = 1,
                    .outcome = identity::LinkOutcome::refuse_level,
                    .reason = "refuse_level,level_too_low"},
        RefusedCase{.name = "Organization",
                    .kind = "organization",
                    .outcome = identity::LinkOutcome::refuse_kind,
                    .reason = "refuse_kind,legacy_organization"},
        RefusedCase{.name = "Closed",
                    .before = "update account set status = 'closed'",
                    .outcome = identity::LinkOutcome::refuse_closed,
                    .reason = "refuse_closed,account_closed"},
        RefusedCase{.name = "NumberGoneMeanwhile",
                    .before = "update identity_field set status = 'empty', value_sealed = null,"
                              " value_key = null, source = null, verified_at = null"
                              " where field = 'citizen_id'",
                    .outcome = identity::LinkOutcome::verify_first,
                    .reason = "verify_first,legacy_number_missing"}),
    [](const auto& info) { return std::string{info.param.name}; });

TEST(LinkRefusedToo, AccountThatIsNotThere) {
  LinkWorld world;
  const auto outcome = world.link(world.request(AccountId{4711}, mau));
  ASSERT_TRUE(std::holds_alternative<link::Refused>(outcome));
  EXPECT_EQ(last_audit(world).substr(0, 34), "link.refused|refused|refuse_closed");
}

// Everything wrong at once: the trail has room for all of it.
TEST(LinkRefusedToo, WithEveryReason) {
  LinkWorld world;
  test::Citizen somebody = thu;
  somebody.number = "999300000001";
  const auto account = world.add_account("a", mau, "self_entered", "organization");
  world.database.sql("update account set status = 'closed'");
  auto request = world.request(account, somebody);
  request.identity.kind = identity::AccountKind::organization;
  request.identity.level = 1;
  request.identity.sex = identity::Sex::male;
  EXPECT_TRUE(std::holds_alternative<link::Refused>(world.link(request)));
  EXPECT_GT(world.database.sql("select reason from audit_event").size(), 200U);
}

TEST(LinkRefusedToo, LinkedAccountStillAsksForTheLevel) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  (void)world.link(world.request(account, mau));
  auto request = world.request(account, mau);
  request.identity.level = 1;
  EXPECT_TRUE(std::holds_alternative<link::Refused>(world.link(request)));
}

TEST(LinkReview, IsOpenedOnceAndHidesNumbers) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  auto request = world.request(account, mau);
  request.identity.name = identity::NameKeys::make("Nguyễn Văn Khác").value();
  request.full_name = "Nguyễn Văn Khác";
  const auto first = std::get<link::InReview>(world.link(request));
  const auto again = std::get<link::InReview>(world.link(request));
  EXPECT_EQ(first.reference, again.reference);
  EXPECT_THAT(first.reference, testing::MatchesRegex("[0-9A-Z]{4}-[0-9A-Z]{4}"));
  EXPECT_EQ(world.database.sql("select account_masked, other_masked, reasons, state"
                               " from review"),
            "052******999|052******999|{name_differs}|open");
  EXPECT_EQ(world.count("person") + world.count("link"), "00");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(LinkReview, SubjectOfAnotherPerson) {
  LinkWorld world;
  const auto first = world.add_account("a", mau);
  const auto second = world.add_account("b", thu);
  (void)world.link(world.request(first, mau, "one subject"));
  const auto outcome = world.link(world.request(second, thu, "one subject"));
  ASSERT_TRUE(std::holds_alternative<link::InReview>(outcome));
  EXPECT_EQ(world.database.sql("select reasons from review"), "{subject_of_other_person}");
  EXPECT_EQ(world.count("person"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(LinkTaken, WhenTheAccountIsSomebodyElses) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  (void)world.link(world.request(account, mau));
  // The portal's operator gives the account to another person behind the link's back.
  const std::string key = link::account_key(*test::test_keys(), PortalName{"portal"}, "a");
  const auto set_field = [&world, &key](identity::Field field, const std::string& value) {
    const std::string sealed = link::seal_field(*test::test_keys(), key, field, value);
    world.database.sql("update identity_field set value_sealed = decode('" + crypto::hex(sealed) +
                       "', 'hex') where field = '" + std::string(identity::to_text(field)) + "'");
  };
  set_field(identity::Field::citizen_id, thu.number);
  set_field(identity::Field::name, thu.name);
  set_field(identity::Field::birth_date, "1990-03-02");
  EXPECT_TRUE(std::holds_alternative<link::Taken>(world.link(world.request(account, thu))));
  EXPECT_EQ(world.count("person"), "1");
  EXPECT_EQ(world.count("link"), "1");
  EXPECT_EQ(last_audit(world), "link.taken|refused|account_linked|052******001|192.0.2.7|40000|v1");
}

TEST(LinkFlagged, KeepsWhy) {
  LinkWorld world;
  test::Citizen typed = mau;
  typed.name = "LE MINH MAU";
  const auto account = world.add_account("a", typed);
  const auto linked = std::get<link::Linked>(world.link(world.request(account, mau)));
  EXPECT_TRUE(linked.flagged);
  EXPECT_EQ(world.database.sql("select flags from link"), "{name_only_loosely_equal}");
}

}  // namespace
}  // namespace vneid
