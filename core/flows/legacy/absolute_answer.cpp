#include "flows/legacy/absolute_answer.hpp"

#include <algorithm>
#include <string>

namespace vneid::flows {

namespace {

char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

/// The path up to and with its last slash.
std::string directory(std::string_view path) {
  return std::string{path.substr(0, path.rfind('/') + 1)};
}

bool has_scheme(std::string_view reference) {
  const auto end = reference.find_first_of(":/?#");
  return end != std::string_view::npos && end > 0 && reference[end] == ':';
}

std::string absolute(std::string_view location, std::string_view path) {
  const bool is_relative = !location.starts_with('/') && !has_scheme(location);
  if (!is_relative) return std::string{location};
  const bool keeps_path = location.empty() || location.front() == '?' || location.front() == '#';
  return (keeps_path ? std::string{path} : directory(path)) + std::string{location};
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Whether the last Path attribute, the one that counts, has a value that browsers take.
bool names_path(std::string_view cookie) {
  bool named = false;
  for (auto at = cookie.find(';'); at != std::string_view::npos; at = cookie.find(';', at + 1)) {
    const auto attribute = cookie.substr(at + 1, cookie.find(';', at + 1) - at - 1);
    const auto equals = attribute.find('=');
    if (!same_name(trim(attribute.substr(0, equals)), "path")) continue;
    named = equals != std::string_view::npos && trim(attribute.substr(equals + 1)).starts_with('/');
  }
  return named;
}

std::string with_path(std::string_view cookie, std::string_view path) {
  std::string text{cookie};
  if (names_path(cookie)) return text;
  const auto slash = path.rfind('/');
  text += "; Path=";
  text += slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
  return text;
}

}  // namespace

bool sets_cookie(const WithheldAnswer& answer) {
  return std::ranges::any_of(
      answer.headers, [](const auto& header) { return same_name(header.first, "set-cookie"); });
}

void make_absolute(WithheldAnswer& answer, std::string_view path) {
  if (!path.starts_with('/')) path = "/";
  for (auto& [name, value] : answer.headers) {
    if (same_name(name, "location")) value = absolute(value, path);
    if (same_name(name, "set-cookie")) value = with_path(value, path);
  }
}

}  // namespace vneid::flows
