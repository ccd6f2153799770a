#include "flows/identity/check.hpp"

#include <utility>
#include <variant>

#include "flows/base/base.hpp"
#include "flows/identity/typed_problem.hpp"
#include "identity/typed_field.hpp"
#include "link/stored_values.hpp"
#include "net/unavailable.hpp"
#include "population/network.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

using identity::Field;
using identity::FieldStatus;
using pages::FieldProblem;
using State = IdentityCheck::State;

/// The page has words for it in each language.
constexpr const char* source_name = "population_db";

/// What is asked with, in stored form, and what is wrong with what was typed.
struct Checked {
  link::NewValues values;
  link::NewValues typed;  ///< those of them that are not on file as verified
  std::map<Field, FieldProblem> problems;
};

void check(Checked& checked, const link::FieldValues& held, Field field, const std::string& typed,
           bool required, int year) {
  if (is_locked(held, field)) {
    checked.values[field] = held.at(field).value;
    return;
  }
  auto stored = identity::stored_form(field, typed, year);
  if (stored) {
    checked.typed[field] = *stored;
    checked.values[field] = *std::move(stored);
  } else if (stored.error() != identity::TypedError::empty) {
    checked.problems[field] = problem_of(field, stored.error());
  } else if (required) {
    checked.problems[field] = FieldProblem::missing;
  }
}

Checked check_all(const link::FieldValues& held, const TypedIdentity& typed, int year) {
  Checked checked;
  check(checked, held, Field::cmnd9, typed.cmnd, false, year);
  check(checked, held, Field::citizen_id, typed.number, false, year);
  check(checked, held, Field::name, typed.name, true, year);
  check(checked, held, Field::birth_date, typed.birth_date, true, year);
  const bool some_number =
      checked.values.contains(Field::cmnd9) || checked.values.contains(Field::citizen_id) ||
      checked.problems.contains(Field::cmnd9) || checked.problems.contains(Field::citizen_id);
  if (!some_number) checked.problems[Field::citizen_id] = FieldProblem::one_number_needed;
  return checked;
}

population::Question question_of(const Exchange& exchange, const Checked& checked,
                                 AccountId account_id, int year) {
  population::Question question;
  const auto& values = checked.values;
  if (const auto number = values.find(Field::citizen_id); number != values.end()) {
    question.number = identity::CitizenNumber::parse(number->second, year).value();
  }
  if (const auto cmnd = values.find(Field::cmnd9); cmnd != values.end()) {
    question.cmnd = identity::Cmnd::parse(cmnd->second).value();
  }
  question.name = values.at(Field::name);
  question.birth_date = identity::BirthDate::from_text(values.at(Field::birth_date));
  question.asker = "account:" + std::to_string(account_id.value());
  question.network = population::limited_network(exchange.request->peer_address);
  return question;
}

link::NewValues values_of(const population::Record& record) {
  link::NewValues values;
  if (record.number) values[Field::citizen_id] = record.number->digits();
  if (record.cmnd) values[Field::cmnd9] = record.cmnd->digits();
  if (record.birth_date) values[Field::birth_date] = record.birth_date->to_text();
  if (record.sex) values[Field::sex] = link::to_text(*record.sex);
  values[Field::name] = record.name;
  values[Field::birth_place] = record.birth_place;
  values[Field::home_town] = record.home_town;
  values[Field::residence] = record.residence;
  return values;
}

/// The call, with its reason (domain.md §3.5).
Task<void> audit_call(const Exchange& exchange, AccountId account_id, link::NewValues asked,
                      audit::Result result, std::string outcome) {
  audit::Event event = audit_event(exchange, "population.asked", account_id);
  event.result = result;
  event.reason = "self_update," + outcome;
  event.provider = exchange.site->population;
  const auto number = identity::CitizenNumber::parse(asked[Field::citizen_id], identity::any_year);
  if (number) {
    event.pid_masked = number->masked();
    event.pid_key = link::citizen_key(*exchange.worker->settings->keys, *number);
  }
  co_await keep_in_trail(exchange, std::move(event));
}

Task<IdentityCheck> store(const Exchange& exchange, link::Verification verification) {
  auto stored = co_await exchange.worker->identities.store(std::move(verification));
  IdentityCheck done;
  if (auto* contradicted = std::get_if<link::Contradicted>(&stored)) {
    done.state = State::in_review;
    done.reference = std::move(contradicted->reference);
  }
  co_return done;
}

link::Verification verification_of(const Exchange& exchange, AccountId account_id) {
  link::Verification verification;
  verification.account_id = account_id;
  verification.source = source_name;
  verification.origin = audit_origin(exchange);
  verification.now = exchange.now();
  return verification;
}

/// What a question came to; it was put, so nothing was mistyped.
metrics::Population outcome_of(State state) noexcept {
  switch (state) {
    case State::verified:
    case State::mistyped:
      return metrics::Population::match;
    case State::no_match:
      return metrics::Population::no_match;
    case State::in_review:
      return metrics::Population::review;
    case State::asked_too_often:
    case State::busy:
      return metrics::Population::limited;
    case State::away:
      break;
  }
  return metrics::Population::unavailable;
}

IdentityCheck limited(const population::Limited& limit) {
  IdentityCheck check;
  check.state =
      limit.who == population::Limited::Who::deployment ? State::busy : State::asked_too_often;
  check.retry_after = limit.retry_after;
  return check;
}

Task<IdentityCheck> judge(const Exchange& exchange, AccountId account_id, Checked checked,
                          population::Answer answer) {
  if (const auto* limit = std::get_if<population::Limited>(&answer)) {
    co_await audit_call(exchange, account_id, checked.values, audit::Result::refused, "limited");
    co_return limited(*limit);
  }
  auto verification = verification_of(exchange, account_id);
  if (const auto* match = std::get_if<population::Match>(&answer)) {
    co_await audit_call(exchange, account_id, checked.values, audit::Result::ok, "match");
    verification.values = values_of(match->record);
    verification.typed = std::move(checked.typed);
    co_return co_await store(exchange, std::move(verification));
  }
  co_await audit_call(exchange, account_id, checked.values, audit::Result::refused, "no_match");
  if (checked.typed.empty()) {
    // What was verified once is known to nobody now: an officer looks at it.
    co_return co_await store(exchange, std::move(verification));
  }
  IdentityCheck nobody;
  nobody.state = State::no_match;
  co_return nobody;
}

}  // namespace

bool is_locked(const link::FieldValues& held, Field field) {
  const auto found = held.find(field);
  return found != held.end() && found->second.status == FieldStatus::verified;
}

int current_year(Wall now) { return text::year_in_vietnam(now); }

Task<IdentityCheck> check_identity(const Exchange& exchange, AccountId account_id,
                                   link::FieldValues held, TypedIdentity typed) {
  const int year = current_year(exchange.now());
  Checked checked = check_all(held, typed, year);
  if (!checked.problems.empty()) {
    IdentityCheck mistyped;
    mistyped.state = State::mistyped;
    mistyped.problems = std::move(checked.problems);
    co_return mistyped;
  }
  population::Source& source = *exchange.worker->populations.at(exchange.site->population);
  population::Answer answer;
  std::string away;
  try {
    answer = co_await source.ask(question_of(exchange, checked, account_id, year));
  } catch (const Unavailable& failure) {
    if (failure.dependency() != Unavailable::Dependency::population) throw;
    away = failure.what();
  }
  if (!away.empty()) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, away);
    co_await audit_call(exchange, account_id, checked.values, audit::Result::failed, "unavailable");
    IdentityCheck failed;
    failed.state = State::away;
    exchange.count(outcome_of(failed.state));
    co_return failed;
  }
  IdentityCheck done = co_await judge(exchange, account_id, std::move(checked), std::move(answer));
  exchange.count(outcome_of(done.state));
  co_return done;
}

}  // namespace vneid::flows
