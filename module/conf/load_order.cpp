#include "module/conf/load_order.hpp"

#include <algorithm>
#include <span>
#include <string_view>

namespace vneid::ngx {

void warn_of_load_order(ngx_conf_t* cf) noexcept {
  // Filters run from the end of this list to its beginning. nginx puts each dynamic filter right
  // before the copy filter, so what stands between us and it was loaded after us, and runs before
  // us: once on the answer that is held, and again when it is released.
  const std::span<ngx_module_t*> all(cf->cycle->modules, cf->cycle->modules_n);
  const auto ours = std::ranges::find(all, &ngx_http_vneid_module);
  const auto copy_filter = std::find_if(ours, all.end(), [](const ngx_module_t* module) {
    return std::string_view{module->name} == "ngx_http_copy_filter_module";
  });
  if (ours == all.end() || copy_filter == all.end()) return;
  for (auto later = ours + 1; later != copy_filter; ++later) {
    if ((*later)->type != NGX_HTTP_MODULE) continue;
    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "vneid: \"load_module\" of \"ngx_http_vneid_module\" stands before that of "
                  "\"%s\", whose filters would run twice on the answer of a login: load "
                  "ngx_http_vneid_module last",
                  (*later)->name);
  }
}

}  // namespace vneid::ngx
