#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::text {

/// Code points of well-formed UTF-8 (no overlong forms, surrogates or values above U+10FFFF);
/// nothing otherwise.
std::optional<std::u32string> decode_utf8(std::string_view text);

/// `points` as UTF-8. They must be valid code points, as from decode_utf8().
std::string encode_utf8(std::u32string_view points);

/// Normalisation forms of valid code points (UAX #15). Throws std::bad_alloc.
std::u32string to_nfd(std::u32string_view points);
std::u32string to_nfc(std::u32string_view points);

/// The same without upper and lower case (CaseFolding.txt, full). Throws std::bad_alloc.
std::u32string fold_case(std::u32string_view points);

/// White space of any kind: a separator (Zs, Zl, Zp) or a tab or line end.
bool is_blank(char32_t point) noexcept;

/// Takes no room and changes no meaning: zero-width spaces and joiners, soft hyphen, BOM. They
/// come with text copied from web pages and word processors.
bool is_invisible(char32_t point) noexcept;

/// Must not be in one line of plain text: control, bidirectional override, private use, not
/// assigned. Blank and invisible characters are not among them.
bool is_forbidden(char32_t point) noexcept;

}  // namespace vneid::text
