#include <algorithm>
#include <expected>
#include <optional>
#include <utility>

#include "flows/base/base.hpp"
#include "flows/identity/identity.hpp"
#include "flows/identity/typed_problem.hpp"
#include "flows/identity/view.hpp"
#include "flows/reply/reply.hpp"
#include "identity/masking.hpp"
#include "identity/typed_field.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

using identity::Field;
using link::IdentityProfile;
using State = IdentityCheck::State;

constexpr const char* form = "identity";

Reply render(const Exchange& exchange, int status, const auto& page) {
  return page_reply(exchange, status,
                    exchange.worker->settings->renderer->render(page, page_context(exchange)));
}

Reply gone(const Exchange& exchange) {
  return error_reply(exchange, pages::ErrorKind::not_found, "the account of this session is gone");
}

Reply no_source(const Exchange& exchange) {
  return error_reply(exchange, pages::ErrorKind::not_found, "no population database is configured");
}

pages::IdentityPage::Note note_of(const std::string& done) {
  using Note = pages::IdentityPage::Note;
  if (done == "verified") return Note::verified;
  if (done == "edited") return Note::edited;
  if (done == "review") return Note::in_review;
  return Note::none;
}

Reply see_identity(const Exchange& exchange, const char* done) {
  return redirect(exchange.site->path + "identity?done=" + done);
}

/// Where an update leads that is on the way to a link; empty: back to the identity page.
std::string link_way(const Session& session, std::string_view parameters) {
  if (session.proof == Session::Proof::vneid) return {};
  return return_of(parameters).value_or("");
}

void put_way(const Exchange& exchange, pages::UpdatePage& page, const std::string& return_to) {
  if (return_to.empty()) return;
  page.return_to = return_to;
  page.back_href = page_url(exchange.site->path, "link", return_to);
}

Task<std::optional<IdentityProfile>> profile_of(const Exchange& exchange, Session session) {
  co_return co_await exchange.worker->identities.read(session.account_id, session.person_id);
}

Task<Reply> update_fields(const Exchange& exchange, LiveSession live) {
  if (exchange.site->population.empty()) co_return no_source(exchange);
  const TypedIdentity typed = typed_identity(exchange.request->body);
  link::FieldValues held;
  std::string account;
  IdentityCheck check;
  bool stores_away = false;
  try {
    auto profile = co_await profile_of(exchange, live.session);
    if (!profile) co_return gone(exchange);
    account = identity::mask_account(profile->account_name);
    held = std::move(profile->fields);
    check = co_await check_identity(exchange, live.session.account_id, held, typed);
  } catch (const Unavailable& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, failure.what());
    stores_away = true;  // what was typed must not be lost with it
  }
  const std::string return_to = link_way(live.session, exchange.request->body);
  if (!stores_away && check.state == State::verified) {
    co_return return_to.empty() ? see_identity(exchange, "verified")
                                : redirect(page_url(exchange.site->path, "link", return_to));
  }
  if (!stores_away && check.state == State::in_review) co_return see_identity(exchange, "review");
  pages::UpdatePage page = typed_update(shown_fields(std::move(held), live.session.proof), typed);
  page.account_masked = std::move(account);
  put_way(exchange, page, return_to);
  page.csrf = csrf_token(*exchange.worker, form, live.token.value());
  show_outcome(page, check);
  if (stores_away) page.trouble = pages::UpdatePage::Trouble::stores_away;
  co_return update_reply(exchange, page, check.retry_after);
}

/// The rows of [Sửa]: what was typed, or what is stored.
struct EditForm {
  pages::EditPage page;
  link::NewValues values;
  bool sound = true;
};

EditForm blank_edit(const link::FieldValues& held) {
  EditForm edit;
  for (const Field field : identity::all_fields) {
    pages::EditPage::Row row;
    row.field = field;
    const auto found = held.find(field);
    if (found != held.end()) row.typed.value = value_for_people(field, found->second.value);
    row.typed.locked = is_locked(held, field);
    row.typed.hidden = found != held.end() && is_hidden(found->second);
    edit.page.rows.push_back(std::move(row));
  }
  return edit;
}

EditForm typed_edit(const link::FieldValues& held, const std::string& body, int year) {
  EditForm edit = blank_edit(held);
  for (auto& row : edit.page.rows) {
    if (row.typed.locked) continue;
    row.typed.value = form_field(body, identity::to_text(row.field));
    auto stored = identity::stored_form(row.field, row.typed.value, year);
    if (stored) {
      edit.values[row.field] = *std::move(stored);
    } else if (stored.error() == identity::TypedError::empty) {
      edit.values[row.field] = "";
    } else {
      row.typed.problem = problem_of(row.field, stored.error());
      edit.sound = false;
    }
  }
  return edit;
}

/// Fields that were verified meanwhile, in another tab.
void show_locked(EditForm& edit, const std::vector<Field>& refused) {
  for (auto& row : edit.page.rows) {
    if (std::ranges::find(refused, row.field) == refused.end()) continue;
    row.typed.locked = true;
    row.typed.problem = pages::FieldProblem::locked;
  }
}

Reply edit_reply(const Exchange& exchange, const pages::EditPage& page) {
  Reply reply = render(exchange, page.stores_away ? 503 : 422, page);
  if (page.stores_away) reply.headers.emplace_back("Retry-After", "10");
  return reply;
}

Task<Reply> edit_fields(const Exchange& exchange, LiveSession live) {
  const int year = current_year(exchange.now());
  EditForm edit;
  try {
    auto profile = co_await profile_of(exchange, live.session);
    if (!profile) co_return gone(exchange);
    edit = typed_edit(shown_fields(std::move(profile->fields), live.session.proof),
                      exchange.request->body, year);
    edit.page.account_masked = identity::mask_account(profile->account_name);
    if (edit.sound) {
      link::Edit change;
      change.account_id = live.session.account_id;
      change.values = edit.values;
      change.origin = audit_origin(exchange);
      change.now = exchange.now();
      const auto refused = co_await exchange.worker->identities.edit(std::move(change));
      if (refused.empty()) co_return see_identity(exchange, "edited");
      show_locked(edit, refused);
    }
  } catch (const Unavailable& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, failure.what());
    if (edit.page.rows.empty()) edit = typed_edit({}, exchange.request->body, year);
    edit.page.stores_away = true;
  }
  edit.page.csrf = csrf_token(*exchange.worker, form, live.token.value());
  co_return edit_reply(exchange, edit.page);
}

/// Nobody can be asked whose session it is: the form comes back with what was typed and nothing
/// else, to be sent again.
Reply stores_away(const Exchange& exchange, const std::string& action, std::string_view cause) {
  const auto tokens = text::cookie_values(exchange.request->cookie, cookie_name::session);
  const std::string token{tokens.empty() ? std::string_view{} : tokens.front()};
  if (!csrf_holds(exchange, form, token) || (action != "update" && action != "edit")) {
    return error_reply(exchange, pages::ErrorKind::stores_away, cause);
  }
  exchange.worker->log.write(Log::Severity::error, exchange.request->id, cause);
  if (action == "update") {
    auto page = typed_update({}, typed_identity(exchange.request->body));
    page.csrf = csrf_token(*exchange.worker, form, token);
    page.trouble = pages::UpdatePage::Trouble::stores_away;
    return update_reply(exchange, page, {});
  }
  EditForm edit = typed_edit({}, exchange.request->body, current_year(exchange.now()));
  edit.page.csrf = csrf_token(*exchange.worker, form, token);
  edit.page.stores_away = true;
  return edit_reply(exchange, edit.page);
}

}  // namespace

Task<Reply> show_identity(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile = co_await profile_of(exchange, live->session);
  if (!profile) co_return gone(exchange);
  auto page = identity_page(exchange, *profile, live->session.proof);
  page.csrf = sign_out_token(*exchange.worker, live->token.value());
  page.note = note_of(form_field(exchange.request->query, "done"));
  page.can_link = can_link(live->session, !profile->links.empty());
  co_return render(exchange, 200, page);
}

Task<Reply> show_update(const Exchange& exchange) {
  if (exchange.site->population.empty()) co_return no_source(exchange);
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile = co_await profile_of(exchange, live->session);
  if (!profile) co_return gone(exchange);
  pages::UpdatePage page =
      blank_update(shown_fields(std::move(profile->fields), live->session.proof));
  page.account_masked = identity::mask_account(profile->account_name);
  put_way(exchange, page, link_way(live->session, exchange.request->query));
  page.csrf = csrf_token(*exchange.worker, form, live->token.value());
  co_return render(exchange, 200, page);
}

Task<Reply> show_edit(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile = co_await profile_of(exchange, live->session);
  if (!profile) co_return gone(exchange);
  EditForm edit = blank_edit(shown_fields(std::move(profile->fields), live->session.proof));
  edit.page.account_masked = identity::mask_account(profile->account_name);
  edit.page.csrf = csrf_token(*exchange.worker, form, live->token.value());
  co_return render(exchange, 200, edit.page);
}

Task<Reply> change_identity(const Exchange& exchange) {
  const std::string action = form_field(exchange.request->body, "action");
  std::optional<std::expected<LiveSession, Reply>> live;
  std::string away;
  try {
    live = co_await require_session(exchange);
  } catch (const Unavailable& failure) {
    away = failure.what();
  }
  if (!away.empty()) co_return stores_away(exchange, action, away);
  if (!*live) co_return std::move(live->error());
  LiveSession session = std::move(**live);
  if (!csrf_holds(exchange, form, session.token.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the identity form did not carry this session's token");
  }
  if (action == "update") {
    co_return co_await update_fields(exchange, std::move(session));
  }
  if (action == "edit") {
    co_return co_await edit_fields(exchange, std::move(session));
  }
  co_return error_reply(exchange, pages::ErrorKind::bad_request,
                        "the identity form named no action");
}

}  // namespace vneid::flows
