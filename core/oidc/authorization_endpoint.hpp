#pragma once

#include <string>

#include "net/http/sender.hpp"
#include "oidc/provider_metadata.hpp"
#include "oidc/provider_settings.hpp"

namespace vneid::oidc {

/// Whether the authorization endpoint is asked before people are sent there: only where it is of
/// the same server as the token endpoint, which we have to reach anyway; another one may be there
/// for browsers only. `authorization_check off` switches it off.
bool is_asked_first(const ProviderSettings& settings, const Metadata& metadata);

/// The question, with little patience: somebody waits for the answer.
http::OutgoingRequest endpoint_question(const ProviderSettings& settings,
                                        const std::string& endpoint);

/// Why an endpoint that answered so serves nobody now; empty: it does. What it thinks of a request
/// without parameters is its own affair, so only a gateway's word counts (RFC 9110 §15.6.3–5).
std::string silence_in(const http::IncomingResponse& answer);

}  // namespace vneid::oidc
