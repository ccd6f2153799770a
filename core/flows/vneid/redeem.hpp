#pragma once

#include <cstdint>

#include "async/task.hpp"
#include "flows/vneid/authorization.hpp"
#include "oidc/authorization_response.hpp"
#include "oidc/identity_provider.hpp"
#include "policy/policy.hpp"

namespace vneid::flows {

/// A callback whose code is spent now.
struct Spending {
  State state;
  BrowserId browser;
  Authorization authorization;
  oidc::CodeResponse code;
  // Of a link: the legacy account that logged in, of what kind, and whether the portal itself said
  // so.
  AccountId account_id;
  policy::Kind kind = policy::Kind::personal;
  bool login_proven = false;
};

/// Spends the code at the provider that the authorization was begun with, and proves the person.
Task<oidc::IdentityProvider::RedemptionResult> redeem(Worker& worker, const Spending& spending);

}  // namespace vneid::flows
