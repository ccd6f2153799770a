#pragma once

#include <optional>
#include <string_view>

#include "flows/base/base.hpp"
#include "flows/menu/entries.hpp"

namespace vneid::flows {

/// The banner for this visitor, as long as skipping is allowed and he has not put it off.
std::optional<Banner> banner_for(const Exchange& exchange, const Visitor& visitor,
                                 std::string_view return_to);

}  // namespace vneid::flows
