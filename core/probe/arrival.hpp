#pragma once

#include <string>

#include "async/task.hpp"
#include "probe/login_page.hpp"
#include "probe/visitor.hpp"

namespace vneid::probe {

/// A page that a visitor has come to.
struct Arrival {
  std::string url;
  http::IncomingResponse response;
  LoginPage page;
  std::string elsewhere;  ///< the other host that it leads to and where nobody went
};

/// Where a page's form goes: the address, or the other host that nothing is sent to.
struct Target {
  std::string url;
  std::string elsewhere;
};
Target target_of(const Arrival& at, const std::string& reference);

/// GET, following at most five redirects that stay at the host.
Task<Arrival> arrive(Visitor& visitor, std::string url);

/// The first of two steps: where its form goes, and the name to fill in.
struct FirstStep {
  std::string target;
  std::string name;
};

/// Sends the form of `at` with the name, and goes where that leads.
Task<Arrival> tell_name(Visitor& visitor, Arrival at, FirstStep step);

}  // namespace vneid::probe
