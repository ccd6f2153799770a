#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <jansson.h>

namespace vneid::json {

struct Release {
  void operator()(json_t* value) const noexcept { json_decref(value); }
};
using Value = std::unique_ptr<json_t, Release>;

/// An object being put together for sealing: flat, small, ours. Text may hold any bytes only where
/// `bytes` is used.
class Writer {
 public:
  Writer();
  Writer& text(const char* name, std::string_view value);   ///< UTF-8
  Writer& bytes(const char* name, std::string_view value);  ///< any bytes
  Writer& integer(const char* name, std::int64_t value);
  Writer& array(const char* name, Value items);
  [[nodiscard]] std::string str() const;

 private:
  Value object_;
};

/// Reads what a Writer wrote. A missing or mistyped member makes `good()` false and gives a blank,
/// so that a reader checks once, at its end.
class Reader {
 public:
  explicit Reader(std::string_view document);
  std::string text(const char* name);
  std::string bytes(const char* name);
  std::int64_t integer(const char* name);
  const json_t* array(const char* name);
  [[nodiscard]] bool good() const noexcept { return good_; }

 private:
  Value object_;
  bool good_ = true;
};

/// Bytes in JSON: base64url text.
Value bytes_value(std::string_view bytes);
std::optional<std::string> bytes_of(const json_t* value);

}  // namespace vneid::json
