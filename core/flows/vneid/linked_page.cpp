#include <algorithm>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "flows/identity/identity.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vault/vault.hpp"
#include "flows/vneid/vneid.hpp"
#include "link/undo_requests.hpp"
#include "session/cookie.hpp"
#include "text/form.hpp"
#include "vault/transfer.hpp"

namespace vneid::flows {

namespace {

constexpr const char* form = "linked";
constexpr const char* undo_form = "undo";

void add_counts(pages::LinkedPage& page, const vault::TransferSummary& summary) {
  for (const auto& [kind, count] : summary.moved) page.moved.push_back({record_kind(kind), count});
  for (const auto& [reason, count] : summary.stayed) {
    if (const auto known = stay_reason(reason)) page.stayed.push_back({*known, count});
  }
}

/// The login of the very account that this session linked: another account's login, made meanwhile
/// in another tab, has not been asked about yet.
std::expected<Ticket, TicketError> own_ticket(const Exchange& exchange, const Session& session) {
  auto ticket = exchange.worker->tickets.open(exchange.request->cookie, exchange.site->portal,
                                              exchange.now());
  if (ticket && ticket->account_id != session.account_id) {
    return std::unexpected(TicketError::absent);
  }
  return ticket;
}

/// Whether the portal's answer to this login still waits to be released.
Task<bool> answer_waits(const Exchange& exchange, Session session) {
  auto ticket = own_ticket(exchange, session);
  if (!ticket) co_return false;
  co_return co_await exchange.worker->tickets.unused(ticket->id);
}

/// All of the person who has come; a legacy login proves no more than its account.
Task<std::vector<link::LinkedAccount>> links_of(const Exchange& exchange, Session session) {
  Worker& worker = *exchange.worker;
  if (session.proof == Session::Proof::vneid) {
    co_return co_await worker.links.of_person(session.person_id);
  }
  co_return co_await worker.links.of_account(session.account_id);
}

/// Which of them officers have been asked to undo. All are of one person.
Task<void> add_requests(const Exchange& exchange, pages::LinksPage& page,
                        const std::vector<link::LinkedAccount>& links) {
  link::UndoRequests requests{exchange.worker->postgres, exchange.worker->settings->keys};
  const auto open = co_await requests.open_of(links.front().person_id);
  for (std::size_t i = 0; i < links.size(); ++i) {
    const auto found = open.find(links[i].link_id);
    if (found != open.end()) page.links[i].undo_reference = found->second;
  }
}

Reply not_held(const Exchange& exchange, TicketError error) {
  const bool used = error == TicketError::used;
  return error_reply(exchange, used ? pages::ErrorKind::ticket_used : pages::ErrorKind::expired,
                     "the portal's answer is no longer held for this session");
}

}  // namespace

Task<Reply> show_linked(const Exchange& exchange) {
  auto live = co_await require_vneid_session(exchange);
  if (!live) co_return std::move(live.error());
  Worker& worker = *exchange.worker;
  auto linked = co_await worker.links.find(live->session.link_id);
  if (!linked || linked->person_id != live->session.person_id) {
    co_return error_reply(exchange, pages::ErrorKind::not_found,
                          "the link of this session is no longer active");
  }
  auto summary = co_await vault::transfer_summary(worker.postgres, live->session.link_id);
  pages::LinkedPage page;
  page.link = link_item(*linked, true);
  page.flagged = linked->flagged;
  page.has_target = co_await answer_waits(exchange, live->session);
  page.csrf = csrf_token(worker, form, live->token.value());
  page.sign_out_csrf = sign_out_token(worker, live->token.value());
  add_counts(page, summary);
  co_return page_reply(exchange, 200,
                       worker.settings->renderer->render(page, page_context(exchange)));
}

Task<Reply> continue_to_portal(const Exchange& exchange) {
  auto live = co_await require_vneid_session(exchange);
  if (!live) co_return std::move(live.error());
  if (!csrf_holds(exchange, form, live->token.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the form of the success page did not carry this session's token");
  }
  auto ticket = own_ticket(exchange, live->session);
  if (!ticket) co_return not_held(exchange, ticket.error());
  if (ticket->script_return) {
    const bool waits = co_await exchange.worker->tickets.unused(ticket->id);
    if (!waits) co_return not_held(exchange, TicketError::used);
    co_return co_await leave_to_script(exchange, *ticket, Consent::linked);
  }
  auto reply = co_await release_answer(exchange);
  if (!reply) co_return not_held(exchange, reply.error());
  co_return *std::move(reply);
}

Task<Reply> show_links(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  Worker& worker = *exchange.worker;
  const bool own = live->session.proof == Session::Proof::vneid;
  const auto links = co_await links_of(exchange, live->session);
  pages::LinksPage page;
  for (const auto& linked : links) {
    page.links.push_back(link_item(linked, own));
    page.links.back().link = std::to_string(linked.link_id.value());
  }
  if (!links.empty()) co_await add_requests(exchange, page, links);
  page.csrf = sign_out_token(worker, live->token.value());
  page.undo_csrf = csrf_token(worker, undo_form, live->token.value());
  co_return page_reply(exchange, 200,
                       worker.settings->renderer->render(page, page_context(exchange)));
}

Task<Reply> ask_undo(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  if (!csrf_holds(exchange, undo_form, live->token.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the form of the linked accounts did not carry this session's token");
  }
  const std::string asked = form_field(exchange.request->body, "link");
  const auto links = co_await links_of(exchange, live->session);
  const auto link = std::ranges::find_if(links, [&asked](const link::LinkedAccount& each) {
    return std::to_string(each.link_id.value()) == asked;
  });
  if (link == links.end()) {
    co_return error_reply(exchange, pages::ErrorKind::not_found,
                          "the link to be undone is none of this session");
  }
  Worker& worker = *exchange.worker;
  link::UndoRequests requests{worker.postgres, worker.settings->keys};
  const bool own = live->session.proof == Session::Proof::vneid;
  // One that was undone meanwhile is no longer on the list that is shown now.
  co_await requests.ask(*link, own ? "citizen_asks" : "account_asks", audit_origin(exchange),
                        exchange.now());
  co_return redirect(exchange.site->path + "links");
}

}  // namespace vneid::flows
