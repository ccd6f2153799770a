#include "flows/identity/slow_check.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "async/deadline.hpp"
#include "async/wait.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "flows/reply/reply.hpp"
#include "net/unavailable.hpp"
#include "session/sealed_store.hpp"

namespace vneid::sealed {

template <>
struct Names<flows::IdentityCheck::State> {
  using enum flows::IdentityCheck::State;
  static constexpr std::array all{
      std::pair{verified, "verified"},   std::pair{no_match, "no_match"},
      std::pair{in_review, "in_review"}, std::pair{asked_too_often, "asked_too_often"},
      std::pair{busy, "busy"},           std::pair{away, "away"},
      std::pair{mistyped, "mistyped"}};
};

}  // namespace vneid::sealed

namespace vneid::flows {

void CheckResult::fields(auto& field, auto& self) {
  field("cmnd", self.typed.cmnd);
  field("number", self.typed.number);
  field("name", self.typed.name);
  field("birth_date", self.typed.birth_date);
  field("state", self.check.state);
  field("reference", self.check.reference);
  field("retry_after", self.check.retry_after);
  field("stores_away", self.stores_away);
}

namespace {

constexpr std::chrono::seconds lifetime{2 * 60};
constexpr Milliseconds first_pause{100};
constexpr Milliseconds longest_pause{500};

using Store = SealedStore<CheckResult>;
using Running = Joined<CheckResult>;

Store store_of(const Worker& worker) { return {worker.redis, worker.settings->keys, "check"}; }

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are hashed together
std::string key_of(const Worker& worker, const std::string& id, const std::string& owner) {
  return crypto::hex(worker.settings->keys->lookup_key("check", owner + ' ' + id));
}

/// Never throws: what the stores did is a result too.
Task<CheckResult> run(Exchange exchange, AccountId account_id, link::FieldValues held,
                      TypedIdentity typed) {
  CheckResult result;
  result.typed = typed;
  try {
    result.check = co_await check_identity(exchange, account_id, std::move(held), std::move(typed));
  } catch (const Unavailable& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, failure.what());
    result.stores_away = true;
  }
  co_return result;
}

Task<int> keep_when_done(Exchange exchange, Running running, std::string key) {
  try {
    CheckResult result = co_await running;
    co_await store_of(*exchange.worker)
        .keep(std::move(key), std::move(result), kept_for(*exchange.site, lifetime));
  } catch (const std::exception& failure) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string{"what a check of an identity came to is lost: "} + failure.what());
  }
  co_return 0;
}

Task<CheckResult> end_of(Running running) { co_return co_await running; }

}  // namespace

Task<Checking> begin_check(const Exchange& exchange, AccountId account_id, link::FieldValues held,
                           TypedIdentity typed, std::string owner) {
  Worker& worker = *exchange.worker;
  const Running running =
      worker.scope.start(run(exchange, account_id, std::move(held), std::move(typed)));
  Checking checking;
  const Milliseconds wait = exchange.site->wait;
  if (wait.count() == 0) {
    checking.done = co_await running;
    co_return checking;
  }
  try {
    checking.done = co_await with_deadline(worker.loop, worker.loop.now() + wait, end_of(running));
  } catch (const DeadlinePassed&) {
    checking.id = crypto::random_token();
  }
  if (!checking.id.empty()) {
    worker.scope.start(keep_when_done(exchange, running, key_of(worker, checking.id, owner)));
  }
  co_return checking;
}

Task<std::optional<CheckResult>> await_check(const Exchange& exchange, std::string owner) {
  Worker& worker = *exchange.worker;
  const std::string key = key_of(worker, form_field(exchange.request->query, "check"), owner);
  const Monotonic deadline = worker.loop.now() + exchange.site->wait;
  Milliseconds pause = first_pause;
  while (true) {
    auto result = co_await store_of(worker).find(key);
    if (result || worker.loop.now() >= deadline) co_return result;
    co_await sleep_for(worker.loop, pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

bool asks_for_check(const Request& request) { return !form_field(request.query, "check").empty(); }

}  // namespace vneid::flows
