// Accounts that a VNeID login takes over, or makes: the link of a person who has proven no legacy
// login (domain.md §8.2, R35).

#include <utility>
#include <variant>

#include "crypto/digest.hpp"
#include "flows/base/audit_origin.hpp"
#include "flows/identity/view.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/vneid/find_accounts.hpp"
#include "identity/masking.hpp"
#include "link/identity_fields.hpp"
#include "link/link_transaction.hpp"
#include "link/stored_values.hpp"
#include "pages/error_kind.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

link::LinkRequest request_for(const Exchange& exchange, const KeptLogin& login,
                              std::int64_t account_id) {
  link::LinkRequest request;
  request.account_id = account_id;
  request.login_proven = false;
  request.identity = login.person.for_decision();
  request.full_name = login.person.name;
  request.provider = login.provider;
  request.issuer = login.person.issuer;
  request.subject = login.person.subject;
  request.policy.required_level =
      exchange.worker->providers.at(login.provider)->settings().required_level;
  request.origin = audit_origin(exchange);
  request.now = exchange.now();
  return request;
}

/// Why an account was not linked; nothing when it was.
struct Obstacle {
  std::optional<FlowOutcome> operator()(const link::Linked& /*linked*/) const {
    return std::nullopt;
  }
  std::optional<FlowOutcome> operator()(const link::InReview& review) const {
    FlowOutcome outcome = of(ErrorKind::review);
    outcome.detail = review.reference;
    outcome.review_state = static_cast<int>(review_state(review.state));
    return outcome;
  }
  std::optional<FlowOutcome> operator()(const link::Refused& refused) const {
    return of(error_of(refused.decision.outcome));
  }
  std::optional<FlowOutcome> operator()(const link::Taken& /*taken*/) const {
    return of(ErrorKind::taken);
  }

 private:
  static FlowOutcome of(ErrorKind kind) {
    FlowOutcome outcome;
    outcome.error = static_cast<int>(kind);
    return outcome;
  }
};

/// The portal's name for an account that this login makes: opaque, and for one person always the
/// same, so that two logins at once make one account.
std::string new_name(const Worker& worker, const KeptLogin& login) {
  const std::string whose = login.portal + ' ' + login.person.citizen_id->digits();
  const std::string key = worker.settings->keys->lookup_key("new-account", whose);
  constexpr std::size_t enough = 18;
  return "vneid-" + crypto::base64url_encode(std::string_view{key}.substr(0, enough));
}

link::NewValues values_of(const oidc::VerifiedIdentity& person) {
  link::NewValues values;
  values[identity::Field::citizen_id] = person.citizen_id->digits();
  if (!person.name.empty()) values[identity::Field::name] = person.name;
  if (person.birth_date) values[identity::Field::birth_date] = person.birth_date->to_text();
  if (person.sex) values[identity::Field::sex] = link::to_text(*person.sex);
  return values;
}

}  // namespace

Task<PersonLogin> adopt_accounts(const Exchange& exchange, KeptLogin login,
                                 std::vector<std::size_t> chosen) {
  PersonLogin result;
  result.outcome.state = FlowOutcome::State::failed;
  result.outcome.purpose = FlowPurpose::login;
  result.outcome.return_to = login.return_to;
  result.outcome.error = static_cast<int>(ErrorKind::no_account);
  std::vector<KeptLogin::Candidate> linked;
  for (const std::size_t index : chosen) {
    const auto candidate = login.candidates.at(index);
    auto request = request_for(exchange, login, candidate.account_id);
    link::LinkOutcome outcome = co_await link_surely(*exchange.worker, std::move(request));
    if (const auto obstacle = std::visit(Obstacle{}, outcome)) {
      result.outcome.error = obstacle->error;
      result.outcome.detail = obstacle->detail;
      result.outcome.review_state = obstacle->review_state;
      result.cause = "an account was not linked at a VNeID login";
      continue;
    }
    login.person_id = std::get<link::Linked>(outcome).person_id;
    linked.push_back(candidate);
  }
  if (linked.empty()) co_return result;
  result.outcome.state = FlowOutcome::State::linked;
  result.outcome.person_id = login.person_id;
  result.outcome.asks = linked.size() > 1;
  login.kind = KeptLogin::Kind::linked;
  login.candidates = std::move(linked);
  result.login = std::move(login);
  co_return result;
}

Task<PersonLogin> make_account(const Exchange& exchange, KeptLogin login) {
  Worker& worker = *exchange.worker;
  const std::string name = new_name(worker, login);
  auto account = co_await worker.accounts.ensure(exchange.site->portal, name,
                                                 link::AccountKind::personal, exchange.now());
  // Verified by VNeID itself; a crash before the link leaves an account that is offered next time.
  link::Verification verification;
  verification.account_id = account.id;
  verification.values = values_of(login.person);
  verification.source = "vneid";
  verification.origin = audit_origin(exchange);
  verification.now = exchange.now();
  co_await worker.identities.store(std::move(verification));
  KeptLogin::Candidate candidate;
  candidate.account_id = account.id;
  candidate.masked = identity::mask_account(name);
  login.candidates.clear();
  login.candidates.push_back(std::move(candidate));
  std::vector<std::size_t> first(1, 0);
  co_return co_await adopt_accounts(exchange, std::move(login), std::move(first));
}

}  // namespace vneid::flows
