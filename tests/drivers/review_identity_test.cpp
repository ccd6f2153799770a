#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/review_world.hpp"

namespace vneid {
namespace {

using identity::Field;
using link::ReviewState;
using link::RulingOutcome;
using test::mau;
using test::ReviewWorld;
using test::thu;

const char* const other_name = "Lê Minh Mậu";

/// "status|source|value" of a field of account "a".
std::string field(const ReviewWorld& world, Field field) {
  const std::string name{identity::to_text(field)};
  const std::string where = " from identity_field where field = '" + name + "'";
  const std::string key = link::account_key(*test::test_keys(), PortalName{"portal"}, "a");
  const std::string digits = world.database.sql("select encode(value_sealed, 'hex')" + where);
  std::string sealed;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    sealed += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return world.database.sql("select status, source" + where) + "|" +
         link::open_field(*test::test_keys(), key, field, sealed);
}

TEST(IdentityReview, IsOneAnAccount) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto other = world.add_account("b", mau);
  const std::string reference = world.open(ReviewWorld::contradiction(account, other_name));
  EXPECT_EQ(world.open(ReviewWorld::contradiction(account, "Lê Minh Khác")), reference);
  EXPECT_NE(world.open(ReviewWorld::contradiction(other, other_name)), reference);
  EXPECT_NE(world.ask(account).reference, reference);  // a question of another kind
  EXPECT_EQ(world.loop.run(world.queue.find(reference))->sides.other.at("name"), "Lê Minh Khác");
  EXPECT_EQ(world.count("review where kind = 'identity'"), "2");
}

TEST(IdentityReview, ApprovedMakesTheSourceStand) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const std::string reference = world.open(ReviewWorld::contradiction(account, other_name));
  (void)world.approve(reference, "lan");
  EXPECT_EQ(field(world, Field::name), "verified|CSDL|Lê Minh Mẫu");
  EXPECT_EQ(world.approve(reference, "minh").outcome, RulingOutcome::approved);
  EXPECT_EQ(field(world, Field::name), std::string{"verified|CSDLQG về dân cư|"} + other_name);
  EXPECT_EQ(field(world, Field::citizen_id), "verified|CSDLQG về dân cư|" + mau.number);
  EXPECT_EQ(world.database.sql("select distinct reason from identity_field_change"
                               " where old_status is not null"),
            "review");
  EXPECT_EQ(world.database.sql("select event, pid_masked, provider is null, officer"
                               " from audit_event order by id desc limit 1"),
            "review.approved|052******999|t|minh");
}

TEST(IdentityReview, RejectedChangesNothingAndStaysRejected) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const std::string reference = world.open(ReviewWorld::contradiction(account, other_name));
  EXPECT_EQ(world.reject(reference, "lan").outcome, RulingOutcome::rejected);
  EXPECT_EQ(field(world, Field::name), "verified|CSDL|Lê Minh Mẫu");
  EXPECT_EQ(world.open(ReviewWorld::contradiction(account, other_name)), reference);
  EXPECT_NE(world.open(ReviewWorld::contradiction(account, "Lê Minh Khác")), reference);
}

TEST(IdentityReview, RejectedMayBeAskedAgainAfterAChange) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const std::string reference = world.open(ReviewWorld::contradiction(account, other_name));
  (void)world.reject(reference, "lan");
  world.set_field("a", Field::birth_date, "1989-08-16");
  EXPECT_NE(world.open(ReviewWorld::contradiction(account, other_name)), reference);
}

TEST(IdentityReview, OutdatedWhenTheAccountHasChanged) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const std::string reference = world.open(ReviewWorld::contradiction(account, other_name));
  (void)world.approve(reference, "lan");
  world.set_field("a", Field::name, "Lê Minh Mới");
  EXPECT_EQ(world.approve(reference, "minh").outcome, RulingOutcome::outdated);
  EXPECT_THAT(field(world, Field::name), testing::HasSubstr("Lê Minh Mới"));
}

TEST(IdentityReview, OfASourceThatKnowsNobodyHasNothingToApprove) {
  ReviewWorld world;
  auto review = ReviewWorld::contradiction(world.add_account("a", mau), other_name);
  review.sides = "account.name\tLê Minh Mẫu\n";
  review.reasons = {"source_knows_nobody"};
  const std::string reference = world.open(review);
  EXPECT_EQ(world.approve(reference, "lan").outcome, RulingOutcome::names_nobody);
  EXPECT_EQ(world.reject(reference, "lan").outcome, RulingOutcome::rejected);
}

// The number of a linked account is the person's: it does not change under the link.
TEST(IdentityReview, AnotherNumberWaitsForTheLinksEnd) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  (void)world.link(world.request(account, mau));
  auto review = ReviewWorld::contradiction(account, other_name);
  review.sides = "account.citizen_id\t" + mau.number + "\nsource.citizen_id\t" + thu.number + "\n";
  const std::string reference = world.open(review);
  EXPECT_EQ(world.approve(reference, "lan").outcome, RulingOutcome::linked);
  EXPECT_EQ(field(world, Field::citizen_id), "verified|CSDL|" + mau.number);
}

// A value that could say something about another field is not believed, but can be put away.
TEST(IdentityReview, WithForgedLinesIsOnlyRejected) {
  ReviewWorld world;
  auto review = ReviewWorld::contradiction(world.add_account("a", mau), other_name);
  review.sides += "source.citizen_id\t" + thu.number + "\n";
  const std::string reference = world.open(review);
  EXPECT_THROW(world.approve(reference, "lan"), link::UnreadableValue);
  EXPECT_EQ(world.reject(reference, "lan").outcome, RulingOutcome::rejected);
  EXPECT_EQ(field(world, Field::citizen_id), "verified|CSDL|" + mau.number);
}

}  // namespace
}  // namespace vneid
