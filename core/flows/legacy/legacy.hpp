#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"

/// A login of the portal's own: held back, and what the citizen does meanwhile.
namespace vneid::flows {

/// A legacy login of the account that identity::account_name() calls `name`: holds it and shows the
/// notice, or lets the portal's answer go on (R12, R13).
Task<LoginVerdict> intercept_login(const Exchange& exchange, LegacyLogin login, std::string name);
/// The rule of policy that the portal's word for a kind of account falls under, when nothing else
/// is known of it.
policy::Kind policy_kind(const std::string& word);

/// What a login reads that lets nobody in any more, by the date of its kind. A person has VNeID; an
/// organisation's own way is not ours to say.
pages::ErrorPage refused_page(const Exchange& exchange, policy::Kind kind);

Task<Reply> show_notice(const Exchange& exchange);
/// [Bỏ qua] or [Đăng nhập bằng VNeID] (R14, R15).
Task<Reply> choose(const Exchange& exchange);
/// The portal's answer to a login that a script has sent (P6), once, and only when the citizen has
/// done what policy asks: 409 with where to do it before, 404 when nothing is held.
Task<Reply> api_held_answer(const Exchange& exchange);
/// The update of the number in the login that needs it (design §4.3, domain.md §8.7).
Task<Reply> show_verify(const Exchange& exchange);
Task<Reply> verify(const Exchange& exchange);

}  // namespace vneid::flows
