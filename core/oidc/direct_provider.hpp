#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/http/sender.hpp"
#include "oidc/direct_envelope.hpp"
#include "oidc/identity_provider.hpp"
#include "oidc/jose/decryption_key.hpp"

namespace vneid::oidc {

/// A provider of profile `vneid-direct` (domain.md §4.2): code flow at configured endpoints,
/// encrypted answers, no ID token; who it is comes from userinfo. Loop thread only. Opening an
/// answer takes about a millisecond of it (RSA).
///
/// The `code` and `encrypt_key` of the callback go to the token endpoint as they came. Nothing that
/// a browser brought is ever decrypted here, so no browser can ask what a ciphertext holds.
class DirectProvider : public IdentityProvider {
 public:
  /// Throws std::invalid_argument when `settings_problem` finds one. Does not call the provider.
  DirectProvider(EventLoop& loop, http::Sender& client, ProviderSettings settings);

  /// The configured endpoints; no keys and no logout.
  Task<std::shared_ptr<const Metadata>> metadata() override;

  Task<AuthorizationRequest> authorization_request(std::string redirect_uri,
                                                   AuthorizationOptions options) override;

  [[nodiscard]] AuthorizationResponse read_callback(std::string_view query) const override;

  /// `iss`, where one came, compared before anything is sent; token request; userinfo. An answer
  /// that does not decrypt is one and the same failure, whichever answer it was.
  Task<RedemptionResult> redeem(Redemption redemption) override;

  /// Refused always: the profile has neither keys nor back-channel logout.
  Task<std::expected<LogoutToken, LogoutFailure>> logout_token(std::string jwt) override;

 private:
  Task<http::IncomingResponse> request_tokens(Redemption redemption);
  Task<http::IncomingResponse> request_userinfo(std::string access_token);
  RedemptionResult person_in(const json_t* claims) const;
  /// A failed answer as a failed login, or thrown as an outage.
  [[nodiscard]] RedemptionFailure failure_of(const AnswerFailure& failure,
                                             const std::string& what) const;

  DecryptionKey key_;
  std::shared_ptr<const Metadata> metadata_;
};

}  // namespace vneid::oidc
