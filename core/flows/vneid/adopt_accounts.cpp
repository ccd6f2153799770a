#include "flows/vneid/adopt_accounts.hpp"

#include <utility>
#include <variant>

#include "crypto/digest.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/link_account.hpp"
#include "link/identity_fields.hpp"
#include "link/stored_values.hpp"

namespace vneid::flows {

namespace {

/// The portal's name for an account that this login makes: opaque, and for one person always the
/// same, so that two logins at once make one account.
std::string new_name(const Worker& worker, const PendingChoice& choice) {
  const std::string whose = choice.portal.value() + ' ' + choice.person.citizen_id->digits();
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

Task<Conclusion> adopt_accounts(const Exchange& exchange, PendingChoice choice,
                                std::vector<std::size_t> chosen) {
  const Purpose purpose = SignIn{choice.return_to, choice.another};
  Conclusion conclusion =
      failed(purpose, pages::ErrorKind::no_account, "no account was linked at a VNeID login");
  std::vector<PendingChoice::Candidate> linked;
  for (const std::size_t index : chosen) {
    const auto candidate = choice.candidates.at(index);
    auto request = link_request(exchange, choice.provider, choice.person);
    request.account_id = candidate.account_id;
    const auto outcome = co_await link_surely(exchange, std::move(request));
    if (auto obstacle = obstacle_of(outcome)) {
      conclusion = failed(purpose, std::move(obstacle->failure), std::move(obstacle->cause));
      continue;
    }
    choice.person_id = std::get<link::Linked>(outcome).person_id;
    linked.push_back(candidate);
  }
  if (linked.empty()) co_return conclusion;
  conclusion.outcome.result = SignedIn{choice.person_id, linked.size() > 1};
  choice.kind = PendingChoice::Kind::linked;
  choice.candidates = std::move(linked);
  conclusion.choice = std::move(choice);
  co_return conclusion;
}

Task<Conclusion> make_account(const Exchange& exchange, PendingChoice choice) {
  Worker& worker = *exchange.worker;
  const std::string name = new_name(worker, choice);
  const auto account = co_await worker.accounts.ensure(exchange.site->portal, name,
                                                       link::AccountKind::personal, exchange.now());
  // Verified by VNeID itself; a crash before the link leaves an account that is offered next time.
  link::Verification verification;
  verification.account_id = account.id;
  verification.values = values_of(choice.person);
  verification.source = "vneid";
  verification.origin = audit_origin(exchange);
  verification.now = exchange.now();
  co_await worker.identities.store(std::move(verification));
  choice.candidates.assign(1, candidate_of(account.id, name));
  const std::vector<std::size_t> first(1, 0);
  co_return co_await adopt_accounts(exchange, std::move(choice), first);
}

}  // namespace vneid::flows
