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
/// What is judged is the very pair that the portal is sent (text::portal_cookies), so that no
/// spelling makes the portal read another.
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
/// different ones under the name; such a session belongs to nothing. `now` tells which dates have
/// passed.
std::string portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                              std::string_view cookie_header, const HeaderList& answer, Wall now);

/// The same for a session that the portal opens for somebody whom we name: what `answer` sets and
/// nothing else, since the browser's own cookie may be another person's. Empty: nothing.
std::string given_portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                                    const HeaderList& answer, Wall now);

/// Stands in Session::portal_cookie_key for a login with VNeID that the portal has not answered
/// yet: it gives its first cookie when it is told who has come (`vneid_identity`).
inline constexpr std::string_view awaited_portal_cookie = "awaited";
[[nodiscard]] inline bool awaits_portal_cookie(const Session& session) {
  return session.portal_cookie_key == awaited_portal_cookie;
}

/// Whether the portal is sent no session cookie with this request.
bool lacks_portal_cookie(PortalCookie cookie, std::string_view cookie_header);

/// Whether the request is of the portal's session that the session was begun with, or of one that
/// followed it. A session that was begun with none belongs to nothing where the cookie is named.
bool belongs(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view cookie_header,
             const LiveSession& live);

/// Whether the answer gives the portal's cookie a value that the browser did not send: a session of
/// the portal begins, somebody's or (as portals do on first contact) nobody's.
bool begins_portal_session(PortalCookie cookie, std::string_view cookie_header,
                           const HeaderList& answer, Wall now);

/// An answer of the portal, and what is known of the request that it answers.
struct PortalAnswer {
  HeaderList headers;  ///< Set-Cookie is all that counts
  /// Somebody else may have come in with it: anything but a GET without credentials in a location
  /// that is no login.
  bool may_be_login = true;
  /// The request told the portal whose session of ours it is.
  bool told = false;
  /// Whom the portal names in the answer; empty: nobody. Unset: it is not asked to
  /// (`vneid_portal_cookie … account=`).
  std::optional<std::string> account;
};

/// The Set-Cookie value to go beside a portal's answer that changes its cookie; nothing when the
/// session is not to follow:
///
/// - Where the portal names accounts, it follows what is named, and counts for that account alone.
/// - Where it does not, nothing is followed that may be a login: the new value might be another
///   person's.
/// - From no cookie follows only a session that awaits one, when the portal was told whose it is.
/// - A cookie that is taken away is not followed: the portal's session ended.
std::optional<std::string> follow_portal_cookie(const crypto::KeyRing& keys, PortalCookie cookie,
                                                std::string_view cookie_header,
                                                const PortalAnswer& answer, Wall now);

}  // namespace vneid
