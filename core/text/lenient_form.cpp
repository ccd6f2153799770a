#include "text/lenient_form.hpp"

#include <algorithm>
#include <optional>

#include "text/ascii.hpp"
#include "text/form.hpp"

namespace vneid::text {

namespace {

[[nodiscard]] std::optional<std::string> decode(std::string_view piece) {
  auto bytes = form_bytes(piece);
  if (bytes && std::ranges::any_of(*bytes, is_control)) return {};
  return bytes;
}

/// A name as the most lenient portals read it: PHP passes over leading blanks, cuts at '[' and NUL,
/// and takes '.', ' ' for '_'; some frameworks trim.
[[nodiscard]] std::string as_lenient_portals_read(std::string_view key) {
  key = key.substr(0, key.find('['));
  while (key.starts_with(' ')) key.remove_prefix(1);
  while (key.ends_with(' ')) key.remove_suffix(1);
  std::string name{key};
  for (char& byte : name) byte = byte == '.' || byte == ' ' ? '_' : ascii_lower(byte);
  return name;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as one looks up a name
bool names_field(std::string_view form, std::string_view name) {
  const std::string wanted = as_lenient_portals_read(name);
  while (!form.empty()) {
    const auto piece = form.substr(0, form.find_first_of("&;"));
    form.remove_prefix(std::min(form.size(), piece.size() + 1));
    const auto key = decode(piece.substr(0, piece.find('=')));
    if (!key || as_lenient_portals_read(*key) == wanted) return true;
  }
  return false;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as one looks up a name
std::optional<std::string> form_field(std::string_view body, std::string_view name) {
  std::optional<std::string> found;
  while (!body.empty()) {
    const auto piece = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), piece.size() + 1));
    const auto mark = std::min(piece.find('='), piece.size());
    const auto key = decode(piece.substr(0, mark));
    if (!key) return {};
    if (!equal_without_case(*key, name)) {
      if (as_lenient_portals_read(*key) == as_lenient_portals_read(name)) return {};
      continue;
    }
    auto value = decode(piece.substr(std::min(mark + 1, piece.size())));
    if (found || !value) return {};
    found = std::move(value);
  }
  return found.value_or(std::string{});
}

}  // namespace vneid::text
