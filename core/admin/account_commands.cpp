#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "admin/commands.hpp"
#include "identity/account_name.hpp"
#include "identity/masking.hpp"
#include "link/account_names.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes statement_timeout{2};

using Hash = std::size_t;
using Groups = std::map<std::string, std::vector<link::NamedAccount>>;

/// The spelling that an account would be known by; an older one that no form takes stays itself.
std::string spelling(const link::NamedAccount& account, identity::AccountForm form) {
  return identity::account_name(account.name, form).value_or(account.name);
}

template <class Take>
Task<void> each_account(link::AccountNames& names, Take take) {
  AccountId after{0};
  for (;;) {
    auto page = co_await names.page(after);
    if (page.empty()) co_return;
    after = page.back().id;
    for (auto& account : page) take(std::move(account));
  }
}

/// In two walks over the table, so that a portal with millions of accounts needs a word of memory
/// for each: first which hashes come twice, then whose they are.
Task<Groups> duplicates(link::AccountNames& names, identity::AccountForm form) {
  std::vector<Hash> hashes;
  const std::hash<std::string> hash;
  co_await each_account(names, [&](const link::NamedAccount& account) {
    hashes.push_back(hash(spelling(account, form)));
  });
  std::ranges::sort(hashes);
  std::set<Hash> twice;
  for (auto at = std::ranges::adjacent_find(hashes); at != hashes.end();
       at = std::adjacent_find(std::next(at), hashes.end())) {
    twice.insert(*at);
  }
  Groups groups;
  if (twice.empty()) co_return groups;
  co_await each_account(names, [&](link::NamedAccount account) {
    std::string known_by = spelling(account, form);
    if (twice.contains(hash(known_by))) groups[std::move(known_by)].push_back(std::move(account));
  });
  std::erase_if(groups, [](const auto& group) { return group.second.size() < 2; });
  co_return groups;
}

}  // namespace

Exit accounts_duplicates(const Options& options) {
  const auto keys = load_keys(options);
  const auto form = account_form_of(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::AccountNames names{pool, keys, PortalName{options.portal}};
  const Groups groups = loop.run(duplicates(names, form));
  for (const auto& [name, accounts] : groups) {
    std::cout << identity::mask_account(name) << ":";
    for (const auto& account : accounts) {
      std::cout << " account " << account.id.value() << (account.linked ? " (linked)" : "")
                << (account.closed ? " (closed)" : "");
    }
    std::cout << '\n';
  }
  std::cout << groups.size() << " names of several accounts with --account-form "
            << options.account_form << '\n';
  return groups.empty() ? exit_ok : exit_partly;
}

}  // namespace vneid::admin
