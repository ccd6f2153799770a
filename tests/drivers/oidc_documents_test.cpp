// Discovery and keys: fetched once, kept while stale, fetched again when a key is unknown.
#include <chrono>
#include <expected>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "async/wait.hpp"
#include "drivers/support/oidc_fixture.hpp"
#include "drivers/support/started.hpp"

namespace vneid::oidc {
namespace {

using test::OidcTest;
using test::Started;
using MetadataPtr = std::shared_ptr<const Metadata>;

Task<void> pause(EventLoop& loop, Milliseconds span) { co_await sleep_for(loop, span); }

TEST_F(OidcTest, NothingIsFetchedBeforeItIsNeeded) {
  const Provider provider{loop_, client_, idp().settings()};
  EXPECT_EQ(provider.counters().metadata_fetches, 0U);
  ProviderSettings bad = idp().settings();
  bad.allow_http = false;
  EXPECT_THROW((Provider{loop_, client_, bad}), std::invalid_argument);
}

TEST_F(OidcTest, DocumentsAreFetchedOnceForAll) {
  Provider provider{loop_, client_, idp().settings()};
  control(R"({"slow_discovery":0.2})");
  take_count("discovery");
  std::vector<Started<MetadataPtr>> waiting;
  for (int i = 0; i < 100; ++i) waiting.emplace_back(provider.metadata());
  {
    const Started<MetadataPtr> leaves{provider.metadata()};
  }
  for (auto& one : waiting) EXPECT_EQ(one.wait(loop_)->issuer, idp().issuer());
  EXPECT_EQ(take_count("discovery"), 1);
  control(R"({"reset":true})");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in(provider), "ok 052089999999");
  EXPECT_EQ(provider.counters().metadata_fetches, 1U);
  EXPECT_EQ(provider.counters().key_fetches, 1U);
}

TEST_F(OidcTest, WhoBeganTheFetchMayLeave) {
  Provider provider{loop_, client_, idp().settings()};
  control(R"({"slow_discovery":0.2})");
  auto first = std::make_unique<Started<MetadataPtr>>(provider.metadata());
  Started<MetadataPtr> second{provider.metadata()};
  first.reset();
  EXPECT_EQ(second.wait(loop_)->issuer, idp().issuer());
  EXPECT_EQ(provider.counters().metadata_fetches, 1U);
}

TEST_F(OidcTest, ProviderMayGoAwayWhileItIsAsked) {
  control(R"({"stall_discovery":true})");
  auto provider = std::make_unique<Provider>(loop_, client_, idp().settings());
  Started<MetadataPtr> waiting{provider->metadata()};
  loop_.poll();
  provider.reset();
  EXPECT_THROW(waiting.wait(loop_), std::runtime_error);
}

TEST_F(OidcTest, WrongDocumentsAreRefused) {
  Provider provider{loop_, client_, idp().settings()};
  const std::string begin = "provider bca: discovery: ";
  control(R"({"discovery_other_issuer":true})");
  EXPECT_EQ(away(provider), begin + "issuer is not " + idp().issuer());
  control(R"({"reset":true,"discovery_array":true})");
  EXPECT_EQ(away(provider), begin + "the document is not a JSON object");
  control(R"({"reset":true,"html_200_discovery":true})");
  EXPECT_TRUE(away(provider).starts_with(begin + "the document is not JSON"));
  control(R"({"reset":true,"down_discovery":true})");
  EXPECT_EQ(away(provider), begin + "status 503");
  control(R"({"reset":true,"redirect_discovery":true})");
  EXPECT_EQ(away(provider), begin + "status 307");
  control(R"({"reset":true,"huge_body_discovery":true})");
  EXPECT_TRUE(away(provider).starts_with(begin));
  control(R"({"reset":true,"discovery_claims":{"token_endpoint":"ftp://x/"}})");
  EXPECT_EQ(away(provider), begin + "token_endpoint is not a URL");
  control(R"({"reset":true})");
  EXPECT_EQ(away(provider), "") << "a failure is not kept";
}

TEST_F(OidcTest, StalledProviderIsGivenUpInTime) {
  control(R"({"stall_discovery":true})");
  ProviderSettings settings = idp().settings();
  settings.timeout = Milliseconds{300};
  Provider provider{loop_, client_, settings};
  const Monotonic begin = loop_.now();
  EXPECT_TRUE(away(provider).starts_with("provider bca: discovery: "));
  EXPECT_LT(loop_.now() - begin, std::chrono::seconds{3});
}

TEST_F(OidcTest, StaleDocumentsServeWhileTheProviderIsAway) {
  Provider provider{loop_, client_, idp().settings(), {.lifetime = Milliseconds{1}}};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  loop_.run(pause(loop_, Milliseconds{5}));
  control(R"({"down_discovery":true,"down_jwks":true})");
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  EXPECT_EQ(provider.last_failure(), "provider bca: keys: status 503");
  const auto before = provider.counters();
  EXPECT_EQ(before.key_fetches, 2U);
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  EXPECT_EQ(provider.counters().metadata_fetches, before.metadata_fetches)
      << "not asked again within the pause";
  EXPECT_EQ(provider.counters().key_fetches, before.key_fetches);
}

TEST_F(OidcTest, AfterThePauseItIsAskedAgain) {
  Provider provider{loop_,
                    client_,
                    idp().settings(),
                    {.lifetime = Milliseconds{1}, .retry_pause = Milliseconds{1}}};
  EXPECT_EQ(away(provider), "");
  loop_.run(pause(loop_, Milliseconds{5}));
  control(R"({"down_discovery":true})");
  EXPECT_EQ(away(provider), "");
  EXPECT_FALSE(provider.last_failure().empty());
  loop_.run(pause(loop_, Milliseconds{5}));
  control(R"({"reset":true})");
  EXPECT_EQ(away(provider), "");
  EXPECT_EQ(provider.last_failure(), "");
  EXPECT_EQ(provider.counters().metadata_fetches, 3U);
}

TEST_F(OidcTest, RotatedKeysAreFetchedAtOnce) {
  Provider provider{loop_, client_, idp().settings()};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  auto redemption = come_back(provider);  // conformance: rotation just before signing
  control(R"({"rotate_keys":true})");
  EXPECT_EQ(redeem(provider, std::move(redemption)), "ok 052089999999");
  EXPECT_EQ(provider.counters().key_fetches, 2U);
}

TEST_F(OidcTest, RotatedKeysAreFoundWithoutKeyIdToo) {
  Provider provider{loop_, client_, idp().settings()};
  control(R"({"kid_absent":true})");
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  control(R"({"rotate_keys":true})");
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  EXPECT_EQ(provider.counters().key_fetches, 2U);
}

TEST_F(OidcTest, UnknownKeysCostOneFetchAMinute) {
  Provider provider{loop_, client_, idp().settings()};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  for (int i = 0; i < 20; ++i) {
    control(R"({"id_token_header":{"kid":"random-)" + std::to_string(i) + "\"}}");
    EXPECT_EQ(log_in(provider), "reason 2: ID token: no key of the provider fits");
  }
  EXPECT_EQ(provider.counters().key_fetches, 2U);
}

TEST_F(OidcTest, ManyUnknownKeysAtOnceCostOneFetch) {
  Provider provider{loop_, client_, idp().settings()};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  control(R"({"unknown_kid":true,"slow_jwks":0.3})");
  std::vector<Redemption> codes;
  for (int i = 0; i < 50; ++i) codes.push_back(come_back(provider));
  std::vector<Started<std::expected<VerifiedIdentity, RedemptionFailure>>> waiting;
  for (auto& code : codes) waiting.emplace_back(provider.redeem(std::move(code)));
  for (auto& one : waiting) EXPECT_FALSE(one.wait(loop_));
  EXPECT_EQ(provider.counters().key_fetches, 2U);
}

TEST_F(OidcTest, LoginsAtTheMomentOfRotationShareOneFetchAndSucceed) {
  Provider provider{loop_, client_, idp().settings()};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  std::vector<Redemption> codes;
  for (int i = 0; i < 8; ++i) codes.push_back(come_back(provider));
  control(R"({"rotate_keys":true,"slow_jwks":0.5})");
  std::vector<Started<std::expected<VerifiedIdentity, RedemptionFailure>>> waiting;
  for (auto& code : codes) waiting.emplace_back(provider.redeem(std::move(code)));
  for (auto& one : waiting) EXPECT_TRUE(one.wait(loop_));
  EXPECT_EQ(provider.counters().key_fetches, 2U);
}

TEST_F(OidcTest, AfterTheMinuteUnknownKeysAreLookedForAgain) {
  Provider provider{loop_, client_, idp().settings(), {.forced_refetch_pause = Milliseconds{1}}};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  control(R"({"unknown_kid":true})");
  EXPECT_TRUE(log_in(provider).starts_with("reason 2"));
  loop_.run(pause(loop_, Milliseconds{5}));
  EXPECT_TRUE(log_in(provider).starts_with("reason 2"));
  EXPECT_EQ(provider.counters().key_fetches, 3U);
}

TEST_F(OidcTest, UnknownKeyWhileKeysCannotBeHadIsAnOutage) {
  Provider provider{loop_, client_, idp().settings()};
  EXPECT_EQ(log_in(provider), "ok 052089999999");
  control(R"({"rotate_keys":true,"down_jwks":true})");
  EXPECT_EQ(log_in(provider), "away: provider bca: keys: a newer set is needed and cannot be had");
}

}  // namespace
}  // namespace vneid::oidc
