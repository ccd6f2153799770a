#pragma once

#include <optional>
#include <string>

#include "flows/vneid/authorization.hpp"
#include "flows/vneid/pending_choice.hpp"
#include "link/link_transaction.hpp"
#include "oidc/authorization_response.hpp"

namespace vneid::flows {

/// What a callback came to, for its own answer.
struct Conclusion {
  Outcome outcome;
  std::string cause;                    ///< of a failure, for the log
  std::optional<PendingChoice> choice;  ///< of a SignedIn
};

Conclusion failed(Purpose purpose, Failed failure, std::string cause);
Conclusion failed(Purpose purpose, pages::ErrorKind kind, std::string cause);

/// Why an account was not linked, and what the log says of it; nothing when it was.
struct Obstacle {
  Failed failure;
  std::string cause;
};
std::optional<Obstacle> obstacle_of(const link::LinkOutcome& outcome);

/// The page for a decision against linking, and for an error that the provider sent back.
pages::ErrorKind error_of(identity::LinkOutcome outcome);
pages::ErrorKind error_of(oidc::ProviderError error);

}  // namespace vneid::flows
