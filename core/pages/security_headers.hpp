#pragma once

#include <span>
#include <string>

namespace vneid::pages {

/// Value of Content-Security-Policy for our pages: nothing but our own style sheet, no script, no
/// framing.
///
/// `form_targets` are the origins (scheme://host[:port]) that a form of ours may end at after a
/// redirect: the identity provider's, and the portal's when it is another host. Chromium applies
/// form-action to redirects too, so without them [Đăng nhập bằng VNeID] would do nothing there.
std::string content_security_policy(std::span<const std::string> form_targets);

}  // namespace vneid::pages
