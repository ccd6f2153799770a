#pragma once

#include <string>
#include <string_view>

#include "population/settings.hpp"
#include "population/source.hpp"

namespace vneid::population {

/// `text` between the tags of an XML element. Control characters that XML 1.0 does not have are
/// left out.
std::string xml_escaped(std::string_view text);

/// The SOAP 1.1 envelope of service 037 or 033, its elements in the order of their schema
/// (domain.md §3.2). Throws std::invalid_argument as asked_name() does.
std::string soap_request(const Settings& settings, const Question& question,
                         const std::string& request_id);

}  // namespace vneid::population
