#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "drivers/support/review_world.hpp"

namespace vneid {
namespace {

using link::ReviewState;
using link::RulingOutcome;
using test::mau;
using test::ReviewWorld;
using test::thu;

std::string audit_of(const ReviewWorld& world, const std::string& event) {
  return world.database.sql(
      "select event, result, reason, request_id, account_id, pid_masked, pid_key is not null,"
      " provider, officer from audit_event where event = '" +
      event + "'");
}

TEST(Review, TakesTwoOfficers) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const std::string reference = world.ask(account).reference;
  const auto first = world.approve(reference, "lan");
  EXPECT_EQ(first.outcome, RulingOutcome::proposed);
  EXPECT_EQ(first.review->proposed->officer, "lan");
  EXPECT_EQ(first.review->state, ReviewState::open);
  EXPECT_EQ(world.approve(reference, "lan").outcome, RulingOutcome::same_officer);
  EXPECT_EQ(world.count("audit_event where event like 'review.%'"), "1");
  const auto second = world.approve(reference, "minh");
  EXPECT_EQ(second.outcome, RulingOutcome::approved);
  EXPECT_EQ(second.review->decided->officer, "minh");
  EXPECT_EQ(second.review->proposed->officer, "lan");
  EXPECT_EQ(world.database.sql("select state, proposed_by, decided_by from review"),
            "approved|lan|minh");

  const auto late = world.approve(reference, "hoa");
  EXPECT_EQ(late.outcome, RulingOutcome::decided_before);
  EXPECT_EQ(late.review->decided->officer, "minh");
  EXPECT_EQ(world.reject(reference, "hoa").outcome, RulingOutcome::decided_before);
  EXPECT_EQ(world.approve("0000-0000", "hoa").outcome, RulingOutcome::unknown);
  EXPECT_EQ(world.reject("0000-0000", "hoa").outcome, RulingOutcome::unknown);
}

TEST(Review, IsAuditedUnderTheOfficersName) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const std::string reference = world.ask(account).reference;
  world.approve_by_both(reference);
  const std::string rest = "|ok|name_differs|" + reference + "|" + std::to_string(account.value()) +
                           "|052******999|t|bca|";
  EXPECT_EQ(audit_of(world, "review.proposed"), "review.proposed" + rest + "lan");
  EXPECT_EQ(audit_of(world, "review.approved"), "review.approved" + rest + "minh");
  (void)world.link(world.doubtful(account));
  EXPECT_EQ(world.database.sql("select officer is null from audit_event where event = 'link.made'"),
            "t");
  const std::string other = world.ask(world.add_account("b", mau)).reference;
  (void)world.reject(other, "hoa");
  EXPECT_THAT(audit_of(world, "review.rejected"), testing::EndsWith("|hoa"));
}

TEST(Review, ApprovedMakesTheLinkAtTheNextProof) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  world.approve_by_both(world.ask(account).reference);
  EXPECT_EQ(world.count("link") + world.count("person"), "00");
  const auto linked = std::get<link::Linked>(world.link(world.doubtful(account)));
  EXPECT_TRUE(linked.flagged);
  EXPECT_EQ(world.database.sql("select flags from link"), "{name_differs,review_approved}");
  EXPECT_EQ(world.database.sql("select reason from audit_event where event = 'link.made'"),
            "name_differs,review_approved");
  EXPECT_TRUE(std::get<link::Linked>(world.link(world.doubtful(account))).repeated);
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(Review, HalfApprovedLinksNothing) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto asked = world.ask(account);
  (void)world.approve(asked.reference, "lan");
  const auto again = world.ask(account);
  EXPECT_EQ(again.reference, asked.reference);
  EXPECT_EQ(again.state, ReviewState::open);
  // The same case: the first officer's approval still stands.
  EXPECT_EQ(world.approve(asked.reference, "minh").outcome, RulingOutcome::approved);
}

TEST(Review, FirstApprovalLapsesWithTheCase) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto asked = world.ask(account);
  (void)world.approve(asked.reference, "lan");
  auto other = world.doubtful(account);
  other.full_name = "Nguyễn Văn Lạ";
  other.identity.name = identity::NameKeys::make(other.full_name).value();
  EXPECT_EQ(std::get<link::InReview>(world.link(other)).reference, asked.reference);
  EXPECT_EQ(world.approve(asked.reference, "minh").outcome, RulingOutcome::proposed);
}

/// What makes an approval void, after it was given.
struct VoidCase {
  const char* name;
  void (*happens)(ReviewWorld&, link::LinkRequest&);
};

class ReviewVoid : public testing::TestWithParam<VoidCase> {};

TEST_P(ReviewVoid, OpensAnotherReview) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto asked = world.ask(account);
  world.approve_by_both(asked.reference);
  auto request = world.doubtful(account);
  GetParam().happens(world, request);
  const auto again = std::get<link::InReview>(world.link(request));
  EXPECT_NE(again.reference, asked.reference);
  EXPECT_EQ(again.state, ReviewState::open);
  EXPECT_EQ(world.count("link where state = 'active'"), "0");
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReviewVoid,
    testing::Values(
        VoidCase{"FieldChanged",
                 [](ReviewWorld& world, link::LinkRequest&) {
                   world.set_field("a", identity::Field::birth_date, "1989-08-15");
                 }},
        VoidCase{"NameOfTheAccountChanged",
                 [](ReviewWorld& world, link::LinkRequest&) {
                   world.set_field("a", identity::Field::name, "Lê Minh Mận");
                 }},
        VoidCase{"AnotherNameAtTheProvider",
                 [](ReviewWorld&, link::LinkRequest& request) {
                   request.full_name = "Nguyễn Văn Lạ";
                   request.identity.name = identity::NameKeys::make("Nguyễn Văn Lạ").value();
                 }},
        VoidCase{"AnotherSubject",
                 [](ReviewWorld&, link::LinkRequest& request) { request.subject = "another"; }},
        VoidCase{"AnotherIssuer",
                 [](ReviewWorld&, link::LinkRequest& request) {
                   request.issuer = "https://other.example.gov.vn";
                 }},
        VoidCase{
            "AnotherReason",
            [](ReviewWorld&, link::LinkRequest& request) { request.identity.birth_date.reset(); }},
        VoidCase{"LinkUndoneSince",
                 [](ReviewWorld& world, link::LinkRequest& request) {
                   (void)world.link(request);
                   world.database.sql(
                       "update link set state = 'undone', undone_at = clock_timestamp(),"
                       " undone_by = 'a', undo_approved_by = 'b', undo_reason = 'nhầm người'");
                 }}),
    [](const auto& info) { return std::string{info.param.name}; });

// What the table refuses, and what the database holds unique, no officer approves.
TEST(Review, ApprovesOnlyDoubts) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  world.approve_by_both(world.ask(account).reference);
  auto low = world.doubtful(account);
  low.identity.level = 1;
  EXPECT_TRUE(std::holds_alternative<link::Refused>(world.link(low)));
  auto stranger = world.doubtful(account);
  stranger.identity.number = identity::CitizenNumber::parse(thu.number, 2026).value();
  EXPECT_TRUE(std::holds_alternative<link::Refused>(world.link(stranger)));

  const auto other = world.add_account("b", thu);
  (void)world.link(world.request(other, thu, "sub-" + mau.number));
  const auto taken = std::get<link::InReview>(world.link(world.doubtful(account)));
  EXPECT_EQ(taken.state, ReviewState::open);
  EXPECT_EQ(world.approve(taken.reference, "lan").outcome, RulingOutcome::subject_taken);
  EXPECT_EQ(world.reject(taken.reference, "lan").outcome, RulingOutcome::rejected);
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST(Review, OutdatedIsNotApproved) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto asked = world.ask(account);
  (void)world.approve(asked.reference, "lan");
  world.set_field("a", identity::Field::name, "Lê Minh Mận");
  EXPECT_EQ(world.approve(asked.reference, "minh").outcome, RulingOutcome::outdated);
  EXPECT_EQ(world.ask(account).reference, asked.reference);
  EXPECT_EQ(world.approve(asked.reference, "minh").outcome, RulingOutcome::proposed);
}

TEST(Review, RejectedKeepsItsReferenceUntilSomethingChanges) {
  ReviewWorld world;
  const auto account = world.add_account("a", mau);
  const auto asked = world.ask(account);
  (void)world.approve(asked.reference, "lan");
  const auto rejected = world.reject(asked.reference, "lan");
  EXPECT_EQ(rejected.outcome, RulingOutcome::rejected);
  EXPECT_EQ(rejected.review->note, "hồ sơ không khớp");
  const auto again = world.ask(account);
  EXPECT_EQ(again.reference, asked.reference);
  EXPECT_EQ(again.state, ReviewState::rejected);
  EXPECT_EQ(world.count("review"), "1");
  EXPECT_EQ(world.database.sql("select reason from audit_event where event = 'link.review'"
                               " order by id desc limit 1"),
            "name_differs,review_rejected");
  world.set_field("a", identity::Field::name, "Lê Minh Mận");
  const auto changed = world.ask(account);
  EXPECT_NE(changed.reference, asked.reference);
  EXPECT_EQ(changed.state, ReviewState::open);
}

/// Both rulings at once; how often each outcome came.
std::map<RulingOutcome, int> at_once(ReviewWorld& world, const std::vector<link::Ruling>& rulings,
                                     std::size_t rejections = 0) {
  Scope scope{world.loop};
  std::vector<Joined<link::RulingAnswer>> running;
  for (std::size_t i = 0; i < rulings.size(); ++i) {
    link::ReviewQueue& queue = world.queue_of(rulings[i].officer);
    running.push_back(
        scope.start(i < rejections ? queue.reject(rulings[i]) : queue.approve(rulings[i])));
  }
  std::map<RulingOutcome, int> outcomes;
  for (auto& one : running) {
    const auto answer =
        world.loop.run([](Joined<link::RulingAnswer> joined) -> Task<link::RulingAnswer> {
          link::RulingAnswer given = co_await joined;
          co_return given;
        }(one));
    ++outcomes[answer.outcome];
  }
  return outcomes;
}

link::Ruling ruling(const std::string& reference, const std::string& officer) {
  return {.reference = reference, .officer = officer, .note = "không khớp"};
}

TEST(ReviewRace, TwoOfficersAtTheSameInstant) {
  ReviewWorld world{8};
  const std::string reference = world.ask(world.add_account("a", mau)).reference;
  auto outcomes = at_once(
      world, {ruling(reference, "lan"), ruling(reference, "minh"), ruling(reference, "hoa")});
  EXPECT_EQ(outcomes[RulingOutcome::proposed], 1);
  EXPECT_EQ(outcomes[RulingOutcome::approved], 1);
  EXPECT_EQ(outcomes[RulingOutcome::decided_before], 1);
  EXPECT_EQ(world.count("audit_event where event = 'review.approved'"), "1");
}

TEST(ReviewRace, OneOfficerTwiceIsOne) {
  ReviewWorld world{8};
  const std::string reference = world.ask(world.add_account("a", mau)).reference;
  auto outcomes = at_once(world, std::vector(6, ruling(reference, "lan")));
  EXPECT_EQ(outcomes[RulingOutcome::proposed], 1);
  EXPECT_EQ(outcomes[RulingOutcome::same_officer], 5);
}

TEST(ReviewRace, ApprovalAgainstRejectionHasOneEnd) {
  ReviewWorld world{8};
  const std::string reference = world.ask(world.add_account("a", mau)).reference;
  (void)world.approve(reference, "lan");
  auto outcomes = at_once(world, {ruling(reference, "minh"), ruling(reference, "hoa")}, 1);
  EXPECT_EQ(outcomes[RulingOutcome::approved] + outcomes[RulingOutcome::rejected], 1);
  EXPECT_EQ(outcomes[RulingOutcome::decided_before], 1);
}

}  // namespace
}  // namespace vneid
