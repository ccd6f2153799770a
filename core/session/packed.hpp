#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/event_loop.hpp"
#include "ids.hpp"
#include "session/fields.hpp"

/// What is kept sealed and read often, as bytes and back, by the same list of members as
/// session/fields.hpp has. Its first four bytes are a hash of the names and kinds of members and
/// the names of enumerators, in their order, so that what another release has kept counts as absent
/// whatever was added or moved, and nothing is read as what it is not.
namespace vneid::packed {

/// FNV-1a over what says where a member is and what its number means.
class Layout {
 public:
  template <class T>
  void operator()(const char* name, const T& value) {
    add(name);
    add(kind_of(value));
    if constexpr (sealed::Named<T>) {
      for (const auto& [each, called] : sealed::Names<T>::all) add(called);
    }
  }
  [[nodiscard]] std::string bytes() const {
    std::string text;
    for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>(hash_ >> shift);
    return text;
  }

 private:
  // What a member is, by what Writer makes of it.
  static std::string_view kind_of(const std::string& /*text*/) { return "text"; }
  static std::string_view kind_of(std::int64_t /*number*/) { return "number"; }
  static std::string_view kind_of(Wall /*instant*/) { return "milliseconds"; }
  template <sealed::Named E>
  static std::string_view kind_of(E /*value*/) {
    return "name";
  }
  template <class Tag, class Value>
  static std::string_view kind_of(const Id<Tag, Value>& id) {
    return kind_of(id.value());
  }

  void add(std::string_view text) noexcept {
    for (const char byte : text) mix(static_cast<std::uint8_t>(byte));
    mix(0);
  }
  void mix(std::uint8_t byte) noexcept { hash_ = (hash_ ^ byte) * 16'777'619U; }
  std::uint32_t hash_ = 2'166'136'261U;
};

/// What the bytes of a T begin with.
template <sealed::Record T>
const std::string& layout_of() {
  static const std::string bytes = [] {
    Layout layout;
    const T blank{};
    T::fields(layout, blank);
    return layout.bytes();
  }();
  return bytes;
}

/// Puts members into bytes: a number in groups of seven bits, the lowest first, its sign in the
/// lowest bit of all; an enumerator as its place in Names; a text behind its length.
class Writer {
 public:
  explicit Writer(std::string& bytes) noexcept : bytes_(bytes) {}

  void operator()(const char* /*name*/, const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  void operator()(const char* /*name*/, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    put((bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0));
  }
  void operator()(const char* name, Wall instant) {
    (*this)(name, std::int64_t{instant.time_since_epoch().count()});
  }
  template <sealed::Named E>
  void operator()(const char* /*name*/, E value) {
    std::uint64_t place = 0;
    for (const auto& [each, name] : sealed::Names<E>::all) {
      if (each == value) break;
      ++place;
    }
    put(place);
  }
  template <class Tag, class Value>
  void operator()(const char* name, const Id<Tag, Value>& id) {
    (*this)(name, id.value());
  }

 private:
  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) bytes_ += static_cast<char>(number | 0x80U);
    bytes_ += static_cast<char>(number);
  }
  std::string& bytes_;
};

/// Takes them out again.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes) {}

  void operator()(const char* /*name*/, std::string& text) {
    const std::uint64_t size = take();
    good_ = good_ && rest_.size() >= size;
    if (!good_) return;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void operator()(const char* /*name*/, std::int64_t& number) {
    const std::uint64_t bits = take();
    number = static_cast<std::int64_t>((bits >> 1U) ^ (~(bits & 1U) + 1));
  }
  void operator()(const char* name, Wall& instant) {
    std::int64_t count = 0;
    (*this)(name, count);
    instant = Wall{Milliseconds{count}};
  }
  template <sealed::Named E>
  void operator()(const char* /*name*/, E& value) {
    const std::uint64_t place = take();
    good_ = good_ && place < sealed::Names<E>::all.size();
    if (good_) value = sealed::Names<E>::all[place].first;
  }
  template <class Tag, class Value>
  void operator()(const char* name, Id<Tag, Value>& id) {
    Value value{};
    (*this)(name, value);
    id = Id<Tag, Value>{std::move(value)};
  }
  /// Whether all was there, and nothing more.
  [[nodiscard]] bool finished() const noexcept { return good_ && rest_.empty(); }

 private:
  std::uint64_t take() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; good_ && shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return number;
    }
    good_ = false;
    return 0;
  }
  std::string_view rest_;
  bool good_ = true;
};

template <sealed::Record T>
std::string to_bytes(const T& value) {
  std::string bytes = layout_of<T>();
  Writer writer{bytes};
  T::fields(writer, value);
  return bytes;
}

template <sealed::Record T>
std::optional<T> from_bytes(std::string_view bytes) {
  const std::string& layout = layout_of<T>();
  if (!bytes.starts_with(layout)) return std::nullopt;
  T value;
  Reader reader{bytes.substr(layout.size())};
  T::fields(reader, value);
  if (!reader.finished()) return std::nullopt;
  return value;
}

}  // namespace vneid::packed
