#include "session/json.hpp"

#include <cstdlib>
#include <new>

#include "crypto/digest.hpp"

namespace vneid::json {

namespace {

json_t* checked(json_t* value) {
  if (value == nullptr) throw std::bad_alloc();
  return value;
}

}  // namespace

Value bytes_value(std::string_view bytes) {
  const std::string encoded = crypto::base64url_encode(bytes);
  return Value{checked(json_stringn(encoded.data(), encoded.size()))};
}

std::optional<std::string> bytes_of(const json_t* value) {
  if (!json_is_string(value)) return std::nullopt;
  return crypto::base64url_decode({json_string_value(value), json_string_length(value)});
}

Writer::Writer() : object_(checked(json_object())) {}

Writer& Writer::text(const char* name, std::string_view value) {
  json_object_set_new(object_.get(), name, checked(json_stringn(value.data(), value.size())));
  return *this;
}

Writer& Writer::bytes(const char* name, std::string_view value) {
  json_object_set_new(object_.get(), name, bytes_value(value).release());
  return *this;
}

Writer& Writer::integer(const char* name, std::int64_t value) {
  json_object_set_new(object_.get(), name, checked(json_integer(value)));
  return *this;
}

Writer& Writer::array(const char* name, Value items) {
  json_object_set_new(object_.get(), name, items.release());
  return *this;
}

std::string Writer::str() const {
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }  // NOLINT: jansson's malloc
  };
  std::unique_ptr<char, Free> text{json_dumps(object_.get(), JSON_COMPACT)};
  if (!text) throw std::bad_alloc();
  return text.get();
}

Reader::Reader(std::string_view document)
    : object_(json_loadb(document.data(), document.size(), JSON_REJECT_DUPLICATES, nullptr)),
      good_(json_is_object(object_.get())) {}

std::string Reader::text(const char* name) {
  const json_t* value = json_object_get(object_.get(), name);
  if (!json_is_string(value)) {
    good_ = false;
    return {};
  }
  return {json_string_value(value), json_string_length(value)};
}

std::string Reader::bytes(const char* name) {
  auto value = bytes_of(json_object_get(object_.get(), name));
  good_ = good_ && value.has_value();
  return value.value_or("");
}

std::int64_t Reader::integer(const char* name) {
  const json_t* value = json_object_get(object_.get(), name);
  good_ = good_ && json_is_integer(value);
  return json_integer_value(value);
}

const json_t* Reader::array(const char* name) {
  const json_t* value = json_object_get(object_.get(), name);
  good_ = good_ && json_is_array(value);
  return value;
}

}  // namespace vneid::json
