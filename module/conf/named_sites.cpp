#include "module/conf/named_sites.hpp"

#include <algorithm>

#include "module/pool.hpp"

namespace vneid::ngx {

const std::shared_ptr<const flows::Site>& NamedSites::of(
    const ngx_http_request_t* r) const noexcept {
  if (sites_.size() == 1) return first();
  // nginx has taken the port away and made it lower case.
  const auto found = std::ranges::find(sites_, view(r->headers_in.server), &Named::first);
  return found == sites_.end() ? first() : found->second;
}

}  // namespace vneid::ngx
