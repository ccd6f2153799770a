#include "oidc/identity_provider.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "net/unavailable.hpp"
#include "oidc/direct_provider.hpp"
#include "oidc/provider.hpp"
#include "text/url.hpp"

namespace vneid::oidc {

namespace {

ClientCredential checked_credential(const ProviderSettings& settings) {
  if (auto problem = settings_problem(settings)) {
    throw std::invalid_argument("provider " + settings.name + ": " + *problem);
  }
  return *ClientCredential::make(settings);
}

/// The authorization endpoint is asked with little patience, since somebody waits for the answer.
constexpr Milliseconds probe_timeout{1500};
constexpr Milliseconds trust_time{15'000};
constexpr Milliseconds doubt_time{5'000};

bool is_same_server(const std::string& left, const std::string& right) {
  const auto one = text::parse_url(left);
  const auto other = text::parse_url(right);
  return one && other && one->scheme == other->scheme && one->authority == other->authority;
}

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
  if (!is_same_server(endpoint, described->token_endpoint)) co_return;
  if (loop_.now() >= ask_again_) {
    // Whoever comes meanwhile goes by what was learned before.
    ask_again_ = loop_.now() + probe_timeout;
    silence_ = co_await silence_of(endpoint);
    ask_again_ = loop_.now() + (silence_.empty() ? trust_time : doubt_time);
  }
  if (!silence_.empty()) unavailable("authorization endpoint: " + silence_);
}

Task<std::string> IdentityProvider::silence_of(std::string endpoint) {
  http::OutgoingRequest request;
  request.method = "HEAD";
  request.url = std::move(endpoint);
  request.trusted_certificates = settings_.trusted_certificates;
  request.timeout = std::min(settings_.timeout, probe_timeout);
  try {
    const auto answer = co_await client_.send(std::move(request));
    // What it thinks of a request without parameters is its own affair.
    const bool away = answer.status >= 502 && answer.status <= 504;
    co_return away ? "status " + std::to_string(answer.status) : std::string{};
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
