#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "link/link_transaction.hpp"
#include "oidc/login_provider.hpp"
#include "pages/error_kind.hpp"

namespace vneid::flows {

/// What a proven callback brings into the link.
struct Linking {
  std::string code;
  std::optional<std::string> response_issuer;  ///< RFC 9207
  std::optional<std::string> encrypt_key;      ///< of the callback, profile `vneid-direct`
  std::string state;
  std::string browser;
  FlowRecord record;
  std::int64_t account_id = 0;  ///< the legacy account that logged in
};

struct LinkingResult {
  FlowOutcome outcome;
  std::string cause;  ///< of a failure, for the log
};

/// Redeems the code, decides, links, and keeps the outcome for repeated callbacks. Runs in the
/// worker's scope under a deadline of its own; never throws.
Task<LinkingResult> link_accounts(Exchange exchange, Linking linking);

/// At a kiosk whoever sat there before must not be let in again (domain.md §4.4).
void ask_for_fresh_login(const Exchange& exchange, oidc::AuthorizationOptions& options,
                         FlowRecord& record);

/// Spends the code of the callback at the provider that the flow was begun with.
Task<oidc::LoginProvider::LoginResult> redeem(Worker& worker, Linking linking);

/// The link, tried again when PostgreSQL went away under it: whether it stands is then unknown, and
/// asking again both tells and does it.
Task<link::LinkOutcome> link_surely(Worker& worker, link::LinkRequest request);

/// The page for a decision against linking, and for an error that the provider sent back.
pages::ErrorKind error_of(identity::LinkOutcome outcome);
pages::ErrorKind error_of(oidc::ProviderError error);

}  // namespace vneid::flows
