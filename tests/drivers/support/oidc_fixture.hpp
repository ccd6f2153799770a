#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "drivers/support/identity_provider.hpp"
#include "net/http/client.hpp"
#include "net/unavailable.hpp"
#include "oidc/authorization_response.hpp"
#include "oidc/provider.hpp"

namespace vneid::test {

/// Tests on one shared fixture provider, without faults at the beginning of each.
class LoginTest : public testing::Test {
 protected:
  void SetUp() override {
    control(R"({"reset":true})");
    idp().take_count(loop_, client_, "token");
  }
  void TearDown() override { control(R"({"reset":true})"); }

  virtual IdentityProvider& idp() = 0;
  void control(const std::string& wanted) { idp().control(loop_, client_, wanted); }
  int take_count(const std::string& endpoint) { return idp().take_count(loop_, client_, endpoint); }

  /// An authorization request, answered by the person in the browser.
  oidc::Redemption come_back(oidc::IdentityProvider& provider) {
    const auto request =
        loop_.run(provider.authorization_request(IdentityProvider::redirect_uri, {}));
    const auto response = provider.read_callback(idp().browse(loop_, client_, request.url));
    const auto& code = std::get<oidc::CodeResponse>(response);
    EXPECT_EQ(code.state, request.state);
    return {.code = code.code,
            .code_verifier = request.code_verifier,
            .nonce = request.nonce,
            .redirect_uri = IdentityProvider::redirect_uri,
            .iss = code.iss,
            .encrypt_key = code.encrypt_key};
  }

  /// "ok NUMBER", "reason N: text" of a RedemptionFailure, or "away: text" of Unavailable.
  std::string redeem(oidc::IdentityProvider& provider, oidc::Redemption redemption) {
    try {
      const auto person = loop_.run(provider.redeem(std::move(redemption)));
      if (person) return "ok " + person->citizen_id.value().digits();
      return "reason " + std::to_string(static_cast<int>(person.error().reason)) + ": " +
             person.error().text;
    } catch (const Unavailable& failure) {
      EXPECT_EQ(failure.dependency(), Unavailable::Dependency::provider);
      return std::string{"away: "} + failure.what();
    }
  }
  std::string log_in(oidc::IdentityProvider& provider) {
    oidc::Redemption redemption = come_back(provider);
    return redeem(provider, std::move(redemption));
  }
  std::string away(oidc::IdentityProvider& provider) {
    try {
      loop_.run(provider.metadata());
    } catch (const Unavailable& failure) {
      return failure.what();
    }
    return {};
  }

  EpollLoop loop_;
  http::Client client_{loop_};
};

/// With a provider of profile `oidc`.
class OidcTest : public LoginTest {
 protected:
  IdentityProvider& idp() override {
    static IdentityProvider provider;
    return provider;
  }
};

}  // namespace vneid::test
