#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::text {

/// A field of an application/x-www-form-urlencoded body, decoded: '+' is a blank, '%' must begin
/// two hexadecimal digits. Names compare without case, because nginx lowers the case of variables.
/// Empty text when the field is missing. Nothing when it cannot be told what the portal will read:
/// the field occurs twice, or once more under a name that lenient portals take for the same; any
/// name is encoded wrongly or holds a control character. Otherwise a stranger could log in as
/// herself at the portal and as somebody else here.
std::optional<std::string> form_field(std::string_view body, std::string_view name);

/// Whether a query names the field, in any reading, or cannot be read: some portals take fields
/// from the query too.
bool names_field(std::string_view form, std::string_view name);

}  // namespace vneid::text
