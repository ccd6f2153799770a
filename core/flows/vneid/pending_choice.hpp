#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "ids.hpp"
#include "oidc/identity_claims.hpp"

namespace vneid::flows {

/// A person whom VNeID has just proven, and the accounts that may be entered as that person.
struct PendingChoice {
  enum class Kind : std::uint8_t {
    linked,  ///< the accounts are linked to the person: one of them is entered
    adopt,   ///< they are not linked yet, and carry the person's verified number
  };
  struct Candidate {
    AccountId account_id;
    std::string masked;       ///< account name as pages show it
    std::string name_masked;  ///< of the owner, may be empty

    static void fields(auto& field, auto& self) {
      field("account", self.account_id);
      field("masked", self.masked);
      field("name", self.name_masked);
    }
  };

  std::string id;  ///< random; forms are bound to it
  Kind kind = Kind::linked;
  PortalName portal;
  std::string provider;
  std::string return_to;
  PersonId person_id;  ///< 0: not in the database yet
  oidc::VerifiedIdentity person;
  std::vector<Candidate> candidates;
  /// Other accounts of the person are linked: who links none of these enters one of those.
  std::optional<bool> another;

  static void fields(auto& field, auto& self) {
    field("id", self.id);
    field("kind", self.kind);
    field("portal", self.portal);
    field("provider", self.provider);
    field("return", self.return_to);
    field("person_id", self.person_id);
    field("person", self.person);
    field("accounts", self.candidates);
    field("another", self.another);
  }
};

/// An account as the page of choices shows it.
PendingChoice::Candidate candidate_of(AccountId account_id, const std::string& name,
                                      const std::optional<std::string>& full_name = {});

/// For so long a choice may be thought about: no longer than a session may be idle, at kiosks above
/// all.
std::chrono::seconds choice_time(const Site& site);

/// Keeps a choice, sealed, in Redis for the browser with this flow cookie; a newer one of the
/// browser takes its place. Throws Unavailable.
Task<void> keep_choice_of(const Worker& worker, BrowserId browser, PendingChoice choice,
                          std::chrono::seconds lifetime);
/// The choice of this browser; nothing when there is none or it is another portal's.
Task<std::optional<PendingChoice>> find_choice(const Exchange& exchange);
/// Takes it out, so that only one caller acts on it.
Task<std::optional<PendingChoice>> take_choice(const Exchange& exchange);

}  // namespace vneid::flows
