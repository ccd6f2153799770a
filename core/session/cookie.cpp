#include "session/cookie.hpp"

#include <algorithm>

namespace vneid {

namespace {

constexpr std::size_t most_values = 8;
constexpr std::size_t token_length = 43;  // 32 bytes in base64url
constexpr std::string_view attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string pair(std::string_view name, std::string_view value) {
  std::string text{name};
  text += '=';
  text += value;
  return text;
}

}  // namespace

std::vector<std::string_view> cookie_values(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  while (!header.empty() && values.size() < most_values) {
    const auto end = header.find(';');
    const auto item = trim(header.substr(0, end));
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    const auto equals = item.find('=');
    if (equals != std::string_view::npos && trim(item.substr(0, equals)) == name) {
      values.push_back(trim(item.substr(equals + 1)));
    }
  }
  return values;
}

bool is_random_token(std::string_view text) noexcept {
  return text.size() == token_length && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string token_in(std::string_view header, std::string_view name) {
  for (std::string_view value : cookie_values(header, name)) {
    if (is_random_token(value)) return std::string{value};
  }
  return {};
}

std::string set_cookie(std::string_view name, std::string_view value,
                       std::chrono::seconds max_age) {
  std::string text = pair(name, value);
  text += attributes;
  if (max_age.count() > 0) text += "; Max-Age=" + std::to_string(max_age.count());
  return text;
}

std::string expire_cookie(std::string_view name) {
  std::string text = pair(name, "");
  text += attributes;
  text += "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
  return text;
}

}  // namespace vneid
