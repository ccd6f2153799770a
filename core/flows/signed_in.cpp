#include "flows/signed_in.hpp"

#include "flows/answer.hpp"
#include "flows/api_answer.hpp"

namespace vneid {

namespace {

Reply sign_in_page(const Exchange& exchange) {
  if (is_api(exchange)) return json_reply(401, api_error(exchange, "sign_in").get());
  pages::SignInPage page;
  page.reason = pages::SignInPage::Reason::required;
  page.login_href = exchange.site->path + "login";
  return page_reply(exchange, 401,
                    exchange.worker->settings->renderer->render(page, page_context(exchange)));
}

}  // namespace

Task<std::expected<LiveSession, Reply>> require_session(Exchange exchange) {
  auto live = co_await exchange.sessions().read(exchange.request.cookie, exchange.now());
  // Two portals may share a host name over ports, and so its cookies: a session is one portal's.
  if (!live || live->session.portal != exchange.site->portal) {
    co_return std::unexpected(sign_in_page(exchange));
  }
  // A password alone proves nothing from the cut-over on, whenever it was typed.
  if (live->session.proof == Session::Proof::legacy &&
      !policy::legacy_login_suffices(exchange.mode(live->session.kind))) {
    co_return std::unexpected(sign_in_page(exchange));
  }
  co_return std::move(*live);
}

Task<std::expected<LiveSession, Reply>> require_vneid_session(Exchange exchange) {
  auto live = co_await require_session(exchange);
  if (live && live->session.proof != Session::Proof::vneid) {
    co_return std::unexpected(sign_in_page(exchange));
  }
  co_return live;
}

}  // namespace vneid
