#pragma once

#include <string>

#include "async/task.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// Closes an account in an officer's name: it is linked to nobody and enters nothing any more. One
/// transaction with its history and its audit event ("account.closed"). False: it is closed
/// already. Its sessions are ended elsewhere. Throws what Pool throws.
Task<bool> close_account(postgres::Database& database, AccountId account_id, std::string officer,
                         std::string reason);

}  // namespace vneid::link
