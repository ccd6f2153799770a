#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/identity/check.hpp"

/// A check against a population database that takes its time (C4): it goes on without the request
/// that began it, and a page that asks again by itself waits for what it came to.
namespace vneid::flows {

/// What a check came to, with what was typed for it.
struct CheckResult {
  TypedIdentity typed;
  IdentityCheck check;       ///< never `mistyped`: that takes no time
  bool stores_away = false;  ///< then there is no `check`

  static void fields(auto& field, auto& self);
};

/// check_identity() in the worker's scope. Nothing when it takes longer than `vneid_wait`: then the
/// result is kept under `id` for whoever proves to be `owner` (a session's token, a ticket's id).
struct Checking {
  std::optional<CheckResult> done;
  std::string id;
};
Task<Checking> begin_check(const Exchange& exchange, AccountId account_id, link::FieldValues held,
                           TypedIdentity typed, std::string owner);

/// What the request's `check` names, once it is there, waited for as long as `vneid_wait` says.
Task<std::optional<CheckResult>> await_check(const Exchange& exchange, std::string owner);

/// Whether the request asks for one.
bool asks_for_check(const Request& request);

}  // namespace vneid::flows
