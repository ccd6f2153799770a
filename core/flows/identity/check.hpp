#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "identity/field.hpp"
#include "link/identity_fields.hpp"
#include "pages/view.hpp"

/// Asking the population database about an account's holder (R18, R19): the page, the folded way
/// and the API do it alike.
namespace vneid::flows {

/// The form of the update as it was typed.
struct TypedIdentity {
  std::string cmnd;
  std::string number;
  std::string name;
  std::string birth_date;
};

struct IdentityCheck {
  enum class State : std::uint8_t {
    verified,  ///< stored
    mistyped,  ///< `problems`; nobody was asked
    no_match,
    in_review,        ///< `reference`
    asked_too_often,  ///< this citizen, or this network: `retry_after`
    busy,             ///< everybody together: `retry_after`
    away,             ///< the population database; what was verified stays so
  };
  State state = State::verified;
  std::map<identity::Field, pages::FieldProblem> problems;
  std::string reference;
  Milliseconds retry_after{};
};

/// Whether this field cannot be typed over: it is verified.
bool is_locked(const link::FieldValues& held, identity::Field field);

/// Checks what was typed, asks, stores, audits. Verified fields are asked with as they are stored,
/// whatever was typed. `held` is what the account has. Throws Unavailable when PostgreSQL or Redis
/// is away.
Task<IdentityCheck> check_identity(const Exchange& exchange, AccountId account_id,
                                   link::FieldValues held, TypedIdentity typed);

/// The year in Vietnam.
int current_year(Wall now);

}  // namespace vneid::flows
