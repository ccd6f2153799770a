#include "oidc/identity_provider.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "net/unavailable.hpp"
#include "oidc/authorization_endpoint.hpp"
#include "oidc/direct_provider.hpp"
#include "oidc/provider.hpp"

namespace vneid::oidc {

namespace {

ClientCredential checked_credential(const ProviderSettings& settings) {
  if (auto problem = settings_problem(settings)) {
    throw std::invalid_argument("provider " + settings.name + ": " + *problem);
  }
  return *ClientCredential::make(settings);
}

/// How long an answer of the authorization endpoint counts.
constexpr Milliseconds trust_time{15'000};
constexpr Milliseconds doubt_time{5'000};

}  // namespace

IdentityProvider::IdentityProvider(EventLoop& loop, http::Sender& client, ProviderSettings settings)
    : loop_(loop),
      client_(client),
      settings_(std::move(settings)),
      credential_(checked_credential(settings_)) {}

void IdentityProvider::unavailable(const std::string& cause) const {
  throw Unavailable{Unavailable::Dependency::provider, "provider " + settings_.name + ": " + cause};
}

Task<http::IncomingResponse> IdentityProvider::call(http::OutgoingRequest request,
                                                    std::string what) {
  request.headers.emplace_back("Accept", "application/json");
  request.trusted_certificates = settings_.trusted_certificates;
  request.timeout = settings_.timeout;
  request.observer = settings_.observer;
  std::string cause;
  try {
    co_return co_await client_.send(std::move(request));
  } catch (const http::ExchangeFailed& failure) {
    cause = failure.what();
  }
  unavailable(what + ": " + cause);
}

Task<void> IdentityProvider::require_reachable() {
  const auto described = co_await metadata();
  const std::string& endpoint = described->authorization_endpoint;
  if (!is_asked_first(settings_, *described)) co_return;
  if (loop_.now() >= ask_again_) {
    // Whoever comes meanwhile goes by what was learned before.
    ask_again_ = loop_.now() + doubt_time;
    silence_ = co_await silence_of(endpoint);
    ask_again_ = loop_.now() + (silence_.empty() ? trust_time : doubt_time);
  }
  if (!silence_.empty()) unavailable("authorization endpoint: " + silence_);
}

Task<std::string> IdentityProvider::silence_of(std::string endpoint) {
  try {
    co_return silence_in(co_await client_.send(endpoint_question(settings_, endpoint)));
  } catch (const http::ExchangeFailed& failure) {
    co_return failure.what();
  }
}

std::unique_ptr<IdentityProvider> make_provider(EventLoop& loop, http::Sender& client,
                                                ProviderSettings settings) {
  if (settings.profile == ProviderProfile::vneid_direct) {
    return std::make_unique<DirectProvider>(loop, client, std::move(settings));
  }
  return std::make_unique<Provider>(loop, client, std::move(settings));
}

}  // namespace vneid::oidc
