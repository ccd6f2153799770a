#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::ngx {

/// A field of an application/x-www-form-urlencoded body, decoded: '+' is a blank, '%' must begin
/// two hexadecimal digits. Names compare without case, because nginx lowers the case of variables.
/// Empty text when the field is missing. Nothing when it cannot be told: it occurs twice (which of
/// them did the portal take?), is encoded wrongly, or holds a control character.
std::optional<std::string> form_field(std::string_view body, std::string_view name);

/// Whether a value in nginx.conf reads `$vneid_form_…`.
bool reads_form(std::string_view value);

}  // namespace vneid::ngx
