#include "flows/reply/absolute_answer.hpp"

#include <algorithm>
#include <string>

#include "text/ascii.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

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

std::string with_path(std::string cookie, std::string_view path) {
  const auto parsed = text::parse_set_cookie(cookie, Wall{});
  if (parsed && !parsed->path.empty()) return cookie;
  const auto slash = path.rfind('/');
  cookie += "; Path=";
  cookie += slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
  return cookie;
}

}  // namespace

bool sets_cookie(const WithheldAnswer& answer) {
  return std::ranges::any_of(answer.headers, [](const auto& header) {
    return text::equal_without_case(header.first, "set-cookie");
  });
}

void make_absolute(WithheldAnswer& answer, std::string_view path) {
  if (!path.starts_with('/')) path = "/";
  for (auto& [name, value] : answer.headers) {
    if (text::equal_without_case(name, "location")) value = absolute(value, path);
    if (text::equal_without_case(name, "set-cookie")) value = with_path(value, path);
  }
}

}  // namespace vneid::flows
