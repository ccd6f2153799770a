#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <jansson.h>

#include "flows/base/base.hpp"
#include "pages/error_kind.hpp"
#include "text/json.hpp"

/// Answers below `api/`: the same as the pages, for portals that draw their own
/// (config/api/v1.json describes them).
namespace vneid::flows {

/// Whether the request is for the API and is answered in JSON.
bool is_api(const Exchange& exchange) noexcept;

/// Whether the answer becomes part of a page of the portal's: `format=html`, or without a format a
/// request for a page. Nothing else may come into that page, so an error there has no body.
bool is_fragment(const Exchange& exchange);
/// HTML for the inside of a page.
Reply fragment_reply(int status, std::string html);

Reply json_reply(int status, const json_t* body);

/// {"error": name, "reference": id of the request}
text::Json api_error(const Exchange& exchange, std::string_view name);

/// That, as the answer.
Reply api_refusal(const Exchange& exchange, int status, std::string_view name);

/// Sets a member of an object.
void put_text(json_t* object, const char* name, std::string_view text);
void put_words(json_t* object, const char* name, const std::vector<std::string>& words);

/// Stable name of an error: "stores_away", "csrf", …
std::string_view error_name(pages::ErrorKind kind) noexcept;

}  // namespace vneid::flows
