#include <optional>
#include <utility>

#include "crypto/random.hpp"
#include "flows/answer.hpp"
#include "flows/flows.hpp"
#include "flows/legacy_session.hpp"
#include "flows/rebase.hpp"
#include "identity/masking.hpp"
#include "link/stored_values.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

namespace {

Task<LoginVerdict> hold(Exchange exchange, LegacyLogin login, link::LegacyAccount account) {
  Ticket ticket;
  ticket.id = crypto::random_token();
  ticket.issued_at = exchange.now();
  ticket.portal = exchange.site->portal;
  ticket.account_id = account.id;
  ticket.account_masked = identity::mask_account(login.account);
  if (account.full_name) ticket.name_masked = identity::mask_name(*account.full_name);
  std::string cookie =
      co_await exchange.worker->tickets.issue(std::move(ticket), std::move(login.answer));
  // A session of whoever used this browser before must not outlive this login.
  co_await exchange.worker->sessions.end(exchange.request.cookie);
  Reply reply = redirect(exchange.site->path + "notice");
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
  reply.headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::session));
  LoginVerdict verdict;
  verdict.reply = std::move(reply);
  co_return verdict;
}

/// The portal's word for the kind of account: ours, or DVCQG's LoaiTaiKhoan (domain.md §4.1).
std::optional<link::AccountKind> kind_of(const std::string& word) {
  if (word == "1") return link::AccountKind::personal;
  if (word == "2" || word == "3") return link::AccountKind::organization;
  return link::account_kind_from_text(word);
}

}  // namespace

Task<LoginVerdict> legacy_login(Exchange exchange, LegacyLogin login) {
  const auto kind = kind_of(login.kind);
  if (!kind && !login.kind.empty()) {
    exchange.worker->log.write(Log::Severity::error, exchange.request.id,
                               "the portal's kind of account is not known: what is on file counts");
  }
  auto account = co_await exchange.worker->accounts.ensure(exchange.site->portal, login.account,
                                                           kind, exchange.now());
  const bool asks =
      account.kind == link::AccountKind::personal && !account.closed && !account.linked;
  if (asks) {
    make_absolute(login.answer, exchange.request.path);
    if (!sets_cookie(login.answer)) {
      exchange.worker->log.write(Log::Severity::error, exchange.request.id,
                                 "the portal set no cookie at this login: if it let in a session "
                                 "that the browser had before, the notice can be walked around");
    }
    LoginVerdict verdict = co_await hold(exchange, std::move(login), std::move(account));
    co_return verdict;
  }
  LoginVerdict verdict;
  std::string cookie = co_await begin_legacy_session(exchange, account.id);
  verdict.added_headers.emplace_back("Set-Cookie", std::move(cookie));
  verdict.added_headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::ticket));
  co_return verdict;
}

}  // namespace vneid::flows
