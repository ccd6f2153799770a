#include "flows/front/identify.hpp"

#include <exception>
#include <memory>
#include <utility>

#include "flows/base/live_session.hpp"
#include "flows/base/portal_assertion.hpp"
#include "link/persons.hpp"

namespace vneid::flows {

namespace {

constexpr std::chrono::seconds assertion_reuse{15};

/// What needs no question, of a session that counts and whose account has a name.
SessionFacts facts_of(const Glance& glance, const LiveSession& live) {
  SessionFacts facts;
  facts.state = SessionFacts::State::found;
  facts.live = live;
  facts.account = live.session.account;
  if (facts.by_vneid()) {
    facts.subject = portal_subject(*glance.worker->settings, *glance.site, live.session.person_id);
  }
  return facts;
}

SharedFacts brief_facts(const Glance& glance, const LiveSession& live) {
  FactsCache::Made& made = glance.worker->facts.of(live.reading);
  if (!made.facts) made.facts = std::make_shared<const SessionFacts>(facts_of(glance, live));
  return made.facts;
}

/// With name and number, of a VNeID session.
Task<SharedFacts> detailed_facts(const Exchange& exchange, const LiveSession& live) {
  Worker& worker = *exchange.worker;
  if (SharedFacts known = worker.facts.of(live.reading).with_details) co_return known;
  auto details =
      co_await link::read_person(worker.postgres, worker.settings->keys, live.session.person_id);
  if (!details) co_return brief_facts(exchange, live);
  SessionFacts facts = facts_of(exchange, live);
  facts.name = std::move(details->full_name);
  facts.citizen_id = std::move(details->citizen_number);
  auto made = std::make_shared<const SessionFacts>(std::move(facts));
  worker.facts.of(live.reading).with_details = made;
  co_return made;
}

[[nodiscard]] bool has_details(const Session& session) {
  return session.proof == Session::Proof::vneid;
}

Task<SharedFacts> read_facts(const Exchange& exchange, bool full) {
  Worker& worker = *exchange.worker;
  auto live = co_await exchange.sessions().recall(exchange.request->cookie, exchange.now(),
                                                  worker.loop.now(), worker.scope);
  if (!live || !counts(exchange, *live, For::told_portal)) {
    co_return facts_of_nobody(SessionFacts::State::absent);
  }
  if (live->session.account.empty()) {
    auto account = co_await worker.accounts.find(live->session.account_id);
    // Nobody can be told of an account that is gone.
    if (!account) co_return facts_of_nobody(SessionFacts::State::absent);
    live->session.account = std::move(account->name);
  }
  if (!full || !has_details(live->session)) co_return brief_facts(exchange, *live);
  co_return co_await detailed_facts(exchange, *live);
}

}  // namespace

Task<SharedFacts> identify(Exchange exchange, bool full) {
  try {
    co_return co_await read_facts(exchange, full);
  } catch (const std::exception& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               std::string("the session could not be read: ") + failure.what());
  }
  co_return facts_of_nobody(SessionFacts::State::unknown);
}

SharedFacts identify_at_once(const Glance& glance, bool full) {
  Worker& worker = *glance.worker;
  const auto* live =
      glance.sessions().known(glance.cookies, glance.now(), worker.loop.now(), worker.scope);
  if (live == nullptr || live->session.account.empty()) return nullptr;
  if (!counts(glance, *live, For::told_portal)) return facts_of_nobody(SessionFacts::State::absent);
  if (full && has_details(live->session)) return worker.facts.of(live->reading).with_details;
  return brief_facts(glance, *live);
}

SharedAssertion assertion_of(Worker& worker, const SharedFacts& facts, const Site& site) {
  if (!facts->by_vneid() || facts->account.empty() || !worker.settings->assertion_keys) {
    return nullptr;
  }
  const Wall now = worker.loop.wall_now();
  FactsCache::Made& made = worker.facts.of(facts->live.reading);
  const bool is_young = made.asserted_at <= now && now < made.asserted_at + assertion_reuse;
  if (is_young && made.asserted == facts && made.asserted_origin == site.origin &&
      made.asserted_path == site.path) {
    return made.assertion;
  }
  const AssertedPerson person{.account = facts->account,
                              .person_id = facts->live.session.person_id,
                              .name = facts->name,
                              .citizen_id = facts->citizen_id};
  made.assertion =
      std::make_shared<const std::string>(make_assertion(*worker.settings, site, person, now));
  made.asserted = facts;
  made.asserted_origin = site.origin;
  made.asserted_path = site.path;
  made.asserted_at = now;
  return made.assertion;
}

}  // namespace vneid::flows
