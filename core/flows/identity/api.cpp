#include <chrono>
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
#include "text/date.hpp"
#include "text/json.hpp"

namespace vneid::flows {

namespace {

using identity::Field;
using State = IdentityCheck::State;

json_t* field_json(Field field, const link::FieldValues& held) {
  json_t* object = json_object();
  put_text(object, "field", identity::to_text(field));
  const auto found = held.find(field);
  if (found == held.end()) {
    put_text(object, "status", identity::to_text(identity::FieldStatus::empty));
    return object;
  }
  put_text(object, "status", identity::to_text(found->second.status));
  if (is_hidden(found->second)) {
    json_object_set_new(object, "hidden", json_true());
  } else {
    put_text(object, "value", found->second.value);
  }
  if (!found->second.source.empty()) put_text(object, "source", found->second.source);
  if (const auto& at = found->second.verified_at)
    put_text(object, "verified_at", text::rfc3339(*at));
  return object;
}

json_t* link_json(const link::LinkedAccount& linked, bool own) {
  json_t* object = json_object();
  put_text(object, "citizen_number",
           own ? linked.citizen_number : identity::mask_account(linked.citizen_number));
  put_text(object, "account", identity::mask_account(linked.account_name));
  put_text(object, "linked_at", text::rfc3339(linked.linked_at));
  return object;
}

text::Json profile_json(const Exchange& exchange, const link::IdentityProfile& profile,
                        const LiveSession& live) {
  text::Json body{json_object()};
  json_t* fields = json_array();
  const link::FieldValues shown = shown_fields(profile.fields, live.session.proof);
  for (const Field field : identity::all_fields) {
    json_array_append_new(fields, field_json(field, shown));
  }
  json_object_set_new(body.get(), "fields", fields);
  json_t* links = json_array();
  const bool own = live.session.proof == Session::Proof::vneid;
  for (const auto& linked : profile.links) json_array_append_new(links, link_json(linked, own));
  json_object_set_new(body.get(), "links", links);
  if (profile.review) {
    json_t* review = json_object();
    put_text(review, "code", profile.review->reference);
    put_text(review, "state", link::to_text(profile.review->state));
    json_object_set_new(body.get(), "review", review);
  }
  json_object_set_new(body.get(), "can_update", json_boolean(!exchange.site->population.empty()));
  put_text(body.get(), "csrf", api_csrf_token(exchange, live));
  return body;
}

/// A posted document whose token is this session's.
std::expected<text::Json, Reply> posted(const Exchange& exchange, const LiveSession& live) {
  auto body = api_document(exchange);
  if (!body) return body;
  if (auto refusal = refuse_api_csrf(exchange, *body, live)) {
    return std::unexpected(*std::move(refusal));
  }
  return body;
}

std::string member(const text::Json& body, Field field) {
  return text::json_text(body.get(), std::string{identity::to_text(field)}.c_str()).value_or("");
}

json_t* problems_json(const std::map<Field, pages::FieldProblem>& problems) {
  json_t* object = json_object();
  for (const auto& [field, problem] : problems) {
    put_text(object, std::string{identity::to_text(field)}.c_str(), to_text(problem));
  }
  return object;
}

Reply result(std::string_view word) {
  const text::Json body{json_object()};
  put_text(body.get(), "result", word);
  return json_reply(200, body.get());
}

Reply refused_for_now(const Exchange& exchange, int status, std::string_view name,
                      Milliseconds pause) {
  constexpr Milliseconds usual{30'000};
  Reply reply = api_refusal(exchange, status, name);
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(pause == Milliseconds{} ? usual : pause);
  reply.headers.emplace_back("Retry-After", std::to_string(seconds.count()));
  return reply;
}

Reply mistyped(const Exchange& exchange, std::string_view name,
               const std::map<Field, pages::FieldProblem>& problems) {
  const text::Json body = api_error(exchange, name);
  json_object_set_new(body.get(), "problems", problems_json(problems));
  return json_reply(422, body.get());
}

Reply answer(const Exchange& exchange, const IdentityCheck& check) {
  switch (check.state) {
    case State::verified:
      return result("verified");
    case State::in_review: {
      const text::Json body{json_object()};
      put_text(body.get(), "result", "in_review");
      put_text(body.get(), "review", check.reference);
      return json_reply(200, body.get());
    }
    case State::mistyped:
      return mistyped(exchange, "mistyped", check.problems);
    case State::no_match:
      return api_refusal(exchange, 422, "no_match");
    case State::asked_too_often:
      return refused_for_now(exchange, 429, "asked_too_often", check.retry_after);
    case State::busy:
      return refused_for_now(exchange, 503, "busy", check.retry_after);
    case State::away:
      break;
  }
  return refused_for_now(exchange, 503, "population_away", check.retry_after);
}

/// What an edit changes: only members that are there. Null and "" empty a field.
struct PostedEdit {
  link::NewValues values;
  std::map<Field, pages::FieldProblem> problems;
};

PostedEdit posted_edit(const text::Json& body, int year) {
  PostedEdit edit;
  for (const Field field : identity::all_fields) {
    if (json_object_get(body.get(), std::string{identity::to_text(field)}.c_str()) == nullptr) {
      continue;
    }
    auto stored = identity::stored_form(field, member(body, field), year);
    if (stored) {
      edit.values[field] = *std::move(stored);
    } else if (stored.error() == identity::TypedError::empty) {
      edit.values[field] = "";
    } else {
      edit.problems[field] = problem_of(field, stored.error());
    }
  }
  return edit;
}

}  // namespace

Task<Reply> api_identity(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile =
      co_await exchange.worker->identities.read(live->session.account_id, live->session.person_id);
  if (!profile) co_return error_reply(exchange, pages::ErrorKind::not_found, "the account is gone");
  co_return json_reply(200, profile_json(exchange, *profile, *live).get());
}

Task<Reply> api_update(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  const auto body = posted(exchange, *live);
  if (!body) co_return body.error();
  if (exchange.site->population.empty()) {
    co_return error_reply(exchange, pages::ErrorKind::not_found,
                          "no population database is configured");
  }
  TypedIdentity typed;
  typed.cmnd = member(*body, Field::cmnd9);
  typed.number = member(*body, Field::citizen_id);
  typed.name = member(*body, Field::name);
  typed.birth_date = member(*body, Field::birth_date);
  auto profile = co_await exchange.worker->identities.read(live->session.account_id, PersonId{});
  if (!profile) co_return error_reply(exchange, pages::ErrorKind::not_found, "the account is gone");
  const IdentityCheck check = co_await check_identity(exchange, live->session.account_id,
                                                      std::move(profile->fields), std::move(typed));
  co_return answer(exchange, check);
}

Task<Reply> api_edit(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  const auto body = posted(exchange, *live);
  if (!body) co_return body.error();
  PostedEdit edit = posted_edit(*body, current_year(exchange.now()));
  if (!edit.problems.empty()) co_return mistyped(exchange, "mistyped", edit.problems);
  link::Edit change;
  change.account_id = live->session.account_id;
  change.values = std::move(edit.values);
  change.origin = audit_origin(exchange);
  change.now = exchange.now();
  const auto locked = co_await exchange.worker->identities.edit(std::move(change));
  if (locked.empty()) co_return result("edited");
  for (const Field field : locked) edit.problems[field] = pages::FieldProblem::locked;
  co_return mistyped(exchange, "locked", edit.problems);
}

}  // namespace vneid::flows
