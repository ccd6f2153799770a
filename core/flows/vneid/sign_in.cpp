#include "flows/vneid/sign_in.hpp"

#include <chrono>
#include <utility>

#include "crypto/random.hpp"
#include "link/persons.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;
using Candidates = std::vector<PendingChoice::Candidate>;

/// For so long the same browser gets in again: a double click may have thrown the first answer
/// away.
constexpr std::chrono::seconds repeat_time{20};

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
  self.verified_outside = true;  // by VNeID, right now
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

  Task<PersonId> operator()(postgres::Transaction& transaction) const {
    return link::claim_person(transaction, ring, keys, values);
  }
};

Task<void> claim_subject(const Exchange& exchange, const oidc::VerifiedIdentity& person) {
  Worker& worker = *exchange.worker;
  link::PersonValues values{.number = person.citizen_id.value(),
                            .full_name = person.name,
                            .birth_date = person.birth_date};
  ClaimSubject work{*worker.settings->keys, keys_of(worker, person), std::move(values)};
  co_await postgres::with_retries(worker.postgres, postgres::Isolation::read_committed, work);
}

/// Accounts that may be taken over: the decision says so, or leaves it to an officer.
Task<Candidates> adoptable_accounts(const Exchange& exchange, const PendingChoice& choice) {
  Worker& worker = *exchange.worker;
  const auto policy = policy_of(worker, choice.provider);
  const auto found =
      co_await worker.accounts.adoptable(exchange.site->portal, choice.person.citizen_id.value());
  Candidates candidates;
  for (const auto& account : found) {
    const auto decision = identity::decide(account.identity, choice.person.for_decision(), policy);
    if (!decision.links() && decision.outcome != identity::LinkOutcome::review) continue;
    candidates.push_back(candidate_of(account.id, account.name, account.full_name));
  }
  co_return candidates;
}

/// To whoever asked for it: what is not linked yet, if there is any, instead of what is.
Task<void> offer_others(const Exchange& exchange, PendingChoice& choice) {
  auto others = co_await adoptable_accounts(exchange, choice);
  if (others.empty()) co_return;
  choice.kind = PendingChoice::Kind::adopt;
  choice.candidates = std::move(others);
  choice.another = true;
}

Conclusion signed_in(const Purpose& purpose, PendingChoice choice) {
  const bool asks = choice.kind == PendingChoice::Kind::adopt || choice.candidates.size() > 1;
  Conclusion conclusion;
  conclusion.outcome.purpose = purpose;
  conclusion.outcome.result = SignedIn{choice.person_id, asks};
  conclusion.choice = std::move(choice);
  return conclusion;
}

Task<Conclusion> find_accounts(const Exchange& exchange, const Authorization& authorization,
                               const oidc::VerifiedIdentity& person) {
  Worker& worker = *exchange.worker;
  const Purpose& purpose = authorization.purpose;
  const link::KnownPerson known =
      co_await link::find_person(worker.postgres, keys_of(worker, person));
  if (known.kept_out) {
    co_return failed(purpose, ErrorKind::kept_out,
                     "VNeID login of " + person.citizen_id->masked() +
                         ", whom an officer has "
                         "flagged (vneidctl persons unflag)");
  }
  if (known.subject_of_other() || known.has_other_subject) {
    co_return failed(purpose, ErrorKind::taken, "number and subject belong to two persons");
  }
  PendingChoice choice;
  choice.id = crypto::random_token();
  choice.portal = exchange.site->portal;
  choice.provider = authorization.provider;
  choice.return_to = std::get<SignIn>(purpose).return_to;
  choice.person = person;
  if (known.by_number) {
    choice.person_id = *known.by_number;
    choice.candidates = co_await linked_accounts(exchange, choice.person_id);
  }
  if (!choice.candidates.empty()) {
    if (!known.by_subject) co_await claim_subject(exchange, person);
    if (std::get<SignIn>(purpose).another.value_or(false)) co_await offer_others(exchange, choice);
    co_return signed_in(purpose, std::move(choice));
  }
  choice.kind = PendingChoice::Kind::adopt;
  choice.candidates = co_await adoptable_accounts(exchange, choice);
  // A new account is never made unasked: whoever has one already would sit in an empty one.
  const bool asks = !choice.candidates.empty() || exchange.site->new_accounts;
  if (asks) co_return signed_in(purpose, std::move(choice));
  co_return failed(purpose, ErrorKind::no_account, "VNeID login without an account here");
}

}  // namespace

Task<Candidates> linked_accounts(const Exchange& exchange, PersonId person) {
  const auto links = co_await exchange.worker->links.of_person(person);
  Candidates candidates;
  for (const auto& each : links) {
    if (each.portal != exchange.site->portal) continue;
    candidates.push_back(candidate_of(each.account_id, each.account_name));
  }
  co_return candidates;
}

Task<Conclusion> sign_in(const Exchange& exchange, const Spending& spending,
                         const oidc::VerifiedIdentity& person) {
  const Worker& worker = *exchange.worker;
  const Authorization& authorization = spending.authorization;
  if (const auto refused = refusal_of(person, policy_of(worker, authorization.provider))) {
    co_return failed(authorization.purpose, error_of(*refused),
                     "VNeID login refused: " + std::string(identity::to_text(*refused)));
  }
  Conclusion conclusion = co_await find_accounts(exchange, authorization, person);
  if (conclusion.choice) {
    const bool asks = std::get<SignedIn>(conclusion.outcome.result).asks;
    co_await keep_choice_of(worker, spending.browser, *conclusion.choice,
                            asks ? choice_time(*exchange.site) : repeat_time);
  }
  co_return conclusion;
}

}  // namespace vneid::flows
