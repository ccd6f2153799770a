#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// RFC 6901: "/user/name" is the member "name" of the member "user".
namespace vneid::text {

struct JsonPointer {
  std::string_view text;
};

/// Whether it is one, and not the empty one, which is the whole document.
bool is_json_pointer(std::string_view text) noexcept;

/// The text that the pointer finds in a document that is one JSON object of at most `max_size`
/// bytes: a string, or a whole number in decimal digits. Nothing where there is nothing, null,
/// false or an empty string. Otherwise why it cannot be read; nothing of the document is repeated.
std::expected<std::optional<std::string>, std::string> json_text_at(std::string_view document,
                                                                    JsonPointer pointer,
                                                                    std::size_t max_size);

}  // namespace vneid::text
