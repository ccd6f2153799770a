#include "flows/identity/view.hpp"

#include <algorithm>
#include <utility>

#include "flows/reply/reply.hpp"
#include "identity/masking.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

using identity::Field;
using pages::UpdatePage;
using Trouble = UpdatePage::Trouble;

pages::TypedValue held_value(const link::FieldValues& held, Field field) {
  pages::TypedValue value;
  const auto found = held.find(field);
  if (found == held.end()) return value;
  value.value = value_for_people(field, found->second.value);
  value.locked = is_locked(held, field);
  value.hidden = is_hidden(found->second);
  return value;
}

void type_over(pages::TypedValue& value, const std::string& typed) {
  if (!value.locked) value.value = typed;
}

void show_problems(UpdatePage& page, const IdentityCheck& check) {
  const auto problem = [&check](Field field) {
    const auto found = check.problems.find(field);
    return found == check.problems.end() ? pages::FieldProblem::none : found->second;
  };
  page.cmnd.problem = problem(Field::cmnd9);
  page.number.problem = problem(Field::citizen_id);
  page.name.problem = problem(Field::name);
  page.birth_date.problem = problem(Field::birth_date);
}

int whole_minutes(Milliseconds time) {
  return std::max(1, static_cast<int>(std::chrono::ceil<std::chrono::minutes>(time).count()));
}

/// 422: what was typed cannot be used as it is (RFC 9110 §15.5.21).
int status_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::away:
    case Trouble::busy:
    case Trouble::stores_away:
      return 503;
    case Trouble::too_many:
      return 429;
    case Trouble::none:
    case Trouble::no_match:
      break;
  }
  return 422;
}

}  // namespace

pages::ReviewState review_state(link::ReviewState state) {
  switch (state) {
    case link::ReviewState::approved:
      return pages::ReviewState::approved;
    case link::ReviewState::rejected:
      return pages::ReviewState::rejected;
    case link::ReviewState::open:
      break;
  }
  return pages::ReviewState::open;
}

pages::LinkItem link_item(const link::LinkedAccount& linked, bool own) {
  pages::LinkItem item;
  item.citizen_number = own ? linked.citizen_number : identity::mask_account(linked.citizen_number);
  item.linked_on = text::date_for_people(linked.linked_at);
  item.account_masked = identity::mask_account(linked.account_name);
  return item;
}

std::string value_for_people(Field field, const std::string& stored) {
  return field == Field::birth_date ? text::date_for_people(stored) : stored;
}

link::FieldValues shown_fields(link::FieldValues held, Session::Proof proof) {
  if (proof == Session::Proof::vneid) return held;
  for (auto& [field, value] : held) {
    if (value.told) value.value.clear();
  }
  return held;
}

bool is_hidden(const link::FieldValue& shown) { return shown.told && shown.value.empty(); }

pages::IdentityPage identity_page(const Exchange& exchange, const link::IdentityProfile& profile,
                                  Session::Proof proof) {
  const bool own = proof == Session::Proof::vneid;
  const link::FieldValues fields = shown_fields(profile.fields, proof);
  pages::IdentityPage page;
  page.account_masked = identity::mask_account(profile.account_name);
  for (const Field field : identity::all_fields) {
    pages::IdentityRow row;
    row.field = field;
    const auto held = fields.find(field);
    if (held != fields.end()) {
      row.hidden = is_hidden(held->second);
      row.value = value_for_people(field, held->second.value);
      row.status = held->second.status;
      row.source = held->second.source;
      if (const auto& at = held->second.verified_at) row.verified_on = text::date_for_people(*at);
    }
    page.rows.push_back(std::move(row));
  }
  for (const auto& linked : profile.links) page.links.push_back(link_item(linked, own));
  if (profile.review) {
    page.review_code = profile.review->reference;
    page.review_state = review_state(profile.review->state);
  }
  page.can_update = !exchange.site->population.empty();
  return page;
}

UpdatePage blank_update(const link::FieldValues& held) {
  UpdatePage page;
  page.cmnd = held_value(held, Field::cmnd9);
  page.number = held_value(held, Field::citizen_id);
  page.name = held_value(held, Field::name);
  page.birth_date = held_value(held, Field::birth_date);
  return page;
}

UpdatePage typed_update(const link::FieldValues& held, const TypedIdentity& typed) {
  UpdatePage page = blank_update(held);
  type_over(page.cmnd, typed.cmnd);
  type_over(page.number, typed.number);
  type_over(page.name, typed.name);
  type_over(page.birth_date, typed.birth_date);
  return page;
}

void show_outcome(UpdatePage& page, const IdentityCheck& check) {
  switch (check.state) {
    case IdentityCheck::State::mistyped:
      show_problems(page, check);
      break;
    case IdentityCheck::State::no_match:
      page.trouble = Trouble::no_match;
      break;
    case IdentityCheck::State::asked_too_often:
      page.trouble = Trouble::too_many;
      page.retry_minutes = whole_minutes(check.retry_after);
      break;
    case IdentityCheck::State::busy:
      page.trouble = Trouble::busy;
      break;
    case IdentityCheck::State::away:
      page.trouble = Trouble::away;
      break;
    case IdentityCheck::State::verified:
    case IdentityCheck::State::in_review:
      break;
  }
}

Reply update_reply(const Exchange& exchange, const UpdatePage& page, Milliseconds retry_after) {
  constexpr std::chrono::seconds usual_pause{30};
  const int status = status_of(page.trouble);
  Reply reply = page_reply(exchange, status, page);
  if (status == 422) return reply;
  const auto pause = std::max<Milliseconds>(retry_after, std::chrono::seconds{1});
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(
      retry_after == Milliseconds{} ? Milliseconds{usual_pause} : pause);
  reply.headers.emplace_back("Retry-After", std::to_string(seconds.count()));
  return reply;
}

TypedIdentity typed_identity(const std::string& form_body) {
  TypedIdentity typed;
  typed.cmnd = form_field(form_body, "cmnd");
  typed.number = form_field(form_body, "number");
  typed.name = form_field(form_body, "name");
  typed.birth_date = form_field(form_body, "birth_date");
  return typed;
}

}  // namespace vneid::flows
