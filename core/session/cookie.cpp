#include "session/cookie.hpp"

#include "text/ascii.hpp"
#include "text/cookie.hpp"

namespace vneid {

namespace {

constexpr std::size_t token_length = 43;  // 32 bytes in base64url
constexpr std::string_view attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

std::string pair(std::string name, std::string_view value) {
  name += '=';
  name += value;
  return name;
}

}  // namespace

bool is_random_token(std::string_view text) noexcept {
  return text.size() == token_length && text::consists_of(text, "-_");
}

std::string token_in(std::string_view header, std::string_view name) {
  for (std::string_view value : text::cookie_values(header, name)) {
    if (is_random_token(value)) return std::string{value};
  }
  return {};
}

std::string browser_of(std::string_view cookie_header) {
  return token_in(cookie_header, cookie_name::flow);
}

std::string set_cookie(std::string_view name, std::string_view value,
                       std::chrono::seconds max_age) {
  std::string text = pair(std::string{name}, value);
  text += attributes;
  if (max_age.count() > 0) text += "; Max-Age=" + std::to_string(max_age.count());
  return text;
}

std::string expire_cookie(std::string_view name) {
  std::string text = pair(std::string{name}, "");
  text += attributes;
  text += "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
  return text;
}

}  // namespace vneid
