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
/// The offer to link the account that the browser is logged in to, and [Liên kết với VNeID].
Task<Reply> show_link_offer(const Exchange& exchange);
Task<Reply> accept_link_offer(const Exchange& exchange);

}  // namespace vneid::flows
