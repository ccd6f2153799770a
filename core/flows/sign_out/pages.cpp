#include <utility>

#include "flows/reply/reply.hpp"
#include "flows/sign_out/end_sessions.hpp"
#include "flows/sign_out/sign_out.hpp"
#include "session/cookie.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

using Reason = pages::SignInPage::Reason;

constexpr const char* form = "logout";
/// Long enough to read the page, short enough for a portal's session that still lives.
constexpr int seconds_to_read = 10;

/// The form is bound to the cookie and not to a live session: a citizen who comes back after the
/// idle time must be able to sign out of the provider.
bool form_holds(const Exchange& exchange) {
  const auto tokens = text::cookie_values(exchange.request->cookie, cookie_name::session);
  for (const auto token : tokens) {
    if (csrf_holds(exchange, form, token)) return true;
  }
  return tokens.empty() && csrf_holds(exchange, form, "");
}

void add_expired_cookies(Reply& reply) {
  for (auto& header : expired_cookies()) reply.headers.push_back(std::move(header));
}

Reason reason_of(const std::string& because) {
  if (because == "idle") return Reason::idle;
  if (because == "provider") return Reason::provider_left;
  return Reason::signed_out;
}

/// Where a sign-out ends; empty: at our own page. [Không phải tôi] (`then` = `login`) is for who
/// comes to log in next, once the portal's session is out of the browser: where nobody has told us
/// its cookie, only the portal's own sign-out ends it.
std::string target_after(const Exchange& exchange) {
  const Site& site = *exchange.site;
  const bool leaves_portal = site.logout_location.empty() || !site.portal_cookie.empty();
  const bool logs_in = form_field(exchange.request->body, "then") == "login";
  return logs_in && leaves_portal ? site.login_page : site.logout_location;
}

}  // namespace

Task<Reply> ask_sign_out(const Exchange& exchange) {
  const auto tokens = text::cookie_values(exchange.request->cookie, cookie_name::session);
  pages::SignInPage page;
  page.reason = Reason::confirm;
  page.csrf = sign_out_token(*exchange.worker, tokens.empty() ? "" : tokens.front());
  co_return page_reply(exchange, 200, page);
}

Task<Reply> sign_out(const Exchange& exchange) {
  if (!form_holds(exchange)) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the sign-out form did not carry this session's token");
  }
  const Site& site = *exchange.site;
  const std::string target = target_after(exchange);
  SignedOut done = co_await end_browser_sessions(exchange, target);
  std::string next = site.path + "signed-out";
  if (!done.provider_url.empty()) {
    next = std::move(done.provider_url);
  } else if (done.provider_left) {
    next = provider_left_page(exchange, target);
  } else if (!target.empty()) {
    next = target;
  }
  Reply reply = redirect(std::move(next));
  add_expired_cookies(reply);
  // The portal's own sign-out needs its cookie to find what it is to end.
  if (site.logout_location.empty() || target != site.logout_location) {
    expire_portal_cookie(site, reply);
  }
  co_return reply;
}

Task<Reply> show_signed_out(const Exchange& exchange) {
  pages::SignInPage page;
  page.reason = reason_of(form_field(exchange.request->query, "because"));
  const auto target = target_of(exchange, form_field(exchange.request->query, "state"));
  if (target && page.reason == Reason::signed_out) co_return redirect(*target);
  auto context = page_context(exchange);
  context.refresh_seconds = target ? seconds_to_read : 0;
  if (target) context.refresh_href = context.portal_href = *target;
  page.login_href = target ? "" : exchange.site->login_page;
  Reply reply = page_reply(exchange, 200, page, context);
  if (exchange.site->kiosk && page.reason == Reason::idle) {
    // A link from elsewhere must not sign anybody out who is still there.
    const bool lives = co_await exchange.sessions().alive(exchange.request->cookie);
    if (!lives) {
      add_expired_cookies(reply);
      expire_portal_cookie(*exchange.site, reply);
    }
  }
  co_return reply;
}

}  // namespace vneid::flows
