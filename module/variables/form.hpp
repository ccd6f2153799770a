#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Registers `$vneid_form_NAME`.
ngx_int_t add_form_variable(ngx_conf_t* cf) noexcept;

}  // namespace vneid::ngx
