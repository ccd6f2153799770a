#include <array>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/officers/commands.hpp"
#include "admin/officers/ruling.hpp"
#include "admin/sessions.hpp"
#include "identity/account_name.hpp"
#include "identity/masking.hpp"
#include "link/accounts.hpp"
#include "link/officer/closing.hpp"
#include "link/officer/merging.hpp"
#include "link/officer/renaming.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes statement_timeout{2};
/// The vault moves in one statement.
constexpr std::chrono::minutes merge_timeout{10};

std::string name_of(const Options& options, const std::string& typed) {
  auto name = identity::account_name(typed, account_form_of(options));
  if (!name) throw CommandFailed(exit_usage, name.error());
  return *std::move(name);
}

/// The portal's account that was typed. Throws CommandFailed when there is none.
link::LegacyAccount account_of(EpollLoop& loop, link::Accounts& accounts, const Options& options,
                               const std::string& typed) {
  auto account = loop.run(accounts.find(PortalName{options.portal}, name_of(options, typed)));
  if (!account) {
    throw CommandFailed(exit_failed, "portal \"" + options.portal + "\" has no account \"" +
                                         identity::mask_account(typed) + "\"");
  }
  return *std::move(account);
}

std::string in_words(AccountId account_id) {
  return "account " + std::to_string(account_id.value());
}

}  // namespace

Exit accounts_close(const Options& options) {
  const std::string reason = reason_given(options);
  const std::string officer = current_officer();
  const auto keys = load_keys(options);
  const redis::Settings redis = redis_of(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::Accounts accounts{pool, keys};
  const auto account = account_of(loop, accounts, options, options.operand);
  const std::string which = in_words(account.id);
  const bool closed = loop.run(link::close_account(pool, account.id, officer, reason));
  std::cout << which << (closed ? ": closed by " + officer : " was closed before") << '\n';
  std::cout << end_sessions(redis, keys, std::array{account.id}, which + " is closed")
            << " sessions of it were ended\n";
  return exit_ok;
}

Exit accounts_rename(const Options& options) {
  link::Ruling ruling;
  if (!options.reason.empty()) ruling.note = reason_given(options);
  ruling.officer = current_officer();
  const std::string name = name_of(options, options.new_name);
  const std::string old_name = name_of(options, options.operand);
  const auto keys = load_keys(options);
  const SessionEnd session_end{redis_of(options), keys};
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::Accounts accounts{pool, keys};
  link::RenameRequests requests{pool, keys};
  const PortalName portal{options.portal};
  const auto renamed = loop.run(accounts.find(portal, name));
  if (renamed && !loop.run(accounts.find(portal, old_name)) &&
      loop.run(requests.was_renamed(renamed->id))) {
    std::cout << in_words(renamed->id) << " was renamed before\n";
    session_end(renamed->id, in_words(renamed->id) + " has its new name");
    return exit_ok;
  }
  const auto account = account_of(loop, accounts, options, options.operand);
  const auto asked = loop.run(requests.ask(account, name, loop.wall_now()));
  if (const auto* holder = std::get_if<AccountId>(&asked)) {
    throw CommandFailed(exit_failed,
                        in_words(*holder) +
                            " has that name: if both are one holder's, \"vneidctl accounts "
                            "merge\" makes them one account");
  }
  const auto& request = std::get<link::RenameRequest>(asked);
  if (request.other_name) {
    throw CommandFailed(exit_failed, "review " + request.reference +
                                         " asks for another name: decide that one first");
  }
  ruling.reference = request.reference;
  link::ReviewQueue queue{pool, keys};
  return approve_review(queue, loop, ruling, &session_end);
}

Exit accounts_merge(const Options& options) {
  link::Ruling ruling;
  if (!options.reason.empty()) ruling.note = reason_given(options);
  ruling.officer = current_officer();
  const auto keys = load_keys(options);
  const SessionEnd session_end{redis_of(options), keys};
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, merge_timeout);
  link::Accounts accounts{pool, keys};
  link::MergeRequests requests{pool, keys};
  const auto from = account_of(loop, accounts, options, options.operand);
  const auto into = account_of(loop, accounts, options, options.into);
  if (loop.run(requests.merged_into(from.id)) == std::optional{into.id}) {
    const std::string done = in_words(from.id) + " is part of " + in_words(into.id);
    std::cout << done << " since before\n";
    session_end(from.id, done);
    return exit_ok;
  }
  const auto asked = loop.run(requests.ask(from, into, loop.wall_now()));
  if (const auto* obstacle = std::get_if<link::MergeObstacle>(&asked)) {
    throw CommandFailed(exit_failed, in_words(from.id) + " cannot become part of " +
                                         in_words(into.id) + ": " +
                                         obstacle_in_words(obstacle->code));
  }
  const auto& request = std::get<link::MergeRequest>(asked);
  if (request.into != into.id) {
    throw CommandFailed(exit_failed, "review " + request.reference + " asks to make it part of " +
                                         in_words(request.into) + ": decide that one first");
  }
  ruling.reference = request.reference;
  link::ReviewQueue queue{pool, keys};
  return approve_review(queue, loop, ruling, &session_end);
}

}  // namespace vneid::admin
