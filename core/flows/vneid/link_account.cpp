#include "flows/vneid/link_account.hpp"

#include <utility>
#include <variant>

#include "async/wait.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "link/stored_values.hpp"
#include "net/unavailable.hpp"

namespace vneid::flows {

namespace {

constexpr int link_tries = 3;
constexpr Milliseconds link_pause{300};

void count_link(const Exchange& exchange, const link::Linked& linked) {
  exchange.count(metrics::Link::made);
  exchange.count(metrics::Record::moved, static_cast<std::uint64_t>(linked.transfer.moved_total()));
  exchange.count(metrics::Record::stayed,
                 static_cast<std::uint64_t>(linked.transfer.stayed_total()));
}

/// Whoever else knows the account's password is out from now on (A1).
Task<void> end_other_sessions(const Exchange& exchange, AccountId account_id) {
  try {
    co_await exchange.sessions().end_all_of_account(account_id);
  } catch (const Unavailable& away) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string{"sessions of an account that was linked go on: "} + away.what());
  }
}

/// Whether a link stands whose answer was lost is unknown; asking again both tells and does it.
Task<link::LinkOutcome> try_to_link(Worker& worker, link::LinkRequest request) {
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

}  // namespace

link::LinkRequest link_request(const Exchange& exchange, const std::string& provider,
                               const oidc::VerifiedIdentity& person) {
  link::LinkRequest request;
  request.identity = person.for_decision();
  request.full_name = person.name;
  request.provider = provider;
  request.issuer = person.issuer;
  request.subject = person.subject;
  request.policy.required_level =
      exchange.worker->providers.at(provider)->settings().required_level;
  request.origin = audit_origin(exchange);
  request.now = exchange.now();
  return request;
}

Task<link::LinkOutcome> link_surely(const Exchange& exchange, link::LinkRequest request) {
  const AccountId account_id = request.account_id;
  auto outcome = co_await try_to_link(*exchange.worker, std::move(request));
  const auto* linked = std::get_if<link::Linked>(&outcome);
  if (linked != nullptr && !linked->repeated) {
    count_link(exchange, *linked);
    co_await end_other_sessions(exchange, account_id);
  }
  co_return outcome;
}

Task<Conclusion> link_account(const Exchange& exchange, const Spending& spending,
                              const oidc::VerifiedIdentity& person) {
  const Authorization& authorization = spending.authorization;
  auto request = link_request(exchange, authorization.provider, person);
  request.account_id = spending.account_id;
  request.login_proven = spending.login_proven;
  if (std::holds_alternative<LinkHeld>(authorization.purpose)) {
    request.notice_version =
        exchange.worker->settings->renderer->notice_version(page_context(exchange, spending.kind));
  }
  const auto outcome = co_await link_surely(exchange, std::move(request));
  if (auto obstacle = obstacle_of(outcome)) {
    co_return failed(authorization.purpose, std::move(obstacle->failure),
                     std::move(obstacle->cause));
  }
  const auto& linked = std::get<link::Linked>(outcome);
  AccountLinked made;
  made.account_id = spending.account_id;
  made.person_id = linked.person_id;
  made.link_id = linked.link_id;
  made.provider = authorization.provider;
  made.subject_key =
      link::subject_key(*exchange.worker->settings->keys, person.issuer, person.subject);
  made.sid = person.sid;
  made.id_token = person.id_token.reveal();
  Conclusion conclusion;
  conclusion.outcome.purpose = authorization.purpose;
  conclusion.outcome.result = std::move(made);
  co_return conclusion;
}

}  // namespace vneid::flows
