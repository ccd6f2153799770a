#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/event_loop.hpp"
#include "async/scope.hpp"
#include "async/single_flight.hpp"
#include "async/task.hpp"
#include "net/http.hpp"
#include "oidc/authorization_request.hpp"
#include "oidc/cached.hpp"
#include "oidc/client_authentication.hpp"
#include "oidc/id_token.hpp"
#include "oidc/identity_claims.hpp"
#include "oidc/key_set.hpp"
#include "oidc/logout_token.hpp"
#include "oidc/provider_metadata.hpp"
#include "oidc/token_response.hpp"

namespace vneid::oidc {

/// What came back with the browser, and what was kept on the server for it. The caller has proven
/// beforehand that the state is this browser's (RFC 9700 §4.7); nothing here is called before.
struct Redemption {
  std::string code;
  std::string code_verifier;
  std::string nonce;
  std::string redirect_uri;        ///< exactly as in the authorization request
  std::optional<std::string> iss;  ///< of the authorization response (RFC 9207)
};

/// A login that must not be believed. Not an outage: trying again at once may well work for the
/// person, but this answer is lost.
struct LoginFailure {
  enum class Reason {
    issuer,         ///< the answer came from another provider than was asked (mix-up)
    code,           ///< the provider does not know the code (any more)
    id_token,       ///< a check of the ID token failed
    userinfo,       ///< userinfo is another person's
    contradiction,  ///< ID token and userinfo name different citizen's numbers
  };
  Reason reason = Reason::code;
  std::string text;  ///< for the log: no token, code or number
};

/// When a provider's documents are asked for again.
struct DocumentTimes {
  std::optional<Milliseconds> lifetime;       ///< instead of what `lifetime_from` says
  Milliseconds retry_pause{60'000};           ///< after a failed refresh, while an old one serves
  Milliseconds forced_refetch_pause{60'000};  ///< between two fetches for unknown keys
};

/// One identity provider as one worker sees it, profile `oidc`. Its documents are fetched when
/// first needed, once for all who wait, and kept while the provider is away. Loop thread only.
///
/// Every call may throw Unavailable{provider}. Tokens and codes stay out of what it throws.
class Provider {
 public:
  struct Counters {
    std::uint64_t metadata_fetches = 0;
    std::uint64_t key_fetches = 0;
  };

  /// Throws std::invalid_argument when `settings_problem` finds one. Does not call the provider.
  Provider(EventLoop& loop, http::Client& client, ProviderSettings settings,
           DocumentTimes times = {});
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  ~Provider() = default;

  [[nodiscard]] const ProviderSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  /// Why the last refresh of a document failed, for the status page; empty: it did not.
  [[nodiscard]] const std::string& last_failure() const noexcept { return last_failure_; }

  /// Checked metadata, at most `lifetime_from()` old unless no newer could be had.
  Task<std::shared_ptr<const Metadata>> metadata();

  Task<AuthorizationRequest> authorization_request(std::string redirect_uri,
                                                   AuthorizationOptions options);

  /// Spends the code and says who it is: `iss` compared before anything is sent, token request,
  /// ID token verified whole (its keys fetched again, at most once a minute, when it names one we
  /// do not have), userinfo with equal `sub`. Whether the level is enough is the caller's question.
  Task<std::expected<VerifiedIdentity, LoginFailure>> redeem(Redemption redemption);

  /// Verifies what was posted to the address for back-channel logout. The keys are fetched again
  /// as for ID tokens. A failure is the caller's 400 (Back-Channel Logout 1.0 §2.8), Unavailable
  /// its 503: the provider may send the token again.
  Task<std::expected<LogoutToken, LogoutFailure>> logout_token(std::string jwt);

 private:
  using MetadataPtr = std::shared_ptr<const Metadata>;
  using KeysPtr = std::shared_ptr<const KeySet>;
  using LoginResult = std::expected<VerifiedIdentity, LoginFailure>;
  using Verified = std::expected<IdToken, IdTokenFailure>;
  template <class Token>
  using Judgement = std::function<std::expected<Token, TokenFailure>(const KeySet&, Wall)>;

  Task<http::IncomingResponse> call(http::OutgoingRequest request, std::string what);
  Task<http::IncomingResponse> fetch(std::string url, std::string what);
  Task<MetadataPtr> refresh_metadata();
  Task<MetadataPtr> fetch_metadata();
  Task<KeysPtr> keys();
  Task<KeysPtr> keys_again();
  Task<KeysPtr> refresh_keys();
  Task<KeysPtr> fetch_keys();
  Task<std::expected<TokenResponse, TokenRefusal>> request_tokens(std::string url,
                                                                  Redemption redemption);
  /// Judges with the keys we have, and again with fresh ones where these may change the verdict.
  template <class Token>
  Task<std::expected<Token, TokenFailure>> judge(Judgement<Token> judgement);
  Task<Verified> verify(const TokenResponse& tokens, std::string nonce);
  Task<std::expected<void, LoginFailure>> add_userinfo(std::string url, const Secret& access_token,
                                                       json_t* claims);
  [[nodiscard]] Milliseconds lifetime_of(const http::IncomingResponse& response) const;
  [[noreturn]] void unavailable(const std::string& cause) const;

  EventLoop& loop_;
  http::Client& client_;
  ProviderSettings settings_;
  ClientCredential credential_;
  DocumentTimes times_;
  Counters counters_;
  std::string last_failure_;
  Cached<Metadata> metadata_;
  Cached<KeySet> keys_;
  std::optional<Monotonic> forced_at_;
  bool keys_underway_ = false;
  Scope scope_;  // behind what its tasks use
  SingleFlight<MetadataPtr> metadata_flight_;
  SingleFlight<KeysPtr> keys_flight_;
};

}  // namespace vneid::oidc
