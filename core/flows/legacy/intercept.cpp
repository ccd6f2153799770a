#include <optional>
#include <utility>

#include "crypto/random.hpp"
#include "flows/legacy/kept_session.hpp"
#include "flows/legacy/legacy.hpp"
#include "flows/legacy/legacy_session.hpp"
#include "flows/legacy/spared.hpp"
#include "flows/reply/reply.hpp"
#include "identity/masking.hpp"
#include "link/stored_values.hpp"
#include "session/cookie.hpp"
#include "session/portal_binding.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

/// The portal's word for the kind of account: ours, or DVCQG's LoaiTaiKhoan (domain.md §4.1).
std::optional<link::AccountKind> account_kind(const std::string& word) {
  if (word == "1") return link::AccountKind::personal;
  if (word == "2" || word == "3") return link::AccountKind::organization;
  return link::account_kind_from_text(word);
}

policy::Kind kind_of(link::AccountKind kind) {
  switch (kind) {
    case link::AccountKind::organization:
      return policy::Kind::organization;
    case link::AccountKind::foreign:
      return policy::Kind::foreign;
    case link::AccountKind::personal:
      break;
  }
  return policy::Kind::personal;
}

std::string portal_cookie_key_of(const Exchange& exchange, const LegacyLogin& login) {
  const PortalCookie cookie{exchange.site->portal, exchange.site->portal_cookie};
  return portal_cookie_key(*exchange.worker->settings->keys, cookie, exchange.request->cookie,
                           login.answer.headers, exchange.now());
}

Task<LoginVerdict> hold(const Exchange& exchange, LegacyLogin login, link::LegacyAccount account) {
  const auto taken = take_kept_session(exchange, login);
  Ticket ticket;
  ticket.id = TicketId{crypto::random_token()};
  ticket.proof = login.proof;
  ticket.issued_at = exchange.now();
  ticket.portal = exchange.site->portal;
  ticket.account_id = account.id;
  ticket.account = account.name;
  ticket.kind = kind_of(account.kind);
  ticket.linked = account.linked.has_value();
  ticket.account_masked = identity::mask_account(login.account);
  ticket.portal_cookie_key = portal_cookie_key_of(exchange, login);
  if (exchange.site->kiosk) ticket.idle = exchange.site->session_limits.idle;
  const bool script = is_script(*exchange.request);
  if (script) ticket.script_return = std::move(login.return_to);
  if (is_proven(ticket) && account.full_name)
    ticket.name_masked = identity::mask_name(*account.full_name);
  if (login.body) login.answer.body = *login.body;
  std::string cookie =
      co_await exchange.worker->tickets.issue(std::move(ticket), std::move(login.answer));
  // A session of whoever used this browser before must not outlive this login.
  co_await exchange.sessions().end(exchange.request->cookie);
  Reply reply = script ? held_for_script(exchange) : redirect(exchange.site->path + "notice");
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
  reply.headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::session));
  if (taken) reply.headers.emplace_back("Set-Cookie", *taken);
  LoginVerdict verdict;
  verdict.reply = std::move(reply);
  co_return verdict;
}

/// The portal's answer is dropped: this account's own login lets nobody in any more.
LoginVerdict refuse(const Exchange& exchange, LegacyLogin login, const pages::ErrorPage& page,
                    const char* cause) {
  LoginVerdict verdict;
  verdict.reply = login_error(exchange, page, cause);
  verdict.reply->headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::session));
  verdict.reply->headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::ticket));
  if (const auto taken = take_kept_session(exchange, login)) {
    verdict.reply->headers.emplace_back("Set-Cookie", *taken);
  }
  return verdict;
}

Task<LoginVerdict> let_in(const Exchange& exchange, LegacyHolder holder) {
  LoginVerdict verdict;
  std::string cookie = co_await begin_legacy_session(exchange, std::move(holder));
  verdict.added_headers.emplace_back("Set-Cookie", std::move(cookie));
  verdict.added_headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::ticket));
  co_return verdict;
}

/// The same for a name that was only typed: nobody gets a session of ours with it.
Task<LoginVerdict> let_in_unproven(const Exchange& exchange) {
  co_await exchange.sessions().end(exchange.request->cookie);
  LoginVerdict verdict;
  verdict.added_headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::session));
  verdict.added_headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::ticket));
  co_return verdict;
}

/// The account of a login. What was only typed makes no row, or anybody could fill the table.
Task<link::LegacyAccount> account_of(const Exchange& exchange, const LegacyLogin& login,
                                     std::string name, std::optional<link::AccountKind> kind) {
  link::Accounts& accounts = exchange.worker->accounts;
  const PortalName& portal = exchange.site->portal;
  if (login.proof != LoginProof::claimed) {
    co_return co_await accounts.ensure(portal, std::move(name), kind, exchange.now());
  }
  auto found = co_await accounts.find(portal, name);
  if (found) co_return *std::move(found);
  link::LegacyAccount unseen;
  unseen.portal = portal;
  unseen.name = std::move(name);
  unseen.kind = kind.value_or(link::AccountKind::personal);
  co_return unseen;
}

/// A portal that is asked names the person whom it let in long ago too, say when he looks at the
/// login page again.
Task<bool> is_no_new_login(const Exchange& exchange, const LegacyLogin& login,
                           AccountId account_id) {
  const Request::Method method = exchange.request->method;
  const bool looks = method == Request::Method::get || method == Request::Method::head;
  if (login.proof != LoginProof::asked || !looks || sets_cookie(login.answer)) co_return false;
  const auto live = co_await live_session(exchange);
  if (!live || live->session.account_id != account_id) co_return false;
  co_return counts(exchange, *live, For::portal);
}

/// A legacy login that was not held. A name that was only typed may be no account's.
audit::Event login_event(const Exchange& exchange, const link::LegacyAccount& account,
                         audit::Result result) {
  std::optional<AccountId> account_id;
  if (account.id.value() != 0) account_id = account.id;
  audit::Event event = audit_event(exchange, "login.legacy", account_id);
  event.result = result;
  event.reason = policy::to_text(exchange.mode(kind_of(account.kind)));
  if (account.linked) {
    event.reason += ",linked";
    event.link_id = account.linked->link_id;
  }
  return event;
}

pages::ErrorPage refused_page(const Exchange& exchange, const link::LegacyAccount& account) {
  auto page = refused_page(exchange, kind_of(account.kind));
  if (account.closed) {
    page.kind = pages::ErrorKind::account_closed;
    page.vneid_href = exchange.site->path + "login";
  }
  return page;
}

/// A login of an account whose person is kept out. Where no login is held, the portal lets in whom
/// it likes, and nobody gets a session of ours.
Task<LoginVerdict> keep_out(const Exchange& exchange, LegacyLogin login, audit::Event event,
                            policy::Mode mode) {
  event.result = audit::Result::refused;
  event.reason += ",kept_out";
  exchange.count(metrics::Login::refused);
  co_await keep_in_trail(exchange, std::move(event));
  const bool held_back = mode != policy::Mode::pass && mode != policy::Mode::observe;
  if (!held_back) co_return co_await let_in_unproven(exchange);
  co_await exchange.sessions().end(exchange.request->cookie);
  pages::ErrorPage page;
  page.kind = pages::ErrorKind::kept_out;
  co_return refuse(exchange, std::move(login), page,
                   "a legacy login of a person whom an officer has flagged (vneidctl persons "
                   "unflag)");
}

/// What policy does with a login of this account now.
enum class Course : std::uint8_t { let_in, observe, spare, hold, refuse };

/// How a login is counted that was not held.
metrics::Login passed_as(Course course, const link::LegacyAccount& account) {
  if (course == Course::spare) return metrics::Login::passed_skipped;
  return account.linked ? metrics::Login::passed_linked : metrics::Login::passed_kind;
}

Course course_of(policy::Mode mode, const link::LegacyAccount& account) {
  // An organisation has no person to be linked to.
  const bool linkable = account.kind != link::AccountKind::organization && !account.closed;
  switch (mode) {
    case policy::Mode::pass:
      return Course::let_in;
    case policy::Mode::observe:
      return linkable && !account.linked ? Course::observe : Course::let_in;
    case policy::Mode::notice:
      return linkable && !account.linked ? Course::hold : Course::let_in;
    case policy::Mode::enforce:
      // Linked accounts too: from now on a password alone lets nobody in.
      return linkable ? Course::hold : Course::refuse;
    case policy::Mode::closed:
      break;
  }
  return Course::refuse;
}

}  // namespace

policy::Kind policy_kind(const std::string& word) {
  const auto kind = account_kind(word);
  return kind ? kind_of(*kind) : policy::Kind::personal;
}

pages::ErrorPage refused_page(const Exchange& exchange, policy::Kind kind) {
  const policy::Rule& rule = exchange.site->policy.of(kind);
  const bool organization = kind == policy::Kind::organization;
  pages::ErrorPage page;
  page.kind = organization ? pages::ErrorKind::organization : pages::ErrorKind::enforced;
  if (!organization) page.vneid_href = exchange.site->path + "login";
  const auto since = rule.enforce ? rule.enforce : rule.closed;
  if (since) page.effective_date = text::date_for_people(*since);
  return page;
}

Task<LoginVerdict> intercept_login(const Exchange& exchange, LegacyLogin login, std::string name) {
  const auto kind = account_kind(login.kind);
  if (!kind && !login.kind.empty()) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               "the portal's kind of account is not known: what is on file counts");
  }
  auto account = co_await account_of(exchange, login, std::move(name), kind);
  const policy::Kind rule = kind_of(account.kind);
  if (account.linked && account.linked->kept_out) {
    audit::Event event = login_event(exchange, account, audit::Result::refused);
    co_return co_await keep_out(exchange, std::move(login), std::move(event), exchange.mode(rule));
  }
  Course course = course_of(exchange.mode(rule), account);
  if (course == Course::refuse) {
    exchange.count(metrics::Login::refused);
    co_await keep_in_trail(exchange, login_event(exchange, account, audit::Result::refused));
    co_return refuse(exchange, std::move(login), refused_page(exchange, account),
                     "a legacy login that policy refuses");
  }
  const bool known = co_await is_no_new_login(exchange, login, account.id);
  if (known) co_return LoginVerdict{};
  if (course == Course::hold) {
    const bool spared = co_await is_spared(exchange, login.proof, account.id, rule);
    if (spared) course = Course::spare;
  }
  if (course == Course::hold) {
    make_absolute(login.answer, exchange.request->path);
    // Who sent no cookie had no session before.
    if (!sets_cookie(login.answer) && !exchange.request->cookie.empty()) {
      exchange.worker->log.write(
          Log::Severity::error, exchange.request->id,
          "the portal set no cookie at this login: if it let in a session that the browser had "
          "before, a copy of that cookie walks around the notice, and only a gate stops it");
    }
    LoginVerdict verdict = co_await hold(exchange, std::move(login), std::move(account));
    exchange.count(metrics::Login::held);
    co_return verdict;
  }
  if (course == Course::observe) {
    exchange.worker->log.write(Log::Severity::info, exchange.request->id,
                               "observed: this legacy login would have seen the notice");
  }
  audit::Event passed = login_event(exchange, account, audit::Result::ok);
  if (course == Course::spare) passed.reason += ",skipped_before";
  co_await keep_in_trail(exchange, std::move(passed));
  exchange.count(passed_as(course, account));
  if (login.proof == LoginProof::claimed) co_return co_await let_in_unproven(exchange);
  std::string binding = portal_cookie_key_of(exchange, login);
  LegacyHolder holder{account.id, std::move(account.name), rule, std::move(binding)};
  co_return co_await let_in(exchange, std::move(holder));
}

}  // namespace vneid::flows
