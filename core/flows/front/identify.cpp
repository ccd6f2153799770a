#include "flows/front/identify.hpp"

#include <exception>
#include <utility>

#include "flows/base/live_session.hpp"
#include "flows/base/portal_assertion.hpp"
#include "link/persons.hpp"

namespace vneid::flows {

namespace {

Task<SessionFacts> read_facts(Exchange exchange, bool full) {
  Worker& worker = *exchange.worker;
  SessionFacts facts;
  auto live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
  if (!live || !counts(exchange, *live, For::told_portal)) co_return facts;
  facts.live = *std::move(live);
  const Session& session = facts.live.session;
  facts.account = session.account;
  if (facts.account.empty()) {
    auto account = co_await worker.accounts.find(session.account_id);
    if (!account) co_return SessionFacts{};  // nobody can be told of an account that is gone
    facts.account = std::move(account->name);
  }
  facts.state = SessionFacts::State::found;
  if (!facts.by_vneid()) co_return facts;
  facts.subject = portal_subject(*worker.settings, *exchange.site, session.person_id);
  if (full) {
    auto details =
        co_await link::read_person(worker.postgres, worker.settings->keys, session.person_id);
    if (details) {
      facts.name = std::move(details->full_name);
      facts.citizen_id = std::move(details->citizen_number);
    }
  }
  co_return facts;
}

}  // namespace

Task<SessionFacts> identify(Exchange exchange, bool full) {
  try {
    co_return co_await read_facts(exchange, full);
  } catch (const std::exception& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               std::string("the session could not be read: ") + failure.what());
  }
  SessionFacts unknown;
  unknown.state = SessionFacts::State::unknown;
  co_return unknown;
}

}  // namespace vneid::flows
