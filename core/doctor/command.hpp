#pragma once

#include "admin/options.hpp"

namespace vneid::doctor {

/// `vneidctl doctor`: prints the report; 0 all is well, 1 there are warnings, 2 something is wrong.
admin::Exit run(const admin::Options& options);

}  // namespace vneid::doctor
