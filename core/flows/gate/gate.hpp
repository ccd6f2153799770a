#pragma once

#include <cstdint>
#include <optional>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "policy/gate.hpp"

namespace vneid::flows {

/// Whether a request is let into a location with `vneid_require`, and what it is told if not. From
/// the table of sessions, or with one question to Redis; none when it carries no session.
///
/// Redis away: unknown is not absent (D7). A session that was just seen here still counts
/// (`vneid_session_grace`); who would be let in with nothing is let in; everybody else is told to
/// come back later, and keeps the cookie.
/// `known`: what `vneid_identity` has read for the same request, which then is not read again
/// (null: nothing). When it could not be read nobody is let in: the portal would not learn who it
/// is.
Task<GateVerdict> gate(const Exchange& exchange, policy::Requirement requirement,
                       SharedFacts known);

/// Whether the request may go on by what is known here already (SessionTable), without waiting. No:
/// `gate` decides. `known` as there; null: not read.
bool passes_at_once(const Glance& glance, policy::Requirement requirement,
                    const SessionFacts* known);

/// The answer to a path that is not read by all alike; `fault` names why, for the log.
Task<Reply> refuse_path(const Exchange& exchange, std::string fault);

/// Keeps the form of a request that was not let in, and sends the browser to log in; it comes back
/// to `resume`. A body that cannot be kept is answered with a page that says so.
Task<Reply> keep_post(const Exchange& exchange);

/// The page that sends a kept form again.
Task<Reply> show_resume(const Exchange& exchange);

}  // namespace vneid::flows
