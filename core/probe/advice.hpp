#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probe/account_place.hpp"
#include "probe/seen.hpp"

/// What to write in nginx.conf, from what was seen: config/portals.md as a function. Pure.
namespace vneid::probe {

enum class Recipe : std::uint8_t {
  announced,      ///< account=$upstream_…
  asked,          ///< ask=, with the place in --me
  write_pattern,  ///< ask=, but the name stands in a text
  find_address,   ///< right and wrong differ, but nothing was asked that tells the account
  basic,          ///< HTTP Basic, which gives no cookie to hold back
  other_host,     ///< the login is another host's
  refused,        ///< the right password was taken for a wrong one
  stopped,        ///< the portal ended the attempts
  cannot_tell,
};

enum class Caution : std::uint8_t {
  by_get,          ///< a GET or HEAD lets in too
  by_script,       ///< JSON lets in
  typed_name,      ///< a wrong password gets the name in a header too
  me_names_all,    ///< --me names somebody without a login
  me_unclear,      ///< --me gives a status that leaves it unclear, when nobody is logged in
  me_silent,       ///< --me does not name the account after the login
  which_cookie,    ///< which cookie is the session is not known
  guessed_cookie,  ///< it is likely, but was not tried
  no_cookie,       ///< it lets in and gives no cookie
  other_names,     ///< in one script (`/index.php?route=login`) the query decides
  unfilled,        ///< the form has more to fill in: a captcha?
  not_tried,       ///< some attempts were not made, because the portal ended them
};

struct Advice {
  Recipe recipe = Recipe::cannot_tell;
  std::string variable;  ///< announced: without its '$'
  Place place;           ///< asked
  std::string session_cookie;
  bool keeps_id = false;     ///< the session cookie of before the login lets in after it
  bool remember_me = false;  ///< another cookie lets in too
  bool basic = false;        ///< HTTP Basic beside a session
  std::vector<Caution> cautions;

  /// Whether only a gate on the server holds what the login lets in.
  [[nodiscard]] bool must_gate() const noexcept { return keeps_id || remember_me || basic; }
};

Advice advise(const Seen& seen);

}  // namespace vneid::probe
