#pragma once

#include <cstdint>
#include <string_view>

namespace vneid::pages {

/// The languages every page exists in. Vietnamese is the default (R37).
enum class Language : std::uint8_t { vi, en };

/// BCP 47 tag, for the `lang` attribute, Content-Language and file names.
std::string_view tag(Language language) noexcept;

/// Chooses by an Accept-Language header (RFC 9110 §12.5.4): English only when its quality is higher
/// than that of Vietnamese; a tie, an absent header and what cannot be parsed give Vietnamese.
/// Takes any bytes of any length; only the first 2 kB are looked at.
Language negotiate_language(std::string_view accept_language) noexcept;

}  // namespace vneid::pages
