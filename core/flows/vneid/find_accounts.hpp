#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "flows/vneid/link_account.hpp"
#include "flows/vneid/pending_choice.hpp"

/// A login that begins at VNeID (R25, R35). It proves the person and no account of the portal, so
/// it opens what is linked to the person and may take over only accounts whose number was verified
/// (domain.md §8.2, direction of trust).
namespace vneid::flows {

struct PersonLogin {
  FlowOutcome outcome;
  std::optional<KeptLogin> login;  ///< unless it failed
  std::string cause;               ///< of a failure, for the log
};

/// Redeems the code, finds the person's accounts, and keeps the outcome for repeated callbacks.
/// Runs in the worker's scope under a deadline of its own; never throws. `linking.account_id` is
/// unused.
Task<PersonLogin> log_person_in(Exchange exchange, Linking linking);

/// Links the accounts of `chosen` to the person, one transaction each; none of them was proven by a
/// login. What is left in the login's candidates is linked. `cause` and the outcome's error tell
/// why when nothing is.
Task<PersonLogin> adopt_accounts(const Exchange& exchange, KeptLogin login,
                                 std::vector<std::size_t> chosen);

/// Makes an account of the portal for the person and links it.
Task<PersonLogin> make_account(const Exchange& exchange, KeptLogin login);

}  // namespace vneid::flows
