#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "admin/options.hpp"
#include "async/epoll_loop.hpp"
#include "crypto/key_ring.hpp"
#include "identity/account_name.hpp"
#include "net/postgres/client.hpp"

/// The commands of vneidctl. Each prints to standard output what it did and gives the exit status;
/// it throws CommandFailed, Unavailable or postgres::StatementError when it cannot.
namespace vneid::admin {

Exit schema_migrate(const Options& options);
Exit schema_status(const Options& options);
Exit database_create(const Options& options);
Exit keys_generate(const Options& options);
Exit keys_rotate(const Options& options);
Exit import_accounts(const Options& options);
Exit import_vault(const Options& options);
Exit accounts_duplicates(const Options& options);
Exit transfer_check(const Options& options);
Exit transfer_resume(const Options& options);

/// The database that the options name; `timeout` for one statement.
postgres::Pool open_pool(EventLoop& loop, const Options& options, Milliseconds timeout);
/// The database's name in a conninfo; empty when it names none, or is no conninfo.
std::string database_of(const std::string& conninfo);
/// The same server, by the same user, but another of its databases.
std::string with_database(const std::string& conninfo, std::string_view name);
/// Which spellings are one account, as the options say.
identity::AccountForm account_form_of(const Options& options);
/// The key ring that the options name.
std::shared_ptr<const crypto::KeyRing> load_keys(const Options& options);

}  // namespace vneid::admin
