#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/start.hpp"

/// To VNeID and back.
namespace vneid::flows {

/// The browser comes back from the provider (R22, R23).
Task<Reply> callback(const Exchange& exchange, std::string provider);
/// VNeID first (R25): to the provider, and the page that asks which account.
Task<Reply> begin_sign_in(const Exchange& exchange);
Task<Reply> show_choice(const Exchange& exchange);
Task<Reply> choose_account(const Exchange& exchange);
/// The page after a link, and its [Tiếp tục].
Task<Reply> show_linked(const Exchange& exchange);
Task<Reply> continue_to_portal(const Exchange& exchange);
/// "Danh sách tài khoản liên kết" (R24).
Task<Reply> show_links(const Exchange& exchange);
/// The citizen's request to undo a link of the list (R40); officers decide it.
Task<Reply> ask_undo(const Exchange& exchange);

}  // namespace vneid::flows
