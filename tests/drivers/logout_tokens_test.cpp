// Logout tokens must not work twice.
#include "session/logout_tokens.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/support/session_index.hpp"
#include "drivers/support/started.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {
namespace {

class LogoutTokenStore : public SessionIndex {
 protected:
  LogoutTokens tokens_{redis_, keys_};
};

TEST_F(LogoutTokenStore, OneOfAllCallersUsesALogoutToken) {
  std::vector<std::unique_ptr<Started<LogoutTokens::Use>>> claims;
  for (int i = 0; i < 20; ++i) {
    claims.push_back(std::make_unique<Started<LogoutTokens::Use>>(
        tokens_.claim("https://sso.example", "jti", now() + Milliseconds{60'000}, now())));
  }
  int fresh = 0;
  for (auto& claim : claims) fresh += claim->wait(loop_) == LogoutTokens::Use::fresh ? 1 : 0;
  EXPECT_EQ(fresh, 1);
  const std::string left = script("return redis.call('PTTL', redis.call('KEYS', '*')[1])");
  EXPECT_LE(std::stoll(left), 60'000);
  EXPECT_GT(std::stoll(left), 30'000);
}

TEST_F(LogoutTokenStore, LogoutTokensAreToldApartByIssuerAndName) {
  const Wall later = now() + Milliseconds{60'000};
  const auto use = [&](const std::string& issuer, const std::string& name) {
    return loop_.run(tokens_.claim(issuer, name, later, now()));
  };
  EXPECT_EQ(use("https://a.example", "1"), LogoutTokens::Use::fresh);
  EXPECT_EQ(use("https://a.example", "2"), LogoutTokens::Use::fresh);
  EXPECT_EQ(use("https://b.example", "1"), LogoutTokens::Use::fresh);
  EXPECT_EQ(use("https://a.example", "1"), LogoutTokens::Use::replayed);
  loop_.run(tokens_.forget("https://a.example", "1"));
  EXPECT_EQ(use("https://a.example", "1"), LogoutTokens::Use::fresh);
  EXPECT_EQ(loop_.run(tokens_.claim("https://a.example", "old", now(), now())),
            LogoutTokens::Use::replayed);
}

TEST_F(LogoutTokenStore, AStoreThatIsAwayIsUnknown) {
  server_->kill();
  EXPECT_THROW(loop_.run(tokens_.claim("i", "j", now() + Milliseconds{1000}, now())), Unavailable);
  EXPECT_THROW(loop_.run(tokens_.forget("i", "j")), Unavailable);
  server_->start();
}

}  // namespace
}  // namespace vneid::test
