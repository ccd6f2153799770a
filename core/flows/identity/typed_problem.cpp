#include "flows/identity/typed_problem.hpp"

namespace vneid::flows {

using identity::Field;
using identity::TypedError;
using pages::FieldProblem;

FieldProblem problem_of(Field field, TypedError error) noexcept {
  switch (error) {
    case TypedError::empty:
      return FieldProblem::missing;
    case TypedError::not_digits:
      return FieldProblem::not_digits;
    case TypedError::wrong_length:
      return field == Field::cmnd9 ? FieldProblem::not_9_digits : FieldProblem::not_12_digits;
    case TypedError::birth_year_in_future:
      return FieldProblem::birth_year_in_future;
    case TypedError::forbidden_character:
      return field == Field::name ? FieldProblem::name_characters : FieldProblem::text_characters;
    case TypedError::no_letters:
      return FieldProblem::name_without_letters;
    case TypedError::too_long:
      return FieldProblem::too_long;
    case TypedError::date_form:
      return FieldProblem::date_form;
    case TypedError::no_such_day:
      return FieldProblem::no_such_day;
    case TypedError::before_1900:
      return FieldProblem::before_1900;
    case TypedError::date_in_future:
      return FieldProblem::date_in_future;
    case TypedError::phone_form:
      return FieldProblem::phone_form;
    case TypedError::email_form:
      return FieldProblem::email_form;
    case TypedError::unknown_sex:
      break;
  }
  return FieldProblem::sex_unknown;
}

std::string_view to_text(FieldProblem problem) noexcept {
  switch (problem) {
    case FieldProblem::none:
      break;
    case FieldProblem::missing:
      return "missing";
    case FieldProblem::not_digits:
      return "not_digits";
    case FieldProblem::not_9_digits:
      return "not_9_digits";
    case FieldProblem::not_12_digits:
      return "not_12_digits";
    case FieldProblem::birth_year_in_future:
      return "birth_year_in_future";
    case FieldProblem::one_number_needed:
      return "one_number_needed";
    case FieldProblem::name_characters:
      return "name_characters";
    case FieldProblem::name_without_letters:
      return "name_without_letters";
    case FieldProblem::too_long:
      return "too_long";
    case FieldProblem::date_form:
      return "date_form";
    case FieldProblem::no_such_day:
      return "no_such_day";
    case FieldProblem::before_1900:
      return "before_1900";
    case FieldProblem::date_in_future:
      return "date_in_future";
    case FieldProblem::phone_form:
      return "phone_form";
    case FieldProblem::email_form:
      return "email_form";
    case FieldProblem::sex_unknown:
      return "sex_unknown";
    case FieldProblem::text_characters:
      return "text_characters";
    case FieldProblem::locked:
      return "locked";
  }
  return "";
}

}  // namespace vneid::flows
