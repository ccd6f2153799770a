#include "flows/vneid/find_accounts.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "async/deadline.hpp"
#include "crypto/random.hpp"
#include "flows/reply/failure.hpp"
#include "identity/masking.hpp"
#include "link/persons.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"
#include "net/unavailable.hpp"
#include "pages/error_kind.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

constexpr std::chrono::seconds whole_deadline{20};
/// For so long a choice may be thought about.
constexpr std::chrono::seconds choice_time{5 * 60};
/// For so long the same browser gets in again: a double click may have thrown the first answer
/// away.
constexpr std::chrono::seconds repeat_time{20};

PersonLogin failed(const FlowRecord& record, ErrorKind kind, std::string cause) {
  PersonLogin result;
  result.outcome.state = FlowOutcome::State::failed;
  result.outcome.error = static_cast<int>(kind);
  result.outcome.purpose = FlowPurpose::login;
  result.outcome.return_to = record.return_to;
  result.cause = std::move(cause);
  return result;
}

link::PersonKeys keys_of(const Worker& worker, const oidc::VerifiedIdentity& person) {
  const crypto::KeyRing& ring = *worker.settings->keys;
  link::PersonKeys keys;
  keys.citizen = link::citizen_key(ring, person.citizen_id.value());
  keys.issuer = person.issuer;
  keys.subject = link::subject_key(ring, person.issuer, person.subject);
  return keys;
}

identity::LinkPolicy policy_of(const Worker& worker, const std::string& provider) {
  identity::LinkPolicy policy;
  policy.required_level = worker.providers.at(provider)->settings().required_level;
  return policy;
}

/// What the rules say of the person alone: level, kind, a usable number. Asked of the same decision
/// as every link, with the person on both sides, so that the two cannot come apart.
std::optional<identity::LinkOutcome> refusal_of(const oidc::VerifiedIdentity& person,
                                                const identity::LinkPolicy& policy) {
  const identity::ProviderIdentity told = person.for_decision();
  identity::LegacyIdentity self;
  self.kind = identity::AccountKind::personal;
  self.number = told.number;
  self.number_status = identity::FieldStatus::verified;
  self.name = told.name;
  self.birth_date = told.birth_date;
  self.sex = told.sex;
  const auto outcome = identity::decide(self, told, policy).outcome;
  using enum identity::LinkOutcome;
  const bool fine = outcome == link || outcome == link_flagged || outcome == review;
  if (fine && told.number) return std::nullopt;
  return fine ? refuse_incomplete : outcome;
}

/// The person of a second provider is the same by number: the new subject becomes theirs.
struct ClaimSubject {
  const crypto::KeyRing& ring;
  link::PersonKeys keys;
  link::PersonValues values;

  Task<std::int64_t> operator()(postgres::Transaction& transaction) const {
    return link::claim_person(transaction, ring, keys, values);
  }
};

Task<void> claim_subject(const Exchange& exchange, oidc::VerifiedIdentity person) {
  Worker& worker = *exchange.worker;
  link::PersonValues values{.number = person.citizen_id.value(),
                            .full_name = person.name,
                            .birth_date = person.birth_date};
  ClaimSubject work{*worker.settings->keys, keys_of(worker, person), std::move(values)};
  co_await postgres::with_retries(worker.postgres, postgres::Isolation::read_committed, work);
}

KeptLogin::Candidate candidate_of(std::int64_t account_id, const std::string& name,
                                  const std::optional<std::string>& full_name) {
  KeptLogin::Candidate candidate;
  candidate.account_id = account_id;
  candidate.masked = identity::mask_account(name);
  if (full_name) candidate.name_masked = identity::mask_name(*full_name);
  return candidate;
}

/// Accounts of this portal that are linked to the person.
Task<std::vector<KeptLogin::Candidate>> linked_accounts(const Exchange& exchange,
                                                        std::int64_t person) {
  auto links = co_await exchange.worker->links.of_person(person);
  std::vector<KeptLogin::Candidate> candidates;
  for (const auto& each : links) {
    if (each.portal != exchange.site->portal) continue;
    candidates.push_back(candidate_of(each.account_id, each.account_name, std::nullopt));
  }
  co_return candidates;
}

/// Accounts that may be taken over: the decision says so, or leaves it to an officer.
Task<std::vector<KeptLogin::Candidate>> adoptable_accounts(const Exchange& exchange,
                                                           KeptLogin login) {
  Worker& worker = *exchange.worker;
  const auto policy = policy_of(worker, login.provider);
  auto found =
      co_await worker.accounts.adoptable(exchange.site->portal, login.person.citizen_id.value());
  std::vector<KeptLogin::Candidate> candidates;
  for (const auto& account : found) {
    const auto decision = identity::decide(account.identity, login.person.for_decision(), policy);
    if (!decision.links() && decision.outcome != identity::LinkOutcome::review) continue;
    candidates.push_back(candidate_of(account.id, account.name, account.full_name));
  }
  co_return candidates;
}

PersonLogin found_accounts(const FlowRecord& record, KeptLogin login) {
  PersonLogin result;
  result.outcome.state = FlowOutcome::State::linked;
  result.outcome.purpose = FlowPurpose::login;
  result.outcome.return_to = record.return_to;
  result.outcome.person_id = login.person_id;
  result.outcome.asks = login.kind == KeptLogin::Kind::adopt || login.candidates.size() > 1;
  result.login = std::move(login);
  return result;
}

Task<PersonLogin> find_accounts(const Exchange& exchange, FlowRecord record,
                                oidc::VerifiedIdentity person) {
  Worker& worker = *exchange.worker;
  const link::KnownPerson known =
      co_await link::find_person(worker.postgres, keys_of(worker, person));
  if (known.subject_of_other() || known.has_other_subject) {
    co_return failed(record, ErrorKind::taken, "number and subject belong to two persons");
  }
  KeptLogin login;
  login.id = crypto::random_token();
  login.portal = exchange.site->portal;
  login.provider = record.provider;
  login.return_to = record.return_to;
  login.person = person;
  if (known.by_number) {
    login.person_id = *known.by_number;
    login.candidates = co_await linked_accounts(exchange, login.person_id);
  }
  if (!login.candidates.empty()) {
    if (!known.by_subject) {
      co_await claim_subject(exchange, person);
    }
    co_return found_accounts(record, std::move(login));
  }
  login.kind = KeptLogin::Kind::adopt;
  login.candidates = co_await adoptable_accounts(exchange, login);
  if (!login.candidates.empty()) co_return found_accounts(record, std::move(login));
  if (!exchange.site->new_accounts) {
    co_return failed(record, ErrorKind::no_account, "VNeID login without an account here");
  }
  co_return co_await make_account(exchange, std::move(login));
}

Task<PersonLogin> redeem_and_find(const Exchange& exchange, Linking linking) {
  Worker& worker = *exchange.worker;
  auto person = co_await redeem(worker, linking);
  if (!person) {
    co_return failed(linking.record, ErrorKind::provider_refused, person.error().text);
  }
  const auto refused = refusal_of(*person, policy_of(worker, linking.record.provider));
  if (refused) {
    co_return failed(linking.record, error_of(*refused),
                     "VNeID login refused: " + std::string(identity::to_text(*refused)));
  }
  PersonLogin result = co_await find_accounts(exchange, linking.record, *std::move(person));
  if (result.login) {
    const auto lifetime = result.outcome.asks ? choice_time : repeat_time;
    co_await keep_login(exchange, linking.browser, *result.login, lifetime);
  }
  co_return result;
}

}  // namespace

Task<PersonLogin> log_person_in(Exchange exchange, Linking linking) {
  Worker& worker = *exchange.worker;
  PersonLogin result;
  std::exception_ptr failure;
  try {
    result = co_await with_deadline(worker.loop, worker.loop.now() + whole_deadline,
                                    redeem_and_find(exchange, linking));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    result = failed(linking.record, error_kind_of(failure), "VNeID login: " + cause_of(failure));
  }
  result.outcome.finished_at = exchange.now();
  try {
    co_await worker.flows.finish(linking.state, linking.browser, result.outcome);
  } catch (const Unavailable& away) {
    worker.log.write(Log::Severity::error, exchange.request->id,
                     std::string("the outcome of a callback was not kept: ") + away.what());
  }
  co_return result;
}

}  // namespace vneid::flows
