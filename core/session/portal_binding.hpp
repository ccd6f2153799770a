#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/key_ring.hpp"
#include "session/session.hpp"
#include "session/withheld_answer.hpp"

/// Which of the portal's sessions a session of ours belongs to, so that cookies of two logins put
/// together gain nothing. The portal's cookie itself is never kept: a keyed hash stands for it.
///
/// When the portal gives the browser a new value, a sealed cookie of ours travels beside it, which
/// tells for this one session that the new value follows the old one. So nothing has to be stored
/// while the portal's answer is under way, and the browser gets both at once.
namespace vneid {

/// `vneid_portal` and `vneid_portal_cookie`.
struct PortalCookie {
  const PortalName& portal;
  std::string_view name;  ///< empty: sessions are bound to nothing
};

/// What stands in Session::portal_cookie_key for a login that the portal answers with `answer`:
/// what that sets, else what the browser has. Empty: the browser has no such cookie, or sends
/// different ones under the name. `now` tells which dates have passed.
std::string portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                              std::string_view cookie_header, const HeaderList& answer, Wall now);

/// Whether the request is of the portal's session that the session was begun with, or of one that
/// followed it. A name that came twice with different values fits nothing: nobody knows which of
/// them the portal reads.
bool belongs(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view cookie_header,
             const LiveSession& live);

/// The Set-Cookie value to go beside a portal's answer that changes its cookie; nothing when there
/// is nothing to follow. A cookie that is taken away is not followed: the portal's session ended.
std::optional<std::string> follow_portal_cookie(const crypto::KeyRing& keys, PortalCookie cookie,
                                                std::string_view cookie_header,
                                                const HeaderList& answer, Wall now);

}  // namespace vneid
