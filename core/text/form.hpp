#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vneid::text {

using Parameter = std::pair<std::string, std::string>;
using Parameters = std::vector<Parameter>;

/// Everything but the unreserved characters of RFC 3986 §2.3 as %XX. A blank becomes %20, which
/// decoders of queries and of application/x-www-form-urlencoded both understand.
std::string percent_encode(std::string_view text);

/// name=value&name=value, encoded. For a query and for a form body.
std::string encode_form(const Parameters& parameters);

/// `url` with the parameters added behind the query it may already have (RFC 6749 §3.1).
std::string with_query(std::string_view url, const Parameters& parameters);

/// The bytes of a piece of application/x-www-form-urlencoded, whatever they are: a '+' is a
/// blank, a '%' must begin two hexadecimal digits, else nothing.
std::optional<std::string> form_bytes(std::string_view piece);

/// Reads application/x-www-form-urlencoded strictly: a '+' is a blank, a '%' must begin two
/// hexadecimal digits, and what comes out must be UTF-8 without control characters. The error
/// names the rule that was broken, never the text. Empty pieces ("&&") are passed over.
std::expected<Parameters, std::string> decode_form(std::string_view text);

}  // namespace vneid::text
