#pragma once

#include <string>
#include <vector>

#include "probe/advice.hpp"
#include "probe/seen.hpp"

namespace vneid::probe {

/// What was seen and what is advised, in plain English. What comes from the portal is printable
/// ASCII in it.
struct Report {
  struct Line {
    std::string what;
    std::string text;
  };
  std::string url;
  std::vector<Line> seen;
  std::string advice;                 ///< one or two sentences
  std::vector<std::string> location;  ///< lines of nginx.conf; empty: no recipe
  std::vector<std::string> server;    ///< lines for the server block
  std::vector<std::string> warnings;
};

Report make_report(const Seen& seen, const Advice& advice);

std::string report_text(const Report& report);
/// {url, seen: [{what, text}], advice, location: [], server: [], warnings: []}
std::string report_json(const Report& report);

}  // namespace vneid::probe
