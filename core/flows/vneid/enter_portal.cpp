#include "flows/vneid/enter_portal.hpp"

#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "certain.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "link/stored_values.hpp"
#include "session/cookie.hpp"
#include "session/portal_binding.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

/// The portal's cookies for the account, or why there are none.
using PortalSession = std::expected<HeaderList, std::string>;

PortalSession cookies_of(const http::IncomingResponse& answer) {
  if (answer.status < 200 || answer.status >= 400) {
    return std::unexpected("the portal answered " + std::to_string(answer.status));
  }
  HeaderList cookies;
  for (const auto& [name, value] : answer.headers) {
    // A portal has no business with our own cookies.
    if (name != "set-cookie" || value.starts_with("__Host-vneid-")) continue;
    cookies.emplace_back("Set-Cookie", value);
  }
  if (cookies.empty()) return std::unexpected("the portal set no cookie");
  return cookies;
}

Task<PortalSession> exchange_session(const Exchange& exchange, const SessionExchange& endpoint,
                                     std::string assertion) {
  text::Parameters form;
  form.emplace_back("assertion", std::move(assertion));
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = endpoint.url;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = text::encode_form(form);
  request.trusted_certificates = endpoint.trusted_certificates;
  request.timeout = endpoint.timeout;
  try {
    http::IncomingResponse answer = co_await exchange.worker->http.send(std::move(request));
    co_return cookies_of(answer);
  } catch (const http::ExchangeFailed& failure) {
    co_return std::unexpected(std::string(failure.what()));
  }
}

/// The trail tells each login (domain.md §8.4).
audit::Event login_event(const Exchange& exchange, const PendingChoice& choice,
                         const link::LegacyAccount& account) {
  const auto& number = choice.person.citizen_id.value();
  audit::Event event = audit_event(exchange, "login.vneid", account.id);
  event.pid_masked = number.masked();
  event.pid_key = link::citizen_key(*exchange.worker->settings->keys, number);
  event.provider = choice.provider;
  event.level = choice.person.level;
  event.link_id = certain(account.linked).link_id;
  return event;
}

/// The portal's session that goes with the login: the one that it has just opened; without
/// `vneid_session_exchange` the one that it will. Never the one that the browser has: whoever knows
/// another's password could bring that along. Nothing when the portal opened none under the name.
std::optional<std::string> binding_of(const Exchange& exchange, const HeaderList& portal_cookies) {
  const Site& site = *exchange.site;
  if (site.portal_cookie.empty()) return std::string{};
  if (!site.session_exchange) return std::string{awaited_portal_cookie};
  const PortalCookie cookie{site.portal, site.portal_cookie};
  std::string key = given_portal_cookie_key(*exchange.worker->settings->keys, cookie,
                                            portal_cookies, exchange.now());
  return key.empty() ? std::nullopt : std::optional{std::move(key)};
}

Reply portal_away(const Exchange& exchange, const PendingChoice& choice, const std::string& why) {
  pages::ErrorPage page;
  page.kind = ErrorKind::portal_away;
  page.retry_href = page_url(exchange.site->path, "login", choice.return_to);
  return error_reply(exchange, page, "session exchange: " + why);
}

Session session_of(const Exchange& exchange, const PendingChoice& choice,
                   const link::LegacyAccount& account) {
  Session session;
  session.proof = Session::Proof::vneid;
  session.portal = exchange.site->portal;
  session.account_id = account.id;
  session.account = account.name;
  const link::LinkSummary& linked = certain(account.linked);
  session.person_id = linked.person_id;
  session.link_id = linked.link_id;
  session.provider = choice.provider;
  session.subject_key = link::subject_key(*exchange.worker->settings->keys, choice.person.issuer,
                                          choice.person.subject);
  session.sid = choice.person.sid;
  return session;
}

/// Whether the account is there to be entered by the person, as the database has it now.
bool may_be_entered(const Exchange& exchange, const PendingChoice& choice,
                    const std::optional<link::LegacyAccount>& account) {
  return account && !account->closed && account->portal == exchange.site->portal &&
         account->linked && account->linked->person_id == choice.person_id &&
         !account->linked->kept_out;
}

/// The page that says why not; of a person who is kept out, that.
Reply not_entered(const Exchange& exchange, const std::optional<link::LegacyAccount>& account) {
  if (account && account->linked && account->linked->kept_out) return kept_out(exchange);
  return error_reply(exchange, ErrorKind::no_account,
                     "the account to enter is closed, or linked no longer");
}

}  // namespace

Task<Reply> enter_portal(const Exchange& exchange, PendingChoice choice, std::size_t chosen) {
  Worker& worker = *exchange.worker;
  const auto found = co_await worker.accounts.find(choice.candidates.at(chosen).account_id);
  // Asked again now: the link may have been undone since the choice was offered.
  if (!may_be_entered(exchange, choice, found)) co_return not_entered(exchange, found);
  const link::LegacyAccount& account = certain(found);
  HeaderList portal_cookies;
  if (const auto& endpoint = exchange.site->session_exchange) {
    AssertedPerson person;
    person.account = account.name;
    person.person_id = choice.person_id;
    std::string assertion =
        make_assertion(*worker.settings, *exchange.site, person, worker.loop.wall_now());
    auto given = co_await exchange_session(exchange, *endpoint, std::move(assertion));
    if (!given) co_return portal_away(exchange, choice, given.error());
    portal_cookies = *std::move(given);
  }
  auto binding = binding_of(exchange, portal_cookies);
  if (!binding) {
    co_return portal_away(exchange, choice,
                          "the portal set no cookie \"" + exchange.site->portal_cookie +
                              "\", which vneid_portal_cookie names");
  }
  Session session = session_of(exchange, choice, account);
  session.portal_cookie_key = *std::move(binding);
  std::string cookie =
      co_await exchange.sessions().begin(std::move(session), exchange.request->cookie,
                                         exchange.now(), choice.person.id_token.reveal());
  // Who undoes a link, closes an account or flags a person does so and then ends its sessions: one
  // that began before that is ended by it, and one that began after it finds out here.
  const auto again = co_await worker.accounts.find(account.id);
  if (!may_be_entered(exchange, choice, again)) {
    co_await exchange.sessions().end(cookie.substr(0, cookie.find(';')));
    co_return not_entered(exchange, again);
  }
  exchange.count(metrics::SessionBegun::vneid);
  co_await keep_in_trail(exchange, login_event(exchange, choice, account));
  Reply reply = redirect(choice.return_to);
  if (!exchange.site->session_exchange) expire_portal_cookie(*exchange.site, reply);
  for (auto& header : portal_cookies) reply.headers.push_back(std::move(header));
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
  reply.headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::ticket));
  co_return reply;
}

}  // namespace vneid::flows
