#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "drivers/support/link_world.hpp"
#include "link/identity_fields.hpp"

namespace vneid {
namespace {

using identity::Field;
using identity::FieldStatus;
using test::LinkWorld;
using test::mau;
using test::thu;

constexpr const char* source = "population_db";

struct World : LinkWorld {
  AccountId account;

  explicit World(const std::string& status = "self_entered") {
    account = add_account("a", mau, status);
  }

  link::Verification verification(link::NewValues values) {
    link::Verification asked;
    asked.account_id = account;
    asked.values = std::move(values);
    asked.source = source;
    asked.origin.request_id = "0123456789abcdef";
    asked.now = loop.wall_now();
    return asked;
  }

  link::VerificationOutcome store(link::NewValues values) {
    return loop.run(identities.store(verification(std::move(values))));
  }

  std::vector<Field> edit(link::NewValues values) {
    link::Edit change;
    change.account_id = account;
    change.values = std::move(values);
    change.origin.request_id = "fedcba9876543210";
    change.now = loop.wall_now();
    return loop.run(identities.edit(std::move(change)));
  }

  link::IdentityProfile profile() { return loop.run(identities.read(account, PersonId{})).value(); }

  link::FieldValue field(Field name) {
    const auto fields = profile().fields;
    const auto found = fields.find(name);
    return found == fields.end() ? link::FieldValue{} : found->second;
  }

  /// A stranger's view of the whole table, to tell that nothing changed.
  std::string everything() {
    return database.sql(
        "select string_agg(t::text, ';' order by account_id, field) from identity_field t");
  }

  link::Identities identities{pool, test::test_keys()};
};

const link::NewValues whole_record{
    {Field::citizen_id, mau.number},      {Field::name, "LÊ MINH MẪU"},
    {Field::birth_date, "1989-08-15"},    {Field::sex, "male"},
    {Field::birth_place, "Bình Định"},    {Field::home_town, "Bình Định"},
    {Field::residence, "Số 1, xã Mẫu 1"}, {Field::cmnd9, ""}};

TEST(Identity, WhatTheSourceVouchesForIsVerified) {
  World world;
  EXPECT_EQ(world.field(Field::citizen_id).status, FieldStatus::self_entered);
  const auto outcome = world.store(whole_record);
  ASSERT_TRUE(std::holds_alternative<link::Stored>(outcome));
  EXPECT_TRUE(std::get<link::Stored>(outcome).changed);
  for (const auto& [field, value] : whole_record) {
    if (value.empty()) continue;
    EXPECT_EQ(world.field(field).status, FieldStatus::verified) << identity::to_text(field);
    EXPECT_EQ(world.field(field).source, source);
    EXPECT_TRUE(world.field(field).verified_at);
  }
  EXPECT_EQ(world.field(Field::name).value, mau.name) << "as its owner writes it";
  EXPECT_EQ(world.field(Field::residence).value, "Số 1, xã Mẫu 1");
  EXPECT_EQ(world.field(Field::cmnd9).status, FieldStatus::empty) << "the source said nothing";
}

TEST(Identity, LinkingWorksOnceTheNumberIsVerified) {
  World world;
  const auto before = world.link(world.request(world.account, mau));
  EXPECT_TRUE(std::holds_alternative<link::Refused>(before));
  world.store(whole_record);
  const auto after = world.link(world.request(world.account, mau));
  EXPECT_TRUE(std::holds_alternative<link::Linked>(after));
  const auto own = world.profile();
  ASSERT_EQ(own.links.size(), 1U);
  EXPECT_EQ(own.links[0].citizen_number, mau.number);
  const auto persons = world.loop.run(world.identities.read(world.account, own.links[0].person_id));
  EXPECT_EQ(persons->links.size(), 1U);
  EXPECT_FALSE(
      world.loop.run(world.identities.read(AccountId{world.account.value() + 100}, PersonId{})));
}

TEST(Identity, TheSourceReplacesWhatWasOnlyTyped) {
  World world;
  world.edit({{Field::residence, "nơi khác"}, {Field::name, "Lê Văn Nhầm"}});
  world.store(whole_record);
  EXPECT_EQ(world.field(Field::residence).value, "Số 1, xã Mẫu 1");
  EXPECT_EQ(world.field(Field::name).value, "LÊ MINH MẪU");
}

TEST(Identity, AskedAgainItKeepsTheValueAndRenewsTheTime) {
  World world;
  world.store(whole_record);
  const auto changes = world.count("identity_field_change");
  auto again = world.verification(whole_record);
  again.now += std::chrono::hours{24};
  const auto outcome = world.loop.run(world.identities.store(again));
  EXPECT_FALSE(std::get<link::Stored>(outcome).changed);
  EXPECT_EQ(world.count("identity_field_change"), changes);
  EXPECT_EQ(world.field(Field::citizen_id).verified_at, again.now);
}

TEST(Identity, AContradictionGoesToReviewAndChangesNothing) {
  const std::pair<Field, std::string> table[] = {{Field::citizen_id, thu.number},
                                                 {Field::name, thu.name},
                                                 {Field::birth_date, "1990-03-02"},
                                                 {Field::sex, "female"}};
  for (const auto& [field, value] : table) {
    World world;
    world.store(whole_record);
    const auto before = world.everything();
    auto record = whole_record;
    record[field] = value;
    record[Field::residence] = "nhà mới";
    const auto outcome = world.store(record);
    ASSERT_TRUE(std::holds_alternative<link::Contradicted>(outcome)) << identity::to_text(field);
    EXPECT_EQ(world.everything(), before);
    const auto review = world.profile().review;
    ASSERT_TRUE(review);
    EXPECT_EQ(review->reference, std::get<link::Contradicted>(outcome).reference);
    EXPECT_EQ(review->state, link::ReviewState::open);
    EXPECT_EQ(world.database.sql("select reasons::text from review"),
              "{" + std::string{identity::to_text(field)} + "_differs}");
    const auto again = world.store(record);
    EXPECT_EQ(std::get<link::Contradicted>(again).reference, review->reference);
  }
}

TEST(Identity, ASourceThatKnowsNobodyAnyMoreGoesToReview) {
  World world;
  world.store(whole_record);
  const auto before = world.everything();
  ASSERT_TRUE(std::holds_alternative<link::Contradicted>(world.store({})));
  EXPECT_EQ(world.everything(), before);
  EXPECT_EQ(world.database.sql("select reasons::text from review"), "{source_knows_nobody}");
}

TEST(Identity, WhatChangesInALifeIsNoContradiction) {
  World world;
  world.store(whole_record);
  auto moved = whole_record;
  moved[Field::residence] = "Số 2, phường Mới";
  moved[Field::name] = "Lê Minh Mẫu";  // the same in other letters
  moved[Field::birth_date] = "1989";   // known less exactly
  ASSERT_TRUE(std::holds_alternative<link::Stored>(world.store(moved)));
  EXPECT_EQ(world.field(Field::residence).value, "Số 2, phường Mới");
  EXPECT_EQ(world.field(Field::birth_date).value, "1989-08-15");
  EXPECT_EQ(world.count("review"), "0");
}

TEST(Identity, TypedValuesTheSourceSaysNothingOfStaySelfEntered) {
  World world;
  auto asked = world.verification({{Field::citizen_id, mau.number}, {Field::name, mau.name}});
  asked.typed = {
      {Field::birth_date, "1989-08-15"}, {Field::cmnd9, "211234567"}, {Field::name, mau.name}};
  world.edit({{Field::birth_date, "1950"}});
  world.loop.run(world.identities.store(asked));
  EXPECT_EQ(world.field(Field::birth_date).value, "1989-08-15");
  EXPECT_EQ(world.field(Field::birth_date).status, FieldStatus::self_entered);
  EXPECT_EQ(world.field(Field::cmnd9).status, FieldStatus::self_entered);
  EXPECT_EQ(world.field(Field::name).status, FieldStatus::verified);
}

TEST(Identity, EditedFieldsAreSelfEnteredAndVerifiedOnesLocked) {
  World world;
  world.store(whole_record);
  const auto refused = world.edit({{Field::phone, "0905123456"},
                                   {Field::email, ""},
                                   {Field::name, "Ai Khác"},
                                   {Field::citizen_id, mau.number}});
  EXPECT_EQ(refused, std::vector{Field::name}) << "the number was not changed";
  EXPECT_EQ(world.field(Field::phone).status, FieldStatus::self_entered);
  EXPECT_EQ(world.field(Field::name).value, mau.name);
  EXPECT_TRUE(world.edit({{Field::phone, ""}}).empty());
  EXPECT_EQ(world.field(Field::phone).status, FieldStatus::empty);
}

TEST(Identity, EachChangeIsKeptWithItsReason) {
  World world;
  world.store(whole_record);
  world.edit({{Field::phone, "0905123456"}});
  world.edit({{Field::phone, "0905123457"}});
  world.edit({{Field::phone, ""}});
  EXPECT_EQ(
      world.database.sql("select string_agg(coalesce(old_status, '-') || '>' || new_status ||"
                         " ' ' || reason || ' ' || coalesce(request_id, '-'), ';' order by id)"
                         " from identity_field_change where field = 'phone'"),
      "->self_entered edit fedcba9876543210;"
      "self_entered>self_entered edit fedcba9876543210;"
      "self_entered>empty edit fedcba9876543210");
  EXPECT_EQ(world.database.sql("select string_agg(coalesce(old_status, '-') || '>' || new_status ||"
                               " ' ' || reason, ';' order by id)"
                               " from identity_field_change where field = 'citizen_id'"),
            "->self_entered import;self_entered>verified self_update");
  EXPECT_EQ(world.database.sql("select count(*) from identity_field_change c where"
                               " position('\\x30393035'::bytea in c.new_value_sealed) > 0"),
            "0");
}

TEST(Identity, HistoryIsOnlyAddedTo) {
  World world;
  world.store(whole_record);
  EXPECT_ANY_THROW(world.database.sql("update identity_field_change set reason = 'x'"));
  EXPECT_ANY_THROW(world.database.sql("delete from identity_field_change"));
  EXPECT_ANY_THROW(world.database.sql("delete from identity_field"));
}

TEST(Identity, TheTrailTellsWithoutTheNumber) {
  World world;
  world.store(whole_record);
  world.edit({{Field::phone, "0905123456"}});
  world.store({{Field::citizen_id, thu.number}});
  EXPECT_EQ(world.database.sql("select string_agg(event || ' ' || result || ' ' || reason || ' ' ||"
                               " coalesce(pid_masked, '-'), ';' order by id) from audit_event"),
            "identity.verified ok self_update 052******999;identity.edited ok phone -;"
            "identity.contradicted refused citizen_id_differs 052******001");
}

TEST(Identity, RivalUpdatesQueueBehindEachOther) {
  World world;
  Scope scope{world.loop};
  std::vector<Joined<link::VerificationOutcome>> running;
  for (int i = 0; i < 20; ++i) {
    auto record = whole_record;
    record[Field::residence] = "nhà " + std::to_string(i % 2);
    running.push_back(scope.start(world.identities.store(world.verification(record))));
  }
  world.loop.run_until(
      [&running] { return std::ranges::all_of(running, [](auto& one) { return one.settled(); }); });
  EXPECT_EQ(world.count("identity_field where field = 'residence' and status = 'verified'"), "1");
  EXPECT_EQ(world.count("review"), "0");
  EXPECT_EQ(world.count("audit_event where event = 'identity.verified'"), "20");
}

}  // namespace
}  // namespace vneid
