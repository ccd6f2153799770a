#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "flows/base/base.hpp"
#include "text/form.hpp"

/// What can be kept of a request that is not let in. Pure.
namespace vneid::flows {

/// The fields of a form, when a page of ours can send the same ones again: UTF-8 that HTML gives
/// back as it was. At most 500 fields.
std::optional<text::Parameters> resendable_fields(std::string_view body);

}  // namespace vneid::flows
