#pragma once

#include <cstddef>
#include <vector>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/conclusion.hpp"

/// Accounts that a sign-in with VNeID takes over, or makes: the link of a person who has proven no
/// legacy login (domain.md §8.2, R35).
namespace vneid::flows {

/// Links the accounts of `chosen` to the person, one transaction each; none of them was proven by a
/// login. What is left in the choice's candidates is linked; Failed tells why when nothing is.
Task<Conclusion> adopt_accounts(const Exchange& exchange, PendingChoice choice,
                                std::vector<std::size_t> chosen);

/// Makes an account of the portal for the person and links it.
Task<Conclusion> make_account(const Exchange& exchange, PendingChoice choice);

}  // namespace vneid::flows
