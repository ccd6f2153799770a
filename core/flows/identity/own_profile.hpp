#pragma once

#include <optional>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "link/identity_fields.hpp"

/// What the pages of "Thông tin định danh" share.
namespace vneid::flows {

/// Names the forms of identity among those that carry the session's token.
inline constexpr const char* identity_form = "identity";

/// Of the session's account.
Task<std::optional<link::IdentityProfile>> own_profile(const Exchange& exchange, Session session);
Reply account_gone(const Exchange& exchange);

/// `identity?done=DONE`
Reply see_identity(const Exchange& exchange, const char* done);

}  // namespace vneid::flows
