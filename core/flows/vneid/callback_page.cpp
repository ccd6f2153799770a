#include "flows/vneid/callback_page.hpp"

#include <utility>
#include <variant>

#include "certain.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/enter_portal.hpp"
#include "link/persons.hpp"
#include "session/portal_binding.hpp"
#include "text/form.hpp"

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

pages::ErrorPage page_of(const Failed& failure) {
  pages::ErrorPage page;
  page.kind = failure.kind;
  page.review_code = failure.review_code;
  page.review_state = failure.review_state;
  if (failure.kind != ErrorKind::kept_out) page.login_href = "/";  // that would be in vain
  return page;
}

/// Offers what the notice offers, as long as the login is held.
Task<Reply> held_failure(const Exchange& exchange, const LinkHeld& purpose, const Failed& failure,
                         std::string_view cause) {
  pages::ErrorPage page = page_of(failure);
  const auto ticket = shown_ticket(exchange);
  bool held = ticket && ticket->id == purpose.ticket_id;
  if (held) held = co_await exchange.worker->tickets.unused(ticket->id);
  if (held) {
    page.login_href.clear();
    page.can_skip = may_skip(exchange, *ticket);
    page.can_verify = page.kind == ErrorKind::unverified_number && is_proven(*ticket) &&
                      !exchange.site->population.empty();
    page.can_retry_vneid = may_help_to_retry(page.kind);
    page.csrf = csrf_token(*exchange.worker, "notice", ticket->id.value());
  }
  co_return error_reply(exchange, page, cause);
}

Reply sign_in_failure(const Exchange& exchange, const SignIn& purpose, const Failed& failure,
                      std::string_view cause) {
  pages::ErrorPage page = page_of(failure);
  const bool in_vain = page.kind == ErrorKind::level_too_low || page.kind == ErrorKind::review ||
                       page.kind == ErrorKind::no_account || page.kind == ErrorKind::kept_out;
  if (!in_vain) {
    page.retry_href =
        exchange.site->path + "login?return=" + text::percent_encode(purpose.return_to);
  }
  return error_reply(exchange, page, cause);
}

Task<Reply> linked_reply(const Exchange& exchange, const LinkHeld& purpose, AccountLinked linked) {
  Session session;
  session.proof = Session::Proof::vneid;
  session.portal = exchange.site->portal;
  session.account_id = linked.account_id;
  session.person_id = linked.person_id;
  session.link_id = linked.link_id;
  session.provider = std::move(linked.provider);
  session.subject_key = std::move(linked.subject_key);
  session.sid = std::move(linked.sid);
  // The portal's session of this login is not in the browser yet: it is withheld with the ticket.
  if (const auto ticket = shown_ticket(exchange); ticket && ticket->id == purpose.ticket_id) {
    session.portal_cookie_key = ticket->portal_cookie_key;
    session.account = ticket->account;
  } else if (!exchange.site->portal_cookie.empty()) {
    session.portal_cookie_key = awaited_portal_cookie;  // as of any login with VNeID alone
  }
  std::string cookie = co_await exchange.sessions().begin(
      std::move(session), exchange.request->cookie, exchange.now(), std::move(linked.id_token));
  // As in enter_portal(): one that began after its person was flagged finds out here.
  if (co_await link::is_kept_out(exchange.worker->postgres, linked.person_id, linked.account_id)) {
    co_await exchange.sessions().end(cookie.substr(0, cookie.find(';')));
    co_return kept_out(exchange);
  }
  exchange.count(metrics::SessionBegun::vneid);
  Reply reply = redirect(exchange.site->path + "linked");
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
  co_return reply;
}

Failed done_before() { return {.kind = ErrorKind::expired}; }

/// A link that this browser has made already: a session that lives is enough; otherwise only
/// shortly after it, and only while the legacy login that began it is still held.
Task<Reply> linked_again(const Exchange& exchange, const LinkHeld& purpose, AccountLinked linked,
                         Wall finished_at) {
  const auto live = co_await live_session(exchange);
  if (live && live->session.proof == Session::Proof::vneid &&
      live->session.link_id == linked.link_id) {
    co_return redirect(exchange.site->path + "linked");
  }
  const auto ticket = shown_ticket(exchange);
  const bool fresh = exchange.now() < finished_at + repeat_window;
  if (fresh && ticket && ticket->id == purpose.ticket_id) {
    co_return co_await linked_reply(exchange, purpose, std::move(linked));
  }
  co_return co_await held_failure(exchange, purpose, done_before(),
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
  if (live && live->session.proof == Session::Proof::vneid &&
      live->session.person_id == signed_in.person_id) {
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
  co_return sign_in_failure(exchange, std::get<SignIn>(purpose), failure, cause);
}

Task<Reply> show_conclusion(const Exchange& exchange, Conclusion conclusion) {
  const Purpose& purpose = conclusion.outcome.purpose;
  auto& result = conclusion.outcome.result;
  if (auto* linked = std::get_if<AccountLinked>(&result)) {
    Reply reply = co_await linked_reply(exchange, std::get<LinkHeld>(purpose), std::move(*linked));
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
    co_return co_await linked_again(exchange, std::get<LinkHeld>(purpose), std::move(*linked),
                                    outcome.finished_at);
  }
  if (const auto* signed_in = std::get_if<SignedIn>(&outcome.result)) {
    co_return co_await signed_in_again(exchange, std::get<SignIn>(purpose), *signed_in);
  }
  co_return co_await failure_page(exchange, purpose, std::get<Failed>(outcome.result),
                                  "the same callback has failed before");
}

}  // namespace vneid::flows
