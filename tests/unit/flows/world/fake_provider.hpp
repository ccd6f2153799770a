#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "net/unavailable.hpp"
#include "oidc/identity_provider.hpp"
#include "unit/flows/world/pauses.hpp"

namespace vneid::test {

/// An identity provider that answers at once what a test has laid down.
class FakeProvider final : public oidc::IdentityProvider {
 public:
  FakeProvider(EventLoop& loop, http::Sender& http, Pauses& pauses, oidc::ProviderSettings settings)
      : IdentityProvider(loop, http, std::move(settings)), pauses_(pauses) {}

  Task<std::shared_ptr<const oidc::Metadata>> metadata() override {
    co_await pauses_.here();
    must_be_there();
    auto told = std::make_shared<oidc::Metadata>();
    told->end_session_endpoint = end_session_endpoint;
    told->authorization_endpoint = authorization_endpoint;
    told->token_endpoint = token_endpoint;
    co_return told;
  }
  Task<oidc::AuthorizationRequest> authorization_request(
      std::string redirect_uri, oidc::AuthorizationOptions options) override {
    co_await pauses_.here();
    must_be_there();
    asked = std::move(options);
    oidc::AuthorizationRequest request;
    request.state = "state-" + std::to_string(++requests);
    request.nonce = "nonce";
    request.code_verifier = "verifier";
    request.url =
        "https://idp.example/auth?redirect_uri=" + redirect_uri + "&state=" + request.state;
    co_return request;
  }
  [[nodiscard]] oidc::AuthorizationResponse read_callback(std::string_view query) const override {
    return oidc::parse_authorization_response(query);
  }
  Task<RedemptionResult> redeem(oidc::Redemption redemption) override {
    co_await pauses_.here();
    must_be_there();
    redeemed = std::move(redemption);
    if (slowness.count() > 0) co_await sleep_for(loop_, slowness);
    if (failure) co_return std::unexpected(*failure);
    co_return person;
  }
  Task<std::expected<oidc::LogoutToken, oidc::LogoutFailure>> logout_token(
      std::string /*jwt*/) override {
    co_await pauses_.here();
    must_be_there();
    co_return told_logout;
  }

  void check_authorization(bool on) { settings_.authorization_check = on; }

  bool away = false;
  std::string end_session_endpoint = "https://idp.example/logout";
  std::string authorization_endpoint;  ///< empty: nobody asks whether it is there
  std::string token_endpoint;
  Milliseconds slowness{0};  ///< of redeem()
  oidc::VerifiedIdentity person;
  std::optional<oidc::RedemptionFailure> failure;
  std::expected<oidc::LogoutToken, oidc::LogoutFailure> told_logout;
  std::optional<oidc::Redemption> redeemed;
  oidc::AuthorizationOptions asked;
  int requests = 0;

 private:
  void must_be_there() const {
    if (away) unavailable("refused");
  }
  Pauses& pauses_;
};

}  // namespace vneid::test
