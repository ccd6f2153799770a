#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/identity/check.hpp"
#include "flows/identity/slow_check.hpp"
#include "flows/identity/view.hpp"

/// "Thông tin định danh" (R16, R17).
namespace vneid::flows {

/// The page, its two forms, and what they post.
Task<Reply> show_identity(const Exchange& exchange);
Task<Reply> show_update(const Exchange& exchange);
Task<Reply> show_edit(const Exchange& exchange);
Task<Reply> change_identity(const Exchange& exchange);
/// The same for portals that draw their own pages.
Task<Reply> api_identity(const Exchange& exchange);
Task<Reply> api_update(const Exchange& exchange);
Task<Reply> api_edit(const Exchange& exchange);

}  // namespace vneid::flows
