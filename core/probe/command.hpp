#pragma once

#include "admin/options.hpp"

namespace vneid::probe {

/// `vneidctl portal probe`: prints what it saw and what to write; 0 a whole recipe, 1
/// something is left to find out. Throws admin::CommandFailed when the command line, the password
/// file or the portal will not do.
admin::Exit run(const admin::Options& options);

}  // namespace vneid::probe
