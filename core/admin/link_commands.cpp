#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "admin/commands.hpp"
#include "identity/masking.hpp"
#include "link/accounts.hpp"
#include "link/links.hpp"
#include "text/date.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::seconds statement_timeout{10};
constexpr int any_year = 9999;

std::string masked(const std::string& number) {
  const auto citizen = identity::CitizenNumber::parse(number, any_year);
  return citizen ? citizen->masked() : "***";
}

}  // namespace

Exit links_show(const Options& options) {
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::Accounts accounts{pool, keys};
  const auto name = identity::account_name(options.operand, account_form_of(options));
  if (!name) throw CommandFailed(exit_usage, name.error());
  const auto account = loop.run(accounts.find(PortalName{options.portal}, *name));
  if (!account) {
    throw CommandFailed(exit_failed, "portal \"" + options.portal + "\" has no such account");
  }
  std::cout << "account " << account->id.value() << " (" << identity::mask_account(account->name)
            << "), " << link::to_text(account->kind) << (account->closed ? ", closed\n" : "\n");
  link::Links links{pool, keys};
  const auto list = loop.run(links.of_account(account->id));
  for (const link::LinkedAccount& link : list) {
    std::cout << "link " << link.link_id.value() << " to " << masked(link.citizen_number)
              << " (person " << link.person_id.value() << ") through " << link.provider << " on "
              << text::date_for_people(link.linked_at) << (link.flagged ? ", flagged\n" : "\n");
  }
  if (list.empty()) std::cout << "not linked\n";
  return exit_ok;
}

}  // namespace vneid::admin
