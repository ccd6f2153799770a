#pragma once

#include <expected>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "vault/vault.hpp"

namespace vneid::flows {

/// Who asks for a vault.
struct Caller {
  Session::Proof proof = Session::Proof::legacy;
  AccountId account_id;
  PersonId person_id;    ///< 0 unless proven by VNeID
  LinkId link_id;        ///< likewise; 0: not known
  std::string provider;  ///< likewise
  /// The citizen's browser; unset: the portal's server, with an assertion about the citizen.
  std::optional<LiveSession> live;

  [[nodiscard]] bool by_vneid() const noexcept { return proof == Session::Proof::vneid; }
  /// A legacy login sees what its own account holds, and never the person's vault (domain.md §8.2).
  [[nodiscard]] vault::Owner owner() const;
};

Caller caller_of(LiveSession live);

/// The citizen by this portal's session, or the portal's server by an assertion that it was told
/// about a citizen (`Authorization: Bearer`, `vneid_reuse on`); otherwise the answer. An assertion
/// counts only as long as the link lasts that it speaks of, and never beside a session cookie: an
/// application's own token may be in that header.
Task<std::expected<Caller, Reply>> require_caller(const Exchange& exchange);

/// An event of the vault that this caller asks for.
audit::Event vault_event(const Exchange& exchange, std::string name, const Caller& caller);

}  // namespace vneid::flows
