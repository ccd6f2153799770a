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
#include "net/http/sender.hpp"
#include "oidc/authorization_request.hpp"
#include "oidc/cached.hpp"
#include "oidc/identity_claims.hpp"
#include "oidc/identity_provider.hpp"
#include "oidc/jose/key_set.hpp"
#include "oidc/provider_metadata.hpp"
#include "oidc/token/id_token.hpp"
#include "oidc/token/logout_token.hpp"
#include "oidc/token/token_response.hpp"

namespace vneid::oidc {

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
class Provider : public IdentityProvider {
 public:
  struct Counters {
    std::uint64_t metadata_fetches = 0;
    std::uint64_t key_fetches = 0;
  };

  Provider(EventLoop& loop, http::Sender& client, ProviderSettings settings,
           DocumentTimes times = {});

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  /// Why the last refresh of a document failed, for the status page; empty: it did not.
  [[nodiscard]] const std::string& last_failure() const noexcept { return last_failure_; }

  [[nodiscard]] Documents documents() const noexcept override { return documents_; }

  /// Checked metadata, at most `lifetime_from()` old unless no newer could be had.
  Task<std::shared_ptr<const Metadata>> metadata() override;

  Task<AuthorizationRequest> authorization_request(std::string redirect_uri,
                                                   AuthorizationOptions options) override;

  [[nodiscard]] AuthorizationResponse read_callback(std::string_view query) const override;

  /// Spends the code and says who it is: `iss` compared before anything is sent, token request,
  /// ID token verified whole (its keys fetched again, at most once a minute, when it names one we
  /// do not have), userinfo with equal `sub`. Whether the level is enough is the caller's question.
  Task<std::expected<VerifiedIdentity, RedemptionFailure>> redeem(Redemption redemption) override;

  /// The keys are fetched again as for ID tokens.
  Task<std::expected<LogoutToken, LogoutFailure>> logout_token(std::string jwt) override;

 private:
  using MetadataPtr = std::shared_ptr<const Metadata>;
  using KeysPtr = std::shared_ptr<const KeySet>;
  using Verified = std::expected<IdToken, IdTokenFailure>;
  template <class Token>
  using Judgement = std::function<std::expected<Token, TokenFailure>(const KeySet&, Wall)>;

  Task<http::IncomingResponse> fetch(std::string url, const char* what);
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
  Task<std::expected<void, RedemptionFailure>> add_userinfo(std::string url,
                                                            const Secret& access_token,
                                                            json_t* claims);
  [[nodiscard]] Milliseconds lifetime_of(const http::IncomingResponse& response) const;

  DocumentTimes times_;
  Counters counters_;
  std::string last_failure_;
  Documents documents_;
  Cached<Metadata> metadata_;
  Cached<KeySet> keys_;
  std::optional<Monotonic> forced_at_;
  bool keys_underway_ = false;
  Scope scope_;  // behind what its tasks use
  SingleFlight<MetadataPtr> metadata_flight_;
  SingleFlight<KeysPtr> keys_flight_;
};

}  // namespace vneid::oidc
