#pragma once

#include <optional>
#include <utility>

namespace vneid {

/// The value of an optional that cannot be empty where this stands: a constraint of the database or
/// an earlier check, often in another function, has seen to it. Throws std::bad_optional_access
/// when it is empty all the same. Where emptiness can happen, test for it instead.
template <class T>
const T& certain(const std::optional<T>& value) {
  if (!value) throw std::bad_optional_access{};
  return *value;
}
template <class T>
T& certain(std::optional<T>& value) {
  if (!value) throw std::bad_optional_access{};
  return *value;
}
template <class T>
T certain(std::optional<T>&& value) {
  if (!value) throw std::bad_optional_access{};
  return *std::move(value);
}

}  // namespace vneid
