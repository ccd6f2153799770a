#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/session_facts.hpp"
#include "policy/gate.hpp"

/// The flows behind one boundary: whatever they throw becomes an answer (D4). Each owns its
/// exchange, which everything below it takes by reference.
namespace vneid::flows {

Task<Reply> guarded_page(Exchange exchange);
Task<LoginVerdict> guarded_login(Exchange exchange, LegacyLogin login);
/// Refused from `enforce` on; before, it goes on, and a log line and a counter tell (D5).
LoginVerdict unknown_login(const Exchange& exchange, const UnknownLogin& login);
/// The portal has signed its citizen out already: that must reach the browser whatever happens
/// here, and our cookie must not stay behind on a shared PC.
Task<LoginVerdict> guarded_sign_out(Exchange exchange, PortalSignOut answer);
/// Who cannot be judged is not let in.
Task<GateVerdict> guarded_gate(Exchange exchange, policy::Requirement requirement,
                               SharedFacts known);
Task<Reply> guarded_keep_post(Exchange exchange);
Task<Reply> guarded_refuse_path(Exchange exchange, std::string fault);

}  // namespace vneid::flows
