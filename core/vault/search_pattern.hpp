#pragma once

#include <string>
#include <string_view>

namespace vneid::vault {

/// A regular expression of PostgreSQL that finds the words (UTF-8) anywhere in a text in NFC,
/// whatever case and Vietnamese accents either is written with. Only letters are more than
/// themselves in it, so matching takes no longer than the text is long.
std::string search_pattern(std::string_view words);

}  // namespace vneid::vault
