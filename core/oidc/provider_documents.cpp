// The documents of a provider: metadata and keys, their fetching and keeping.
#include <algorithm>
#include <utility>

#include "net/unavailable.hpp"
#include "oidc/provider.hpp"

namespace vneid::oidc {

Milliseconds Provider::lifetime_of(const http::IncomingResponse& response) const {
  return times_.lifetime.value_or(lifetime_from(response.header("cache-control")));
}

Task<http::IncomingResponse> Provider::fetch(std::string url, const char* what) {
  http::OutgoingRequest request;
  request.url = std::move(url);
  request.max_body = std::max(max_metadata_size, KeySet::max_document_size);
  http::IncomingResponse response = co_await call(std::move(request), what);
  if (response.status != 200) {
    unavailable(std::string{what} + ": status " + std::to_string(response.status));
  }
  co_return response;
}

Task<Provider::MetadataPtr> Provider::metadata() {
  if (metadata_.usable(loop_.now())) co_return metadata_.value();
  const auto joined = metadata_flight_.join([this] { return refresh_metadata(); });
  co_return co_await joined;
}

Task<Provider::MetadataPtr> Provider::refresh_metadata() {
  try {
    MetadataPtr fresh = co_await fetch_metadata();
    last_failure_.clear();
    co_return fresh;
  } catch (const Unavailable& failure) {
    last_failure_ = failure.what();
    if (!metadata_.value()) throw;
  }
  metadata_.refresh_failed(loop_.now(), times_.retry_pause);
  co_return metadata_.value();
}

Task<Provider::MetadataPtr> Provider::fetch_metadata() {
  ++counters_.metadata_fetches;
  const http::IncomingResponse response =
      co_await fetch(discovery_url(settings_.issuer), "discovery");
  auto parsed = parse_metadata(response.body, settings_);
  if (!parsed) unavailable("discovery: " + parsed.error());
  auto fresh = std::make_shared<const Metadata>(std::move(*parsed));
  metadata_.store(fresh, loop_.now(), lifetime_of(response));
  documents_.metadata_at = loop_.wall_now();
  co_return fresh;
}

Task<Provider::KeysPtr> Provider::keys() {
  if (keys_.usable(loop_.now())) co_return keys_.value();
  const auto joined = keys_flight_.join([this] { return refresh_keys(); });
  co_return co_await joined;
}

Task<Provider::KeysPtr> Provider::keys_again() {
  const Monotonic now = loop_.now();
  const bool paused = forced_at_ && now < *forced_at_ + times_.forced_refetch_pause;
  if (paused && !keys_underway_) co_return keys_.value();
  if (!paused) forced_at_ = now;
  const auto joined = keys_flight_.join([this] { return refresh_keys(); });
  co_return co_await joined;
}

Task<Provider::KeysPtr> Provider::refresh_keys() {
  struct Underway {
    bool& flag;
    explicit Underway(bool& raised) noexcept : flag(raised) { flag = true; }
    Underway(const Underway&) = delete;
    Underway& operator=(const Underway&) = delete;
    ~Underway() { flag = false; }
  };
  const Underway underway{keys_underway_};
  try {
    KeysPtr fresh = co_await fetch_keys();
    last_failure_.clear();
    co_return fresh;
  } catch (const Unavailable& failure) {
    last_failure_ = failure.what();
    if (!keys_.value()) throw;
  }
  keys_.refresh_failed(loop_.now(), times_.retry_pause);
  co_return keys_.value();
}

Task<Provider::KeysPtr> Provider::fetch_keys() {
  const MetadataPtr described = co_await metadata();
  ++counters_.key_fetches;
  const http::IncomingResponse response = co_await fetch(described->jwks_uri, "keys");
  auto parsed = KeySet::parse(response.body);
  if (!parsed) unavailable("keys: " + parsed.error());
  if (parsed->size() == 0) unavailable("keys: none that can be used");
  auto fresh = std::make_shared<const KeySet>(std::move(*parsed));
  keys_.store(fresh, loop_.now(), lifetime_of(response));
  documents_.keys_at = loop_.wall_now();
  co_return fresh;
}

}  // namespace vneid::oidc
