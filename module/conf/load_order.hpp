#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Warns of modules whose filters would see a held answer twice: those that `load_module` brought
/// in after this one. Call it while nginx reads its configuration.
void warn_of_load_order(ngx_conf_t* cf) noexcept;

}  // namespace vneid::ngx
