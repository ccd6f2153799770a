#include "text/url.hpp"

#include <algorithm>
#include <charconv>

#include "text/ascii.hpp"

namespace vneid::text {

namespace {

[[nodiscard]] bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

[[nodiscard]] bool is_ipv6(std::string_view host) {
  if (host.size() < 4 || !host.starts_with('[') || !host.ends_with(']')) return false;
  host = host.substr(1, host.size() - 2);
  return host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

}  // namespace

bool is_host_name(std::string_view host) {
  return host.size() <= 253 && consists_of(host, ".-") && is_alphanumeric(host.front()) &&
         !host.contains("..");
}

std::optional<Url> parse_url(std::string_view text) {
  const bool printable =
      std::ranges::all_of(text, [](char byte) { return byte > 0x20 && byte < 0x7f; });
  if (!printable) return {};
  Url url;
  const auto mark = text.find("://");
  if (mark == std::string_view::npos) return {};
  url.scheme = text.substr(0, mark);
  if (url.scheme != "http" && url.scheme != "https") return {};
  auto rest = text.substr(mark + 3);
  url.has_query = rest.find_first_of("?#") != std::string_view::npos;
  rest = rest.substr(0, rest.find_first_of("?#"));
  url.authority = rest.substr(0, rest.find('/'));
  url.path = rest.substr(url.authority.size());
  const auto bracket = url.authority.find(']');
  const auto colon = url.authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = url.authority.substr(0, colon);
  if (!is_host_name(url.host) && !is_ipv6(url.host)) return {};
  if (colon != std::string_view::npos && !is_port(url.authority.substr(colon + 1))) return {};
  return url;
}

bool is_loopback(std::string_view host) {
  const bool digits = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (digits && host.starts_with("127."));
}

}  // namespace vneid::text
