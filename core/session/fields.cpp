#include "session/fields.hpp"

#include <new>

#include "crypto/digest.hpp"

namespace vneid::sealed {

namespace {

text::Json checked(json_t* value) {
  if (value == nullptr) throw std::bad_alloc();
  return text::Json{value};
}

std::string_view text_of(const json_t* json) {
  return {json_string_value(json), json_string_length(json)};
}

}  // namespace

text::Json Codec<std::string>::encode(const std::string& value) {
  const std::string encoded = crypto::base64url_encode(value);
  return checked(json_stringn(encoded.data(), encoded.size()));
}

bool Codec<std::string>::decode(const json_t* json, std::string& value) {
  if (!json_is_string(json)) return false;
  auto bytes = crypto::base64url_decode(text_of(json));
  if (!bytes) return false;
  value = *std::move(bytes);
  return true;
}

text::Json Codec<std::int64_t>::encode(std::int64_t value) { return checked(json_integer(value)); }

bool Codec<std::int64_t>::decode(const json_t* json, std::int64_t& value) {
  value = json_integer_value(json);
  return json_is_integer(json);
}

text::Json encode_name(std::string_view name) {
  return checked(json_stringn(name.data(), name.size()));
}

bool is_name(const json_t* json, std::string_view name) {
  return json_is_string(json) && text_of(json) == name;
}

text::Json parse(std::string_view text) {
  return text::Json{json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr)};
}

}  // namespace vneid::sealed
