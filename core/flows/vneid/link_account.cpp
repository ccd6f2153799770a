#include "flows/vneid/link_account.hpp"

#include <utility>
#include <variant>

#include "async/deadline.hpp"
#include "async/wait.hpp"
#include "flows/base/audit_origin.hpp"
#include "flows/identity/view.hpp"
#include "flows/reply/failure.hpp"
#include "flows/reply/page_reply.hpp"
#include "link/link_transaction.hpp"
#include "link/stored_values.hpp"
#include "net/unavailable.hpp"
#include "pages/error_kind.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

/// From the spent code to the link, whatever the client does meanwhile.
constexpr std::chrono::seconds whole_deadline{20};
constexpr int link_tries = 3;
constexpr Milliseconds link_pause{300};

LinkingResult failed(const Linking& linking, ErrorKind kind, std::string cause) {
  LinkingResult result;
  result.outcome.state = FlowOutcome::State::failed;
  result.outcome.error = static_cast<int>(kind);
  result.outcome.ticket_id = linking.record.ticket_id;
  result.cause = std::move(cause);
  return result;
}

std::string in_words(const identity::LinkDecision& decision) {
  std::string text{identity::to_text(decision.outcome)};
  for (const auto reason : decision.reasons) {
    text += ' ';
    text += identity::to_text(reason);
  }
  return text;
}

/// The transaction's outcome as the flow's.
struct Translate {
  const Linking& linking;

  LinkingResult operator()(const link::Linked& linked) const {
    LinkingResult result;
    result.outcome.state = FlowOutcome::State::linked;
    result.outcome.ticket_id = linking.record.ticket_id;
    result.outcome.account_id = linking.account_id;
    result.outcome.person_id = linked.person_id;
    result.outcome.link_id = linked.link_id;
    return result;
  }
  LinkingResult operator()(const link::InReview& review) const {
    auto result = failed(linking, ErrorKind::review, "link sent to review " + review.reference);
    result.outcome.detail = review.reference;
    result.outcome.review_state = static_cast<int>(review_state(review.state));
    return result;
  }
  LinkingResult operator()(const link::Refused& refused) const {
    return failed(linking, error_of(refused.decision.outcome),
                  "link refused: " + in_words(refused.decision));
  }
  LinkingResult operator()(const link::Taken& /*taken*/) const {
    return failed(linking, ErrorKind::taken, "link refused: linked to somebody else");
  }
};

link::LinkRequest request_for(const Exchange& exchange, const Linking& linking,
                              const oidc::VerifiedIdentity& person, int required_level) {
  link::LinkRequest request;
  request.account_id = linking.account_id;
  request.login_proven = true;  // the ticket of this very login came back with the callback
  request.identity = person.for_decision();
  request.full_name = person.name;
  request.provider = linking.record.provider;
  request.issuer = person.issuer;
  request.subject = person.subject;
  request.policy.required_level = required_level;
  request.origin = audit_origin(exchange);
  request.notice_version =
      exchange.worker->settings->renderer->notice_version(page_context(exchange));
  request.now = exchange.now();
  return request;
}

void count_link(const Exchange& exchange, const link::Linked& linked) {
  if (linked.repeated) return;
  exchange.count(metrics::Link::made);
  exchange.count(metrics::Record::moved, static_cast<std::uint64_t>(linked.transfer.moved_total()));
  exchange.count(metrics::Record::stayed,
                 static_cast<std::uint64_t>(linked.transfer.stayed_total()));
}

/// Whoever sat at this shared PC before may be who the provider remembers (OpenID Connect Core 1.0
/// §3.1.2.1, max_age). A provider that does not tell when is believed to have obeyed `prompt`.
bool is_stale(const Linking& linking, const oidc::VerifiedIdentity& person, Milliseconds leeway) {
  return linking.record.fresh_since != Wall{} && person.authenticated_at &&
         *person.authenticated_at + leeway < linking.record.fresh_since;
}

Task<LinkingResult> redeem_and_link(const Exchange& exchange, Linking linking) {
  Worker& worker = *exchange.worker;
  auto person = co_await redeem(worker, linking);
  if (!person) {
    co_return failed(linking, ErrorKind::provider_refused, person.error().text);
  }
  const int required = worker.providers.at(linking.record.provider)->settings().required_level;
  auto request = request_for(exchange, linking, *person, required);
  link::LinkOutcome outcome = co_await link_surely(worker, std::move(request));
  if (const auto* linked = std::get_if<link::Linked>(&outcome)) count_link(exchange, *linked);
  LinkingResult result = std::visit(Translate{linking}, outcome);
  if (result.outcome.state == FlowOutcome::State::linked) {
    result.outcome.provider = linking.record.provider;
    result.outcome.subject_key =
        link::subject_key(*worker.settings->keys, person->issuer, person->subject);
    result.outcome.sid = person->sid;
    result.outcome.id_token = person->id_token.reveal();
  }
  co_return result;
}

}  // namespace

pages::ErrorKind error_of(identity::LinkOutcome outcome) {
  switch (outcome) {
    case identity::LinkOutcome::refuse_level:
      return ErrorKind::level_too_low;
    case identity::LinkOutcome::verify_first:
      return ErrorKind::unverified_number;
    case identity::LinkOutcome::taken_by_other:
      return ErrorKind::taken;
    case identity::LinkOutcome::refuse_incomplete:
      return ErrorKind::provider_refused;
    default:
      return ErrorKind::mismatch;
  }
}

pages::ErrorKind error_of(oidc::ProviderError error) {
  switch (error) {
    case oidc::ProviderError::cancelled:
      return ErrorKind::cancelled;
    case oidc::ProviderError::temporarily_unavailable:
    case oidc::ProviderError::server_error:
      return ErrorKind::provider_away;
    case oidc::ProviderError::login_required:
    case oidc::ProviderError::other:
      break;
  }
  return ErrorKind::provider_refused;
}

Task<link::LinkOutcome> link_surely(Worker& worker, link::LinkRequest request) {
  link::Linker linker{worker.postgres, worker.settings->keys};
  for (int attempt = 1; attempt < link_tries; ++attempt) {
    try {
      co_return co_await linker.link(request);
    } catch (const Unavailable& failure) {
      worker.log.write(Log::Severity::warning, request.origin.request_id,
                       std::string("the link is tried again: ") + failure.what());
    }
    co_await sleep_for(worker.loop, link_pause * attempt);
  }
  co_return co_await linker.link(std::move(request));
}

Task<oidc::LoginProvider::LoginResult> redeem(Worker& worker, Linking linking) {
  oidc::LoginProvider& provider = *worker.providers.at(linking.record.provider);
  oidc::Redemption redemption;
  redemption.code = linking.code;
  redemption.code_verifier = linking.record.code_verifier;
  redemption.nonce = linking.record.nonce;
  redemption.redirect_uri = linking.record.redirect_uri;
  redemption.iss = linking.response_issuer;
  redemption.encrypt_key = linking.encrypt_key;
  oidc::LoginProvider::LoginResult person = co_await provider.redeem(std::move(redemption));
  if (person && is_stale(linking, *person, provider.settings().clock_leeway)) {
    oidc::LoginFailure stale;
    stale.reason = oidc::LoginFailure::Reason::id_token;
    stale.text = "the provider did not ask for a fresh login, as a kiosk must have it";
    co_return std::unexpected(std::move(stale));
  }
  co_return person;
}

void ask_for_fresh_login(const Exchange& exchange, oidc::AuthorizationOptions& options,
                         FlowRecord& record) {
  options.prompt = "login";
  options.max_age = "0";
  record.fresh_since = exchange.worker->loop.wall_now();  // the provider's clock is no rehearsal's
}

Task<LinkingResult> link_accounts(Exchange exchange, Linking linking) {
  Worker& worker = *exchange.worker;
  LinkingResult result;
  std::exception_ptr failure;
  try {
    result = co_await with_deadline(worker.loop, worker.loop.now() + whole_deadline,
                                    redeem_and_link(exchange, linking));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) result = failed(linking, error_kind_of(failure), "link: " + cause_of(failure));
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
