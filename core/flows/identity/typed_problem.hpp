#pragma once

#include <string_view>

#include "identity/field.hpp"
#include "identity/typed_field.hpp"
#include "pages/view.hpp"

namespace vneid::flows {

/// What the page says about a value that breaks a rule.
pages::FieldProblem problem_of(identity::Field field, identity::TypedError error) noexcept;

/// Stable names for the API: "not_12_digits", "date_in_future", …; empty for `none`.
std::string_view to_text(pages::FieldProblem problem) noexcept;

}  // namespace vneid::flows
