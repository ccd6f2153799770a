#pragma once

#include <string>
#include <string_view>

namespace vneid::text {

/// A header's name as CGI and its heirs (FastCGI, WSGI, PHP) see it, where "-", "_" and other
/// characters are one: in lower case, with "-" for all that is no letter or digit.
std::string cgi_form(std::string_view name);

/// Whether a name, however it is spelled, begins with `prefix`, which is in that form.
bool begins_with_cgi_form(std::string_view name, std::string_view prefix) noexcept;

}  // namespace vneid::text
