#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"

/// What every sign-out of a browser does (domain.md §4.4).
namespace vneid::flows {

struct SignedOut {
  /// Where the provider ends its own session and then sends the browser back to `signed-out`;
  /// empty: there is nothing to end there, or no way to.
  std::string provider_url;
  /// The provider's session lives on: it has no endpoint to end it at, or is away.
  bool provider_left = false;
};

/// Ends this browser's sessions with us and the login that may be held for it. `target` is a path
/// of this server where the browser goes after the provider; empty: our own page. Throws
/// Unavailable{redis}: then nobody on this host remembers the sessions, and they end when Redis is
/// back. A provider that is away is an answer.
Task<SignedOut> end_browser_sessions(const Exchange& exchange, std::string target);

/// The target that was on the way through the provider, out of the `state` that came back.
/// Nothing when it is none of ours, or old.
std::optional<std::string> target_of(const Exchange& exchange, const std::string& state);

/// The page that tells to close the browser, which then goes on to `target` (may be empty).
std::string provider_left_page(const Exchange& exchange, const std::string& target);

}  // namespace vneid::flows
