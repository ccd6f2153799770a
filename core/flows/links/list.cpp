#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "flows/identity/identity.hpp"
#include "flows/links/links.hpp"
#include "flows/reply/reply.hpp"
#include "link/undo_requests.hpp"

namespace vneid::flows {

namespace {

constexpr const char* undo_form = "undo";

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

/// Whether VNeID would offer another account of the person who has come (C5).
Task<bool> can_link_another(const Exchange& exchange, link::LinkedAccount linked) {
  const auto number = identity::CitizenNumber::parse(linked.citizen_number, identity::any_year);
  if (!number) co_return false;
  const auto others = co_await exchange.worker->accounts.adoptable(exchange.site->portal, *number);
  co_return std::ranges::any_of(others, link::may_be_adopted);
}

}  // namespace

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
  if (own && !links.empty()) {
    page.can_link_another = co_await can_link_another(exchange, links.front());
  }
  page.can_link = can_link(live->session, !links.empty());
  page.csrf = sign_out_token(worker, live->token.value());
  page.undo_csrf = csrf_token(worker, undo_form, live->token.value());
  co_return page_reply(exchange, 200, page);
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
