#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"

/// What has been linked.
namespace vneid::flows {

/// The page after a link, and its [Tiếp tục].
Task<Reply> show_linked(const Exchange& exchange);
Task<Reply> continue_to_portal(const Exchange& exchange);
/// "Danh sách tài khoản liên kết" (R24).
Task<Reply> show_links(const Exchange& exchange);
/// The citizen's request to undo a link of the list (R40); officers decide it.
Task<Reply> ask_undo(const Exchange& exchange);

}  // namespace vneid::flows
