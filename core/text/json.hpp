#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <jansson.h>

namespace vneid::text {

struct JsonRelease {
  void operator()(json_t* value) const noexcept { json_decref(value); }
};
/// An owned JSON value.
using Json = std::unique_ptr<json_t, JsonRelease>;

/// Arrays and objects may be nested this deep. What a provider sends us needs four.
inline constexpr std::size_t max_json_depth = 32;

/// Parses a document from outside that must be one JSON object of at most `max_size` bytes, with
/// no member twice, valid UTF-8 and nothing behind it. The error tells what is wrong and where,
/// and repeats nothing of the document, which may hold personal data.
std::expected<Json, std::string> parse_json_object(std::string_view document, std::size_t max_size);

/// The text of a string value; nothing for any other kind of value (or null pointer).
std::optional<std::string> json_text(const json_t* value);

/// The text of a member that is a string.
std::optional<std::string> json_text(const json_t* object, const char* name);

/// A JSON number as a finite double: NumericDate of RFC 7519 §2. Nothing for other kinds.
std::optional<double> json_number(const json_t* object, const char* name);

/// Compact text of a value.
std::string json_dump(const json_t* value);

}  // namespace vneid::text
