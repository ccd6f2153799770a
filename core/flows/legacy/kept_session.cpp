#include "flows/legacy/kept_session.hpp"

#include <algorithm>

#include "text/ascii.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

bool speaks_of(const Exchange& exchange, const WithheldAnswer& answer, const std::string& cookie) {
  return std::ranges::any_of(answer.headers, [&](const auto& header) {
    if (!text::equal_without_case(header.first, "set-cookie")) return false;
    const auto set = text::parse_set_cookie(header.second, exchange.now());
    return set && set->name == cookie;
  });
}

}  // namespace

std::optional<std::string> take_kept_session(const Exchange& exchange, LegacyLogin& login) {
  const Site& site = *exchange.site;
  const std::string& name =
      login.session_cookie.empty() ? site.portal_cookie : login.session_cookie;
  if (name.empty() || speaks_of(exchange, login.answer, name)) return std::nullopt;
  const auto sent = text::cookie_values(exchange.request->cookie, name);
  if (sent.empty()) return std::nullopt;
  const std::string attributes = "; Path=" + site.portal_cookie_path + "; Secure; HttpOnly";
  std::string value{sent.front()};
  login.answer.headers.emplace_back("Set-Cookie", name + "=" + value + attributes);
  return name + "=; Max-Age=0" + attributes;
}

}  // namespace vneid::flows
