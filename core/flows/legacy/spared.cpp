#include "flows/legacy/spared.hpp"

#include <exception>
#include <string>

#include "audit/audit.hpp"
#include "policy/notice.hpp"

namespace vneid::flows {

Task<bool> is_spared(const Exchange& exchange, LoginProof proof, AccountId account_id,
                     policy::Kind kind) {
  const auto& again = exchange.site->notice_again;
  const bool may_skip = exchange.mode(kind) == policy::Mode::notice;
  if (!again || !may_skip || proof == LoginProof::claimed) co_return false;
  try {
    const auto skipped_at = co_await audit::last_skip(exchange.worker->postgres, account_id);
    co_return policy::spares_notice(exchange.site->policy.of(kind), again, skipped_at,
                                    exchange.now());
  } catch (const std::exception& failure) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string("the notice is shown, since the record of choices could not be read: ") +
            failure.what());
  }
  co_return false;
}

}  // namespace vneid::flows
