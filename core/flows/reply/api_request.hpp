#pragma once

#include <expected>
#include <optional>
#include <string>

#include "flows/base/base.hpp"
#include "text/json.hpp"

/// What is posted to `api/`.
namespace vneid::flows {

/// A posted JSON object whose members are text or null, at most 16 KiB; otherwise the answer.
std::expected<text::Json, Reply> api_document(const Exchange& exchange);

/// The anti-forgery token that what this session posts must carry as member "csrf".
std::string api_csrf_token(const Exchange& exchange, const LiveSession& live);

/// The answer to a document that does not carry it, or that another site's page has sent. (Such a
/// page cannot post JSON here without asking first, by CORS, and is never told yes.)
std::optional<Reply> refuse_api_csrf(const Exchange& exchange, const text::Json& document,
                                     const LiveSession& live);

}  // namespace vneid::flows
