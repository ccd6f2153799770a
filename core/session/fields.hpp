#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <jansson.h>

#include "async/event_loop.hpp"
#include "ids.hpp"
#include "text/json.hpp"

/// What is kept sealed, as text and back, by one list of members for both directions. A type has
///
///     static void fields(auto& field, auto& self) { field("name", self.name); … }
///
/// and is read back only whole: a member that is missing or of another type gives nothing, so what
/// another release has kept counts as absent. Only an optional may be missing: an older release did
/// not know it. Enumerations go by name (Names), never by number. (packed.hpp, the binary form of
/// sessions, writes places in Names, and beside them a hash of all names in their order: where that
/// differs, the session is read as absent.)
namespace vneid::sealed {

/// Specialised for each enumeration that is kept: `static constexpr std::array all{std::pair{…}}`.
template <class E>
struct Names;

template <class T>
concept Named = requires { Names<T>::all; };

/// `encode` and `decode` of a T. Specialised below, and by others for types of theirs.
template <class T>
struct Codec;

/// Any bytes, in base64url: JSON holds UTF-8 only.
template <>
struct Codec<std::string> {
  static text::Json encode(const std::string& value);
  static bool decode(const json_t* json, std::string& value);
};

template <>
struct Codec<std::int64_t> {
  static text::Json encode(std::int64_t value);
  static bool decode(const json_t* json, std::int64_t& value);
};

/// The name of an enumerator or of an alternative, as it stands.
text::Json encode_name(std::string_view name);
bool is_name(const json_t* json, std::string_view name);

template <std::integral T>
  requires(!std::same_as<T, std::int64_t>)
struct Codec<T> {
  static text::Json encode(T value) {
    return Codec<std::int64_t>::encode(static_cast<std::int64_t>(value));
  }
  static bool decode(const json_t* json, T& value) {
    std::int64_t wide = 0;
    if (!Codec<std::int64_t>::decode(json, wide) || !std::in_range<T>(wide)) return false;
    value = static_cast<T>(wide);
    return true;
  }
};

template <>
struct Codec<bool> {
  static text::Json encode(bool value) { return text::Json{json_boolean(value)}; }
  static bool decode(const json_t* json, bool& value) {
    value = json_is_true(json);
    return json_is_boolean(json);
  }
};

template <>
struct Codec<Milliseconds> {
  static text::Json encode(Milliseconds value) {
    return Codec<std::int64_t>::encode(value.count());
  }
  static bool decode(const json_t* json, Milliseconds& value) {
    std::int64_t count = 0;
    const bool good = Codec<std::int64_t>::decode(json, count);
    value = Milliseconds{count};
    return good;
  }
};

template <>
struct Codec<Wall> {
  static text::Json encode(Wall value) {
    return Codec<std::int64_t>::encode(value.time_since_epoch().count());
  }
  static bool decode(const json_t* json, Wall& value) {
    std::int64_t count = 0;
    const bool good = Codec<std::int64_t>::decode(json, count);
    value = Wall{Milliseconds{count}};
    return good;
  }
};

template <Named E>
struct Codec<E> {
  static text::Json encode(E value) {
    for (const auto& [each, name] : Names<E>::all) {
      if (each == value) return encode_name(name);
    }
    return text::Json{json_null()};
  }
  static bool decode(const json_t* json, E& value) {
    for (const auto& [each, name] : Names<E>::all) {
      if (!is_name(json, name)) continue;
      value = each;
      return true;
    }
    return false;
  }
};

template <class Tag, class Value>
struct Codec<Id<Tag, Value>> {
  static text::Json encode(const Id<Tag, Value>& id) { return Codec<Value>::encode(id.value()); }
  static bool decode(const json_t* json, Id<Tag, Value>& id) {
    Value value{};
    const bool good = Codec<Value>::decode(json, value);
    id = Id<Tag, Value>{std::move(value)};
    return good;
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static text::Json encode(const std::optional<T>& value) {
    return value ? Codec<T>::encode(*value) : text::Json{json_null()};
  }
  static bool decode(const json_t* json, std::optional<T>& value) {
    value.reset();
    if (json == nullptr || json_is_null(json)) return true;
    return Codec<T>::decode(json, value.emplace());
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static text::Json encode(const std::vector<T>& values) {
    text::Json array{json_array()};
    for (const auto& each : values) {
      json_array_append_new(array.get(), Codec<T>::encode(each).release());
    }
    return array;
  }
  static bool decode(const json_t* json, std::vector<T>& values) {
    values.assign(json_array_size(json), T{});
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!Codec<T>::decode(json_array_get(json, i), values[i])) return false;
    }
    return json_is_array(json);
  }
};

template <class First, class Second>
struct Codec<std::pair<First, Second>> {
  static text::Json encode(const std::pair<First, Second>& both) {
    text::Json array{json_array()};
    json_array_append_new(array.get(), Codec<First>::encode(both.first).release());
    json_array_append_new(array.get(), Codec<Second>::encode(both.second).release());
    return array;
  }
  static bool decode(const json_t* json, std::pair<First, Second>& both) {
    return json_array_size(json) == 2 &&
           Codec<First>::decode(json_array_get(json, 0), both.first) &&
           Codec<Second>::decode(json_array_get(json, 1), both.second);
  }
};

/// Puts members into an object.
class Writer {
 public:
  explicit Writer(json_t* object) noexcept : object_(object) {}
  template <class T>
  void operator()(const char* name, const T& value) {
    json_object_set_new(object_, name, Codec<T>::encode(value).release());
  }

 private:
  json_t* object_;
};

/// Takes members out of one.
class Reader {
 public:
  explicit Reader(const json_t* object) noexcept : object_(object) {}
  template <class T>
  void operator()(const char* name, T& value) {
    good_ = good_ && Codec<T>::decode(json_object_get(object_, name), value);
  }
  [[nodiscard]] bool good() const noexcept { return good_; }

 private:
  const json_t* object_;
  bool good_ = true;
};

template <class T>
concept Record = requires(T& value, Reader& reader) { T::fields(reader, value); };

template <Record T>
struct Codec<T> {
  static text::Json encode(const T& value) {
    text::Json object{json_object()};
    Writer writer{object.get()};
    T::fields(writer, value);
    return object;
  }
  static bool decode(const json_t* json, T& value) {
    Reader reader{json};
    T::fields(reader, value);
    return json_is_object(json) && reader.good();
  }
};

/// One of several records, each with a `static constexpr std::string_view name`.
template <Record... Ts>
struct Codec<std::variant<Ts...>> {
  static text::Json encode(const std::variant<Ts...>& value) {
    return std::visit(
        []<class T>(const T& each) {
          text::Json object = Codec<T>::encode(each);
          json_object_set_new(object.get(), "is", encode_name(T::name).release());
          return object;
        },
        value);
  }
  static bool decode(const json_t* json, std::variant<Ts...>& value) {
    return (decode_as<Ts>(json, value) || ...);
  }

 private:
  template <class T>
  static bool decode_as(const json_t* json, std::variant<Ts...>& value) {
    return is_name(json_object_get(json, "is"), T::name) &&
           Codec<T>::decode(json, value.template emplace<T>());
  }
};

/// The text that is sealed, and back; nothing for text that is not of a T.
template <class T>
std::string to_text(const T& value) {
  return text::json_dump(Codec<T>::encode(value).get());
}
text::Json parse(std::string_view text);
template <class T>
std::optional<T> from_text(std::string_view text) {
  T value{};
  if (!Codec<T>::decode(parse(text).get(), value)) return std::nullopt;
  return value;
}

}  // namespace vneid::sealed
