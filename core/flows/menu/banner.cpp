#include "flows/menu/banner.hpp"

#include <chrono>
#include <string>

#include "flows/menu/menu.hpp"
#include "flows/reply/reply.hpp"
#include "session/cookie.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

constexpr const char* form = "banner";

/// For so long the banner stays away from this browser. On a shared PC the next citizen is another
/// one: there it stays away from the session alone.
constexpr std::chrono::days put_off_time{7};

/// What the cookie holds: one size, and nothing that tells a person.
std::string mark_of(const Exchange& exchange, const LiveSession& live) {
  return csrf_token(*exchange.worker, "banner later", live.token.value());
}

bool is_put_off(const Exchange& exchange, const LiveSession& live) {
  const std::string mark = token_in(exchange.request->cookie, cookie_name::later);
  return exchange.site->kiosk ? mark == mark_of(exchange, live) : !mark.empty();
}

}  // namespace

std::optional<Banner> banner_for(const Exchange& exchange, const Visitor& visitor,
                                 std::string_view return_to) {
  if (!visitor.live || !visitor.linkable) return std::nullopt;
  const Session& session = visitor.live->session;
  if (exchange.mode(session.kind) != policy::Mode::notice) return std::nullopt;
  if (is_put_off(exchange, *visitor.live)) return std::nullopt;
  Banner banner;
  if (const auto& enforce = exchange.site->policy.of(session.kind).enforce) {
    banner.days_left = policy::days_left(exchange.now(), *enforce);
    banner.enforce_date = text::date_for_people(*enforce);
  }
  banner.link_href = page_url(exchange.site->path, "login", return_to);
  banner.later_action = exchange.site->path + "banner";
  banner.csrf = csrf_token(*exchange.worker, form, visitor.live->token.value());
  banner.return_to = return_to;
  return banner;
}

Task<Reply> put_off_banner(const Exchange& exchange) {
  if (!exchange.site->menu) {
    co_return error_reply(exchange, pages::ErrorKind::not_found, "\"vneid_menu\" is off");
  }
  Reply reply = redirect(return_or_front(exchange.request->body));
  const auto live = co_await live_session(exchange);
  if (!live) co_return reply;  // the session is over, and the banner with it
  if (!csrf_holds(exchange, form, live->token.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the banner's form did not carry this session's token");
  }
  const std::chrono::seconds kept = exchange.site->kiosk ? std::chrono::seconds{0} : put_off_time;
  reply.headers.emplace_back("Set-Cookie",
                             set_cookie(cookie_name::later, mark_of(exchange, *live), kept));
  exchange.count(metrics::Banner::put_off);
  co_return reply;
}

}  // namespace vneid::flows
