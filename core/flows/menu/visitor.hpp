#pragma once

#include <optional>

#include "async/task.hpp"
#include "flows/base/base.hpp"

namespace vneid::flows {

/// Whose page of the portal it is, as far as the browser's own session tells.
struct Visitor {
  std::optional<LiveSession> live;
  bool linked = false;
  bool linkable = false;  ///< an open account of a person's, without a link
  bool kept_out = false;  ///< an officer has flagged the person: every page refuses
};

/// One look at Redis when the browser has a session, and one at PostgreSQL. Throws Unavailable.
Task<Visitor> visitor_of(const Exchange& exchange);

}  // namespace vneid::flows
