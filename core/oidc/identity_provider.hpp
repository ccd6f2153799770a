#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/http/sender.hpp"
#include "oidc/authorization_request.hpp"
#include "oidc/authorization_response.hpp"
#include "oidc/client_authentication.hpp"
#include "oidc/identity_claims.hpp"
#include "oidc/provider_metadata.hpp"
#include "oidc/provider_settings.hpp"
#include "oidc/token/logout_token.hpp"

namespace vneid::oidc {

/// What came back with the browser, and what was kept on the server for it. The caller has proven
/// beforehand that the state is this browser's (RFC 9700 §4.7); nothing here is called before.
struct Redemption {
  std::string code;
  std::string code_verifier;  ///< empty where the profile has no PKCE
  std::string nonce;
  std::string redirect_uri;        ///< exactly as in the authorization request
  std::optional<std::string> iss;  ///< of the authorization response (RFC 9207)
  std::optional<std::string> encrypt_key = std::nullopt;  ///< of it, profile `vneid-direct`
};

/// A login that must not be believed. Not an outage: trying again at once may well work for the
/// person, but this answer is lost.
struct RedemptionFailure {
  enum class Reason {
    issuer,         ///< the answer came from another provider than was asked (mix-up)
    code,           ///< the provider does not know the code (any more)
    id_token,       ///< a check of the ID token failed
    userinfo,       ///< userinfo is another person's, or nobody's
    contradiction,  ///< ID token and userinfo name different citizen's numbers
    decryption,     ///< an encrypted answer does not open; nothing tells why (direct_envelope.hpp)
  };
  Reason reason = Reason::code;
  std::string text;  ///< for the log: no token, code or number
};

/// One identity provider as one worker sees it, whatever its profile (design D12). Loop thread
/// only.
///
/// Every call that goes to the provider may throw Unavailable{provider}. Tokens and codes stay out
/// of what it throws.
class IdentityProvider {
 public:
  using RedemptionResult = std::expected<VerifiedIdentity, RedemptionFailure>;

  IdentityProvider(const IdentityProvider&) = delete;
  IdentityProvider& operator=(const IdentityProvider&) = delete;
  virtual ~IdentityProvider() = default;

  [[nodiscard]] const ProviderSettings& settings() const noexcept { return settings_; }

  /// Where its endpoints are; one that it does not have is empty.
  virtual Task<std::shared_ptr<const Metadata>> metadata() = 0;

  virtual Task<AuthorizationRequest> authorization_request(std::string redirect_uri,
                                                           AuthorizationOptions options) = 0;

  /// Throws Unavailable when people should not be sent there now, since they would end on an error
  /// page of the browser's own: its authorization endpoint, asked once in a while for everybody,
  /// does not answer. Only where `is_asked_first`.
  Task<void> require_reachable();

  /// When its documents were fetched last; the epoch: never, or it has none.
  struct Documents {
    Wall metadata_at{};
    Wall keys_at{};
  };
  [[nodiscard]] virtual Documents documents() const noexcept { return {}; }

  /// Reads the raw query of a callback as this provider writes it.
  [[nodiscard]] virtual AuthorizationResponse read_callback(std::string_view query) const = 0;

  /// Spends the code and says who it is. Whether the level is enough is the caller's question.
  virtual Task<RedemptionResult> redeem(Redemption redemption) = 0;

  /// Verifies what was posted to the address for back-channel logout. A failure is the caller's 400
  /// (Back-Channel Logout 1.0 §2.8), Unavailable its 503: the provider may send the token again.
  virtual Task<std::expected<LogoutToken, LogoutFailure>> logout_token(std::string jwt) = 0;

 protected:
  /// Throws std::invalid_argument when `settings_problem` finds one. Does not call the provider.
  IdentityProvider(EventLoop& loop, http::Sender& client, ProviderSettings settings);

  /// Calls the provider with what its settings say of every call; `what` is for the log.
  Task<http::IncomingResponse> call(http::OutgoingRequest request, std::string what);
  [[noreturn]] void unavailable(const std::string& cause) const;

  EventLoop& loop_;
  http::Sender& client_;
  ProviderSettings settings_;
  ClientCredential credential_;

 private:
  Task<std::string> silence_of(std::string endpoint);

  std::string silence_;  ///< why the authorization endpoint does not serve; empty: it does
  Monotonic ask_again_{};
};

/// The provider of the settings' profile. Throws as its constructor does.
std::unique_ptr<IdentityProvider> make_provider(EventLoop& loop, http::Sender& client,
                                                ProviderSettings settings);

}  // namespace vneid::oidc
