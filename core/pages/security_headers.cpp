#include "pages/security_headers.hpp"

namespace vneid::pages {

std::string content_security_policy(std::span<const std::string> form_targets) {
  std::string policy =
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
      "frame-ancestors 'none'; form-action 'self'";
  for (const std::string& target : form_targets) {
    // A target that is no plain origin would end the directive or the header: leave it out.
    if (target.empty() || target.find_first_of(" ;,\r\n\t") != std::string::npos) continue;
    policy += ' ';
    policy += target;
  }
  return policy;
}

}  // namespace vneid::pages
