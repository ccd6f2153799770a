#include <algorithm>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "crypto/digest.hpp"
#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::LinkWorld;
using test::mau;

Task<AccountId> ensured(link::Accounts& accounts, std::string name, Wall now) {
  const link::LegacyAccount account =
      co_await accounts.ensure(PortalName{"portal"}, std::move(name), std::nullopt, now);
  co_return account.id;
}

TEST(Accounts, AreMadeAtFirstSightAndFoundAfterwards) {
  LinkWorld world;
  link::Accounts accounts{world.pool, test::test_keys()};
  const auto now = world.loop.wall_now();
  const auto first =
      world.loop.run(accounts.ensure(PortalName{"portal"}, "công dân", std::nullopt, now));
  EXPECT_TRUE(first.first_seen);
  EXPECT_EQ(first.kind, link::AccountKind::personal);
  EXPECT_FALSE(first.linked);
  EXPECT_FALSE(first.identity.number);
  const auto again =
      world.loop.run(accounts.ensure(PortalName{"portal"}, "công dân", std::nullopt, now));
  EXPECT_FALSE(again.first_seen);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.name, "công dân");
  const auto elsewhere =
      world.loop.run(accounts.ensure(PortalName{"other"}, "công dân", std::nullopt, now));
  EXPECT_NE(elsewhere.id, first.id);
  EXPECT_EQ(world.loop.run(accounts.find(first.id))->name, "công dân");
  EXPECT_FALSE(world.loop.run(accounts.find(AccountId{first.id.value() + 1000})));
}

TEST(Accounts, NormalisationFormsOfANameAreOneAccount) {
  LinkWorld world;
  link::Accounts accounts{world.pool, test::test_keys()};
  const auto now = world.loop.wall_now();
  const auto composed = world.loop.run(ensured(accounts, "m\u1EABu", now));
  const auto decomposed = world.loop.run(ensured(accounts, "ma\u0302\u0303u", now));
  EXPECT_EQ(composed, decomposed);
}

TEST(Accounts, StrangeNamesAreRefused) {
  LinkWorld world;
  link::Accounts accounts{world.pool, test::test_keys()};
  for (const std::string& name : {std::string{}, std::string(1001, 'a'), std::string{"\xff"}}) {
    EXPECT_THROW(world.loop.run(ensured(accounts, name, world.loop.wall_now())),
                 std::invalid_argument);
  }
}

TEST(Accounts, HundredFirstLoginsMakeOneRow) {
  LinkWorld world{16};
  link::Accounts accounts{world.pool, test::test_keys()};
  Scope scope{world.loop};
  std::vector<Joined<AccountId>> running;
  for (int i = 0; i < 100; ++i) {
    running.push_back(scope.start(ensured(accounts, "a", world.loop.wall_now())));
  }
  world.loop.run_until(
      [&running] { return std::ranges::all_of(running, [](auto& one) { return one.settled(); }); });
  EXPECT_EQ(world.count("account"), "1");
}

TEST(Accounts, KindFollowsThePortalUntilItIsLinked) {
  LinkWorld world;
  link::Accounts accounts{world.pool, test::test_keys()};
  const auto account = world.add_account("a", mau);
  const auto now = world.loop.wall_now();
  const auto login = [&](std::optional<link::AccountKind> kind) {
    return world.loop.run(accounts.ensure(PortalName{"portal"}, "a", kind, now)).kind;
  };
  EXPECT_EQ(login(link::AccountKind::organization), link::AccountKind::organization);
  EXPECT_EQ(login(std::nullopt), link::AccountKind::organization);
  EXPECT_EQ(login(link::AccountKind::personal), link::AccountKind::personal);
  (void)world.link(world.request(account, mau));
  EXPECT_EQ(login(link::AccountKind::organization), link::AccountKind::personal);
}

TEST(Accounts, TellTheIdentityAndTheLink) {
  LinkWorld world;
  link::Accounts accounts{world.pool, test::test_keys()};
  const auto id = world.add_account("a", mau);
  const auto before = world.loop.run(accounts.find(id)).value();
  EXPECT_EQ(before.identity.number->digits(), mau.number);
  EXPECT_EQ(before.identity.number_status, identity::FieldStatus::verified);
  EXPECT_EQ(before.identity.birth_date->to_text(), "1989-08-15");
  EXPECT_EQ(before.full_name, mau.name);
  EXPECT_FALSE(before.linked);
  const auto made = std::get<link::Linked>(world.link(world.request(id, mau)));
  const auto after = world.loop.run(accounts.find(PortalName{"portal"}, "a")).value();
  ASSERT_TRUE(after.linked);
  EXPECT_EQ(after.linked->link_id, made.link_id);
  EXPECT_EQ(after.linked->person_id, made.person_id);
  EXPECT_EQ(after.linked->linked_at, made.at);
}

TEST(Accounts, FieldOfAnotherAccountDoesNotOpen) {
  LinkWorld world;
  link::Accounts accounts{world.pool, test::test_keys()};
  const auto first = world.add_account("a", mau);
  world.add_account("b", test::thu);
  world.database.sql(
      "update identity_field f set value_sealed = o.value_sealed from identity_field o"
      " where o.field = f.field and o.account_id <> f.account_id");
  EXPECT_THROW(world.loop.run(accounts.find(first)), link::UnreadableValue);
}

// D10: whatever a link leaves behind, the number stands nowhere in clear, nor as a plain hash.
TEST(Accounts, NoColumnHoldsANumberInClear) {
  LinkWorld world;
  const auto id = world.add_account(mau.number, mau);
  world.add_records({mau.number + ",r1,paper,T,1," + mau.number + ",f1"});
  (void)world.link(world.request(id, mau));
  auto doubtful = world.request(id, mau, "another subject");
  (void)world.link(doubtful);
  const std::string plain_hash = crypto::hex(crypto::sha256(mau.number));
  const std::string columns = world.database.sql(
      "select format('select count(*) from %I where position(''%s''::bytea in"
      " convert_to(%I::text, ''UTF8'')) > 0', table_name, needle, column_name)"
      " from information_schema.columns, (values ('" +
      mau.number + "'), ('" + crypto::hex(mau.number) + "'), ('" + plain_hash +
      "')) needles (needle) where table_schema = 'public'");
  std::istringstream lines{columns};
  int searched = 0;
  for (std::string statement; std::getline(lines, statement); ++searched) {
    EXPECT_EQ(world.database.sql(statement), "0") << statement;
  }
  EXPECT_GT(searched, 200);
}

}  // namespace
}  // namespace vneid
