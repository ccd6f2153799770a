#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "doctor/report/finding.hpp"

namespace vneid::doctor {

struct Request {
  std::string nginx;             ///< the binary; empty: found
  std::string conf;              ///< the main file; empty: what `nginx -T` reads
  std::filesystem::path schema;  ///< folder of this release's schema files
  std::string postgres;          ///< where to ask as who runs this; empty: where nginx asks
};

/// Looks at everything and changes nothing. Blocking; at most about 20 s, since peers are asked
/// at the same time.
std::vector<Finding> examine(const Request& request);

}  // namespace vneid::doctor
