#include "flows/menu/visitor.hpp"

#include <utility>

#include "link/accounts.hpp"
#include "link/persons.hpp"

namespace vneid::flows {

Task<Visitor> visitor_of(const Exchange& exchange) {
  Worker& worker = *exchange.worker;
  Visitor visitor;
  auto live = co_await live_session(exchange);
  if (!live) co_return visitor;
  const Session& session = live->session;
  if (session.proof == Session::Proof::vneid) {
    visitor.linked = true;
    visitor.kept_out =
        co_await link::is_kept_out(worker.postgres, session.person_id, session.account_id);
    visitor.live = std::move(live);
    co_return visitor;
  }
  const auto account = co_await worker.accounts.find(session.account_id);
  if (!account) co_return visitor;  // gone, and with it what its session could see
  visitor.linked = account->linked.has_value();
  visitor.linkable = link::may_be_linked(*account);
  visitor.kept_out = visitor.linked && account->linked->kept_out;
  visitor.live = std::move(live);
  co_return visitor;
}

}  // namespace vneid::flows
