#include <charconv>
#include <chrono>
#include <iostream>
#include <utility>
#include <vector>

#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/officers/commands.hpp"
#include "admin/officers/ruling.hpp"
#include "admin/sessions.hpp"
#include "identity/masking.hpp"
#include "link/accounts.hpp"
#include "link/links.hpp"
#include "link/officer/looking.hpp"
#include "link/officer/queue.hpp"
#include "link/stored_values.hpp"
#include "link/undo_requests.hpp"
#include "text/date.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::seconds statement_timeout{10};

std::string masked(const std::string& number) {
  const auto citizen = identity::CitizenNumber::parse(number, identity::any_year);
  return citizen ? citizen->masked() : "***";
}

/// The vault goes back in one statement.
constexpr std::chrono::minutes undo_timeout{10};

/// One for each link that is shown, and of an account without any one of its own.
std::vector<audit::Event> looks_at(AccountId account_id,
                                   const std::vector<link::LinkedAccount>& list,
                                   const crypto::KeyRing& keys, Wall now) {
  audit::Event of_account;
  of_account.at = now;
  of_account.name = "account.viewed";
  of_account.account_id = account_id;
  if (list.empty()) return {of_account};
  std::vector<audit::Event> looks;
  for (const link::LinkedAccount& link : list) {
    audit::Event event = of_account;
    const auto number = identity::CitizenNumber::parse(link.citizen_number, identity::any_year);
    if (number) {
      event.pid_masked = number->masked();
      event.pid_key = link::citizen_key(keys, *number);
    }
    event.provider = link.provider;
    event.link_id = link.link_id;
    looks.push_back(std::move(event));
  }
  return looks;
}

LinkId link_of(const Options& options) {
  std::int64_t id = 0;
  const char* end = options.operand.data() + options.operand.size();
  const auto parsed = std::from_chars(options.operand.data(), end, id);
  if (parsed.ec != std::errc{} || parsed.ptr != end || id <= 0) {
    throw CommandFailed(exit_usage, "\"" + options.operand +
                                        "\" is no number of a link; \"vneidctl links show\" "
                                        "tells it");
  }
  return LinkId{id};
}

}  // namespace

Exit links_show(const Options& options) {
  const auto keys = load_keys(options);
  const std::string officer = current_officer();
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::Accounts accounts{pool, keys};
  const auto name = identity::account_name(options.operand, account_form_of(options));
  if (!name) throw CommandFailed(exit_usage, name.error());
  const auto account = loop.run(accounts.find(PortalName{options.portal}, *name));
  if (!account) {
    throw CommandFailed(exit_failed, "portal \"" + options.portal + "\" has no such account");
  }
  link::Links links{pool, keys};
  const auto list = loop.run(links.of_account(account->id));
  loop.run(link::record_looks(pool, officer, looks_at(account->id, list, *keys, loop.wall_now())));
  std::cout << "account " << account->id.value() << " (" << identity::mask_account(account->name)
            << "), " << link::to_text(account->kind) << (account->closed ? ", closed" : "")
            << (account->linked && account->linked->kept_out ? ", its person is flagged\n" : "\n");
  for (const link::LinkedAccount& link : list) {
    std::cout << "link " << link.link_id.value() << " to " << masked(link.citizen_number)
              << " (person " << link.person_id.value() << ") through " << link.provider << " on "
              << text::date_for_people(link.linked_at) << (link.flagged ? ", flagged\n" : "\n");
  }
  if (list.empty()) std::cout << "not linked\n";
  return exit_ok;
}

Exit links_undo(const Options& options) {
  const LinkId link_id = link_of(options);
  link::Ruling ruling;
  if (!options.reason.empty()) ruling.note = reason_given(options);
  ruling.officer = current_officer();
  const auto keys = load_keys(options);
  const SessionEnd session_end{redis_of(options), keys};
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, undo_timeout);
  link::UndoRequests requests{pool, keys};
  link::Links links{pool, keys};
  const auto link = loop.run(links.find(link_id));
  if (!link) {
    // Undone before: what may have gone wrong then are its sessions.
    const auto account_id = loop.run(requests.account_of_undone(link_id));
    if (!account_id) {
      throw CommandFailed(exit_failed, "there is no link " + std::to_string(link_id.value()) +
                                           "; \"vneidctl links show\" tells which there are");
    }
    std::cout << "link " << link_id.value() << " was undone before\n";
    session_end(*account_id, "link " + std::to_string(link_id.value()) + " is undone");
    return exit_ok;
  }
  const auto request = loop.run(requests.ask(*link, "officer_asks", {}, loop.wall_now()));
  if (!request) throw CommandFailed(exit_failed, "the link was undone meanwhile");
  ruling.reference = request->reference;
  link::ReviewQueue queue{pool, keys};
  return approve_review(queue, loop, ruling, &session_end);
}

}  // namespace vneid::admin
