#include <algorithm>
#include <expected>
#include <optional>
#include <utility>

#include "flows/base/base.hpp"
#include "flows/identity/identity.hpp"
#include "flows/identity/own_profile.hpp"
#include "flows/identity/typed_problem.hpp"
#include "flows/identity/update_page.hpp"
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

pages::IdentityPage::Note note_of(const std::string& done) {
  using Note = pages::IdentityPage::Note;
  if (done == "verified") return Note::verified;
  if (done == "edited") return Note::edited;
  if (done == "review") return Note::in_review;
  return Note::none;
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
  Reply reply = page_reply(exchange, page.stores_away ? 503 : 422, page);
  if (page.stores_away) reply.headers.emplace_back("Retry-After", "10");
  return reply;
}

Task<Reply> edit_fields(const Exchange& exchange, LiveSession live) {
  const int year = current_year(exchange.now());
  EditForm edit;
  try {
    auto profile = co_await own_profile(exchange, live.session);
    if (!profile) co_return account_gone(exchange);
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
  edit.page.csrf = csrf_token(*exchange.worker, identity_form, live.token.value());
  edit.page.sign_out_csrf = sign_out_token(*exchange.worker, live.token.value());
  co_return edit_reply(exchange, edit.page);
}

/// Nobody can be asked whose session it is: the form comes back with what was typed and nothing
/// else, to be sent again.
Reply stores_away(const Exchange& exchange, const std::string& action, std::string_view cause) {
  const auto tokens = text::cookie_values(exchange.request->cookie, cookie_name::session);
  const std::string token{tokens.empty() ? std::string_view{} : tokens.front()};
  if (!csrf_holds(exchange, identity_form, token) || (action != "update" && action != "edit")) {
    return error_reply(exchange, pages::ErrorKind::stores_away, cause);
  }
  exchange.worker->log.write(Log::Severity::error, exchange.request->id, cause);
  if (action == "update") {
    auto page = typed_update({}, typed_identity(exchange.request->body));
    page.csrf = csrf_token(*exchange.worker, identity_form, token);
    page.trouble = pages::UpdatePage::Trouble::stores_away;
    return update_reply(exchange, page, {});
  }
  EditForm edit = typed_edit({}, exchange.request->body, current_year(exchange.now()));
  edit.page.csrf = csrf_token(*exchange.worker, identity_form, token);
  edit.page.stores_away = true;
  return edit_reply(exchange, edit.page);
}

}  // namespace

Task<Reply> show_identity(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile = co_await own_profile(exchange, live->session);
  if (!profile) co_return account_gone(exchange);
  auto page = identity_page(exchange, *profile, live->session.proof);
  page.csrf = sign_out_token(*exchange.worker, live->token.value());
  page.note = note_of(form_field(exchange.request->query, "done"));
  page.can_link = can_link(live->session, !profile->links.empty());
  co_return page_reply(exchange, 200, page);
}

Task<Reply> show_edit(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile = co_await own_profile(exchange, live->session);
  if (!profile) co_return account_gone(exchange);
  EditForm edit = blank_edit(shown_fields(std::move(profile->fields), live->session.proof));
  edit.page.account_masked = identity::mask_account(profile->account_name);
  edit.page.csrf = csrf_token(*exchange.worker, identity_form, live->token.value());
  edit.page.sign_out_csrf = sign_out_token(*exchange.worker, live->token.value());
  co_return page_reply(exchange, 200, edit.page);
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
  if (!csrf_holds(exchange, identity_form, session.token.value())) {
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
