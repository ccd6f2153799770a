#pragma once

#include <expected>

#include "async/task.hpp"
#include "audit/audit.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"

/// What a citizen can do while the portal's answer to a legacy login is held.
namespace vneid::flows {

/// Keeps what was chosen (R39), for an account that is on file. A record that fails must not keep a
/// citizen out (R36): then the choice is in the error log alone.
Task<void> keep_choice(const Exchange& exchange, const Ticket& ticket, audit::Choice choice);

/// Whether the number must be verified before VNeID (R28), and can be, here: by whoever is in the
/// account for certain (D15).
Task<bool> lacks_verified_number(const Exchange& exchange, const Ticket& ticket);

/// The notice, or from the cut-over on the same without [Bỏ qua] (R33).
Reply notice_page(const Exchange& exchange, const Ticket& ticket);

/// The portal's answer, once, with a session of ours for an account that is in for certain.
Task<std::expected<Reply, TicketError>> release_legacy_login(const Exchange& exchange,
                                                             const Ticket& ticket);

/// [Bỏ qua]: the portal's answer goes out (R14), as long as policy allows.
Task<Reply> skip(const Exchange& exchange, Ticket ticket);

/// [Không phải tôi]: the portal's answer is dropped, and the portal's login is next.
Task<Reply> give_up(const Exchange& exchange);

/// [Đăng nhập bằng VNeID]: to the provider (R15).
Task<Reply> begin_vneid(const Exchange& exchange, Ticket ticket);

}  // namespace vneid::flows
