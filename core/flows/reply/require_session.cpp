#include "flows/reply/require_session.hpp"

#include "flows/base/base.hpp"
#include "flows/reply/api_reply.hpp"
#include "flows/reply/page_reply.hpp"
#include "link/persons.hpp"

namespace vneid::flows {

namespace {

Reply sign_in_page(const Exchange& exchange) {
  if (is_api(exchange)) return api_refusal(exchange, 401, "sign_in");
  pages::SignInPage page;
  page.reason = pages::SignInPage::Reason::required;
  page.login_href = exchange.site->path + "login";
  return page_reply(exchange, 401, page);
}

}  // namespace

bool can_link(const Session& session, bool has_links) {
  return session.proof == Session::Proof::legacy && !has_links &&
         session.kind != policy::Kind::organization;
}

Task<std::expected<LiveSession, Reply>> require_session(const Exchange& exchange) {
  auto live = co_await live_session(exchange);
  if (!live) co_return std::unexpected(sign_in_page(exchange));
  // Its sessions were ended when the person was flagged; if Redis was away then, here they are.
  const Session& session = live->session;
  if (co_await link::is_kept_out(exchange.worker->postgres, session.person_id,
                                 session.account_id)) {
    co_await exchange.sessions().end(exchange.request->cookie);
    co_return std::unexpected(kept_out(exchange));
  }
  co_return std::move(*live);
}

Task<std::expected<LiveSession, Reply>> require_vneid_session(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (live && live->session.proof != Session::Proof::vneid) {
    co_return std::unexpected(sign_in_page(exchange));
  }
  co_return live;
}

}  // namespace vneid::flows
