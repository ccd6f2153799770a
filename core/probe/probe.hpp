#pragma once

#include <string>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/http/sender.hpp"
#include "probe/seen.hpp"

namespace vneid::probe {

/// Whose login is tried, and where.
struct Account {
  std::string url;  ///< of the login page
  std::string name;
  std::string password;
  std::string me;  ///< path of an address that tells who is logged in; empty: none
};

/// Logs in at a portal in every way that portals take, each with cookies of its own. At most one
/// wrong password is sent by form and one by JSON, the right one no further than it is taken for
/// right, so that no account is locked. Nothing is sent to another host. `sender` and `loop` must
/// outlive it. Throws http::ExchangeFailed when the login page cannot be had; what fails later is
/// among what was seen.
Task<Seen> look(http::Sender& sender, EventLoop& loop, Account account);

}  // namespace vneid::probe
