#include "text/json.hpp"

#include <cmath>
#include <cstdlib>
#include <new>

namespace vneid::text {

namespace {

/// jansson has a fixed bound of 2048 and counts while it recurses; this one is ours to choose.
bool nested_too_deep(std::string_view document) noexcept {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < document.size(); ++i) {
    const char character = document[i];
    if (in_text) {
      if (character == '\\') {
        ++i;
      } else if (character == '"') {
        in_text = false;
      }
    } else if (character == '"') {
      in_text = true;
    } else if (character == '{' || character == '[') {
      if (++depth > max_json_depth) return true;
    } else if ((character == '}' || character == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

const char* reason(const json_error_t& error) noexcept {
  switch (json_error_code(&error)) {
    case json_error_premature_end_of_input:
      return "ends too early";
    case json_error_end_of_input_expected:
      return "has something behind its end";
    case json_error_invalid_utf8:
      return "is not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
      return "holds a NUL";
    case json_error_duplicate_key:
      return "has a member twice";
    case json_error_numeric_overflow:
      return "holds a number out of range";
    default:
      return "is not JSON";
  }
}

}  // namespace

std::expected<Json, std::string> parse_json_object(std::string_view document,
                                                   std::size_t max_size) {
  if (document.size() > max_size) return std::unexpected{"is too large"};
  if (nested_too_deep(document)) return std::unexpected{"is nested too deep"};
  json_error_t error{};
  Json value{json_loadb(document.data(), document.size(), JSON_REJECT_DUPLICATES, &error)};
  if (!value) {
    return std::unexpected{std::string{reason(error)} + " (byte " + std::to_string(error.position) +
                           ")"};
  }
  if (!json_is_object(value.get())) return std::unexpected{"is not a JSON object"};
  return value;
}

std::optional<std::string> json_text(const json_t* value) {
  if (!json_is_string(value)) return std::nullopt;
  return std::string{json_string_value(value), json_string_length(value)};
}

std::optional<std::string> json_text(const json_t* object, const char* name) {
  return json_text(json_object_get(object, name));
}

std::optional<double> json_number(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_number(value)) return std::nullopt;
  const double number = json_number_value(value);
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::string json_dump(const json_t* value) {
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }  // NOLINT: jansson's malloc
  };
  const std::unique_ptr<char, Free> text{json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY)};
  if (!text) throw std::bad_alloc();
  return text.get();
}

}  // namespace vneid::text
