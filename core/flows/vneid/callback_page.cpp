#include "flows/vneid/callback_page.hpp"

#include <utility>
#include <variant>

#include "certain.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/enter_portal.hpp"
#include "flows/vneid/link_session.hpp"
#include "link/persons.hpp"
#include "session/portal_binding.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

/// For so long after a link the same browser, with the login still held, gets its session again: a
/// double click may have thrown the first answer away.
constexpr std::chrono::seconds repeat_window{60};

bool may_help_to_retry(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::cancelled:
    case ErrorKind::provider_away:
    case ErrorKind::provider_refused:
    case ErrorKind::mismatch:
    case ErrorKind::taken:
    case ErrorKind::stores_away:
    case ErrorKind::expired:
      return true;
    default:
      return false;
  }
}

pages::ErrorPage page_of(const Exchange& exchange, const Failed& failure) {
  pages::ErrorPage page;
  page.kind = failure.kind;
  page.review_code = failure.review_code;
  page.review_state = failure.review_state;
  if (failure.child.value_or(false)) page.registrant = pages::Registrant::child;
  if (failure.kind != ErrorKind::kept_out)
    page.login_href = exchange.site->login_page;  // that would be in vain
  return page;
}

/// A child of foreigners registers as foreigners do.
void speak_to(pages::ErrorPage& page, policy::Kind kind) {
  if (kind == policy::Kind::foreign) page.registrant = pages::Registrant::foreigner;
}

/// Offers what the notice offers, as long as the login is held.
Task<Reply> held_failure(const Exchange& exchange, const LinkHeld& purpose, const Failed& failure,
                         std::string_view cause) {
  pages::ErrorPage page = page_of(exchange, failure);
  const auto ticket = shown_ticket(exchange);
  bool held = ticket && ticket->id == purpose.ticket_id;
  if (held) held = co_await exchange.worker->tickets.unused(*ticket);
  if (held) {
    page.login_href.clear();
    speak_to(page, ticket->kind);
    page.can_skip = may_skip(exchange, *ticket);
    page.can_verify = page.kind == ErrorKind::unverified_number && is_proven(*ticket) &&
                      !exchange.site->population.empty();
    page.can_retry_vneid = may_help_to_retry(page.kind);
    page.csrf = csrf_token(*exchange.worker, "notice", ticket->id.value());
  }
  co_return error_reply(exchange, page, cause);
}

/// The login at the portal goes on as it was; the link may be tried again.
Task<Reply> session_failure(const Exchange& exchange, const LinkSession& purpose,
                            const Failed& failure, std::string_view cause) {
  pages::ErrorPage page = page_of(exchange, failure);
  // Not at other failures: Redis may be one of them.
  if (page.kind == ErrorKind::level_too_low) {
    const auto live = co_await live_session(exchange);
    if (live) speak_to(page, live->session.kind);
  }
  const std::string offer = page_url(exchange.site->path, "link", purpose.return_to);
  const bool verifies =
      page.kind == ErrorKind::unverified_number && !exchange.site->population.empty();
  if (verifies || may_help_to_retry(page.kind)) page.retry_href = offer;
  if (page.kind != ErrorKind::expired) page.login_href.clear();
  co_return error_reply(exchange, page, cause);
}

Reply sign_in_failure(const Exchange& exchange, const SignIn& purpose, const Failed& failure,
                      std::string_view cause) {
  pages::ErrorPage page = page_of(exchange, failure);
  const bool in_vain = page.kind == ErrorKind::level_too_low || page.kind == ErrorKind::review ||
                       page.kind == ErrorKind::no_account || page.kind == ErrorKind::kept_out ||
                       page.kind == ErrorKind::organization || page.kind == ErrorKind::taken;
  if (!in_vain) {
    page.retry_href = page_url(exchange.site->path, "login", purpose.return_to);
  }
  return error_reply(exchange, page, cause);
}

/// The portal's session that the link's session belongs to, and what the portal calls the account.
void bind(const Exchange& exchange, const LinkHeld& purpose, Session& session) {
  // The portal's session of this login is not in the browser yet: it is withheld with the ticket.
  if (const auto ticket = shown_ticket(exchange); ticket && ticket->id == purpose.ticket_id) {
    session.portal_cookie_key = ticket->portal_cookie_key;
    session.account = ticket->account;
  } else if (!exchange.site->portal_cookie.empty()) {
    session.portal_cookie_key = awaited_portal_cookie;  // as of any login with VNeID alone
  }
}

void bind(const LinkSession& purpose, Session& session) {
  session.portal_cookie_key = purpose.portal_cookie_key;
  session.account = purpose.account;
}

std::string linked_page_url(const Exchange& exchange, const Purpose& purpose) {
  const auto* session = std::get_if<LinkSession>(&purpose);
  return page_url(exchange.site->path, "linked", session != nullptr ? session->return_to : "");
}

Task<Reply> linked_reply(const Exchange& exchange, const Purpose& purpose, AccountLinked linked) {
  Session session;
  session.proof = Session::Proof::vneid;
  session.portal = exchange.site->portal;
  session.account_id = linked.account_id;
  session.person_id = linked.person_id;
  session.link_id = linked.link_id;
  session.provider = std::move(linked.provider);
  session.subject_key = std::move(linked.subject_key);
  session.sid = std::move(linked.sid);
  if (const auto* alive = std::get_if<LinkSession>(&purpose)) {
    bind(*alive, session);
  } else {
    bind(exchange, std::get<LinkHeld>(purpose), session);
  }
  std::string cookie = co_await exchange.sessions().begin(
      std::move(session), exchange.request->cookie, exchange.now(), std::move(linked.id_token));
  // As in enter_portal(): one that began after its person was flagged finds out here.
  if (co_await link::is_kept_out(exchange.worker->postgres, linked.person_id, linked.account_id)) {
    co_await exchange.sessions().end(cookie.substr(0, cookie.find(';')));
    co_return kept_out(exchange);
  }
  exchange.count(metrics::SessionBegun::vneid);
  Reply reply = redirect(linked_page_url(exchange, purpose));
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
  co_return reply;
}

Failed done_before() { return {.kind = ErrorKind::expired}; }

/// Whether the browser may have its session once more: shortly after the link, as long as the login
/// that began it is held. A session at the portal ended with its link; every sign-out takes the
/// flow cookie away, without which nobody comes here.
bool may_begin_again(const Exchange& exchange, const Purpose& purpose, Wall finished_at) {
  if (exchange.now() >= finished_at + repeat_window) return false;
  const auto* held = std::get_if<LinkHeld>(&purpose);
  if (held == nullptr) return true;
  const auto ticket = shown_ticket(exchange);
  return ticket && ticket->id == held->ticket_id;
}

/// A link that this browser has made already: a session that lives is enough.
Task<Reply> linked_again(const Exchange& exchange, const Purpose& purpose, AccountLinked linked,
                         Wall finished_at) {
  const auto live = co_await live_session(exchange);
  if (live && live->session.proof == Session::Proof::vneid &&
      live->session.link_id == linked.link_id) {
    co_return redirect(linked_page_url(exchange, purpose));
  }
  if (may_begin_again(exchange, purpose, finished_at)) {
    co_return co_await linked_reply(exchange, purpose, std::move(linked));
  }
  co_return co_await failure_page(exchange, purpose, done_before(),
                                  "this callback has done its work before");
}

Task<Reply> signed_in_again(const Exchange& exchange, const SignIn& purpose, SignedIn signed_in) {
  auto choice = co_await find_choice(exchange);
  const bool same = choice && choice->person_id == signed_in.person_id;
  if (same && signed_in.asks) co_return redirect(exchange.site->path + "login/choose");
  if (same && choice->kind == PendingChoice::Kind::linked && choice->candidates.size() == 1) {
    co_return co_await enter_portal(exchange, *std::move(choice), 0);
  }
  const auto live = co_await live_session(exchange);
  // Who was not in the database at the callback has an account by now.
  if (live && live->session.proof == Session::Proof::vneid &&
      (!signed_in.person_id || live->session.person_id == signed_in.person_id)) {
    co_return redirect(purpose.return_to);
  }
  co_return sign_in_failure(exchange, purpose, done_before(),
                            "this callback has done its work before");
}

}  // namespace

Task<Reply> failure_page(const Exchange& exchange, const Purpose& purpose, const Failed& failure,
                         std::string_view cause) {
  if (const auto* held = std::get_if<LinkHeld>(&purpose)) {
    co_return co_await held_failure(exchange, *held, failure, cause);
  }
  if (const auto* session = std::get_if<LinkSession>(&purpose)) {
    co_return co_await session_failure(exchange, *session, failure, cause);
  }
  co_return sign_in_failure(exchange, std::get<SignIn>(purpose), failure, cause);
}

metrics::Callback counted_as(const Outcome& outcome) {
  if (const auto* failure = std::get_if<Failed>(&outcome.result)) return callback_of(failure->kind);
  return std::holds_alternative<SignedIn>(outcome.result) ? metrics::Callback::signed_in
                                                          : metrics::Callback::linked;
}

Task<Reply> show_conclusion(const Exchange& exchange, Conclusion conclusion) {
  const Purpose& purpose = conclusion.outcome.purpose;
  auto& result = conclusion.outcome.result;
  if (auto* linked = std::get_if<AccountLinked>(&result)) {
    Reply reply = co_await linked_reply(exchange, purpose, std::move(*linked));
    // Otherwise it is the page of a person who is kept out.
    exchange.count(reply.status == 303 ? metrics::Callback::linked : metrics::Callback::kept_out);
    co_return reply;
  }
  if (const auto* signed_in = std::get_if<SignedIn>(&result)) {
    Reply reply = signed_in->asks
                      ? redirect(exchange.site->path + "login/choose")
                      : co_await enter_portal(exchange, certain(std::move(conclusion.choice)), 0);
    // Otherwise it is the page that says why the portal or the account could not be entered.
    if (reply.status == 303) exchange.count(metrics::Callback::signed_in);
    co_return reply;
  }
  const auto& failure = std::get<Failed>(result);
  Reply reply = co_await failure_page(exchange, purpose, failure, conclusion.cause);
  exchange.count(callback_of(failure.kind));
  co_return reply;
}

Task<Reply> show_again(const Exchange& exchange, Outcome outcome) {
  exchange.count(metrics::Callback::repeated);
  const Purpose& purpose = outcome.purpose;
  if (auto* linked = std::get_if<AccountLinked>(&outcome.result)) {
    co_return co_await linked_again(exchange, purpose, std::move(*linked), outcome.finished_at);
  }
  if (const auto* signed_in = std::get_if<SignedIn>(&outcome.result)) {
    co_return co_await signed_in_again(exchange, std::get<SignIn>(purpose), *signed_in);
  }
  co_return co_await failure_page(exchange, purpose, std::get<Failed>(outcome.result),
                                  "the same callback has failed before");
}

}  // namespace vneid::flows
