#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Declares $vneid_account, $vneid_subject, $vneid_level, $vneid_name, $vneid_citizen_id,
/// $vneid_link_state and $vneid_assertion.
ngx_int_t add_identity_variables(ngx_conf_t* cf) noexcept;

}  // namespace vneid::ngx
