#include "text/json_pointer.hpp"

#include <charconv>
#include <memory>

#include "text/json.hpp"

namespace vneid::text {

namespace {

/// A reference token without its escapes (RFC 6901 §4).
std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      text += token[i];
    } else {
      text += token[++i] == '0' ? '~' : '/';
    }
  }
  return text;
}

const json_t* element(const json_t* array, std::string_view token) {
  std::size_t index = 0;
  const char* end = std::to_address(token.end());
  const auto [rest, error] = std::from_chars(std::to_address(token.begin()), end, index);
  const bool leading_zero = token.size() > 1 && token.front() == '0';
  if (error != std::errc{} || rest != end || leading_zero) return nullptr;
  return json_array_get(array, index);
}

const json_t* step(const json_t* value, std::string_view token) {
  if (json_is_array(value)) return element(value, token);
  const std::string name = unescaped(token);
  return json_object_getn(value, name.data(), name.size());
}

const json_t* find(const json_t* value, std::string_view pointer) {
  while (value != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const auto token = pointer.substr(0, pointer.find('/'));
    value = step(value, token);
    pointer.remove_prefix(token.size());
  }
  return value;
}

}  // namespace

bool is_json_pointer(std::string_view text) noexcept {
  if (!text.starts_with('/')) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

std::expected<std::optional<std::string>, std::string> json_text_at(std::string_view document,
                                                                    JsonPointer pointer,
                                                                    std::size_t max_size) {
  const auto root = parse_json_object(document, max_size);
  if (!root) return std::unexpected(root.error());
  const json_t* value = find(root->get(), pointer.text);
  if (value == nullptr || json_is_null(value) || json_is_false(value)) return std::nullopt;
  if (json_is_integer(value)) return std::to_string(json_integer_value(value));
  auto text = json_text(value);
  if (!text) return std::unexpected("has neither text nor a whole number there");
  if (text->empty()) return std::nullopt;
  return text;
}

}  // namespace vneid::text
