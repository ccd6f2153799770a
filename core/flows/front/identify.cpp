#include "flows/front/identify.hpp"

#include <exception>
#include <utility>

#include "flows/base/live_session.hpp"
#include "flows/base/portal_assertion.hpp"
#include "link/persons.hpp"

namespace vneid::flows {

namespace {

constexpr std::chrono::seconds assertion_reuse{15};

const std::string& subject_of(const Glance& glance, const Session& session,
                              FactsCache::Made& made) {
  if (made.subject.empty()) {
    made.subject = portal_subject(*glance.worker->settings, *glance.site, session.person_id);
  }
  return made.subject;
}

/// What needs no question, of a session that counts and whose account has a name.
SessionFacts facts_of(const Glance& glance, LiveSession live) {
  SessionFacts facts;
  facts.state = SessionFacts::State::found;
  facts.live = std::move(live);
  facts.account = facts.live.session.account;
  if (!facts.by_vneid()) return facts;
  FactsCache::Made& made = glance.worker->facts.of(facts.live.reading);
  facts.subject = subject_of(glance, facts.live.session, made);
  facts.name = made.name;
  facts.citizen_id = made.citizen_id;
  return facts;
}

Task<void> add_details(const Exchange& exchange, SessionFacts& facts) {
  auto details = co_await link::read_person(
      exchange.worker->postgres, exchange.worker->settings->keys, facts.live.session.person_id);
  if (!details) co_return;
  facts.name = std::move(details->full_name);
  facts.citizen_id = std::move(details->citizen_number);
  FactsCache::Made& made = exchange.worker->facts.of(facts.live.reading);
  made.has_details = true;
  made.name = facts.name;
  made.citizen_id = facts.citizen_id;
}

Task<SessionFacts> read_facts(const Exchange& exchange, bool full) {
  Worker& worker = *exchange.worker;
  auto live = co_await exchange.sessions().recall(exchange.request->cookie, exchange.now(),
                                                  worker.loop.now(), worker.scope);
  if (!live || !counts(exchange, *live, For::told_portal)) co_return SessionFacts{};
  if (live->session.account.empty()) {
    auto account = co_await worker.accounts.find(live->session.account_id);
    if (!account) co_return SessionFacts{};  // nobody can be told of an account that is gone
    live->session.account = std::move(account->name);
  }
  SessionFacts facts = facts_of(exchange, *std::move(live));
  if (!full) {
    facts.name.clear();
    facts.citizen_id.clear();
  } else if (facts.by_vneid() && facts.citizen_id.empty()) {
    co_await add_details(exchange, facts);
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

std::optional<SessionFacts> identify_at_once(const Glance& glance, bool full) {
  Worker& worker = *glance.worker;
  const auto* live =
      glance.sessions().known(glance.cookies, glance.now(), worker.loop.now(), worker.scope);
  if (live == nullptr || live->session.account.empty()) return std::nullopt;
  if (!counts(glance, *live, For::told_portal)) return SessionFacts{};
  const bool asks_for_details = full && live->session.proof == Session::Proof::vneid;
  if (asks_for_details && !glance.worker->facts.of(live->reading).has_details) return std::nullopt;
  SessionFacts facts = facts_of(glance, *live);
  if (!full) {
    facts.name.clear();
    facts.citizen_id.clear();
  }
  return facts;
}

std::string assertion_of(Worker& worker, const SessionFacts& facts, const Site& site) {
  if (!facts.by_vneid() || facts.account.empty() || !worker.settings->assertion_keys) return {};
  const Wall now = worker.loop.wall_now();
  AssertedPerson person;
  person.account = facts.account;
  person.person_id = facts.live.session.person_id;
  person.name = facts.name;
  person.citizen_id = facts.citizen_id;
  if (facts.live.reading == 0) return make_assertion(*worker.settings, site, person, now);
  const std::string wanted =
      site.origin + site.path + ' ' + person.account + ' ' + person.name + ' ' + person.citizen_id;
  FactsCache::Made& made = worker.facts.of(facts.live.reading);
  const bool is_young = made.asserted_at <= now && now < made.asserted_at + assertion_reuse;
  if (!is_young || made.asserted_for != wanted) {
    made.assertion = make_assertion(*worker.settings, site, person, now);
    made.asserted_for = wanted;
    made.asserted_at = now;
  }
  return made.assertion;
}

}  // namespace vneid::flows
