#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::text {

/// The parts of an http or https URL.
struct Url {
  std::string scheme;      ///< "http" or "https"
  std::string authority;   ///< host[:port], as written
  std::string host;        ///< without port; an IPv6 address with its brackets
  std::string path;        ///< with its '/', or empty
  bool has_query = false;  ///< or a fragment
};

/// Nothing when it is not one: no user information, no spaces or control bytes, a host of
/// [A-Za-z0-9.-] or [IPv6], a port of 1 to 65535.
std::optional<Url> parse_url(std::string_view text);

/// What `reference` means on the page `base`, an absolute URL (RFC 3986 §5.2), without its
/// fragment; nothing when that is no http or https URL as of parse_url().
std::optional<std::string> resolve_url(const std::string& base, std::string_view reference);

/// An absolute URL that we may call or send a browser to: https (or http when `allow_http`), no
/// fragment, printable ASCII only, at most 2048 characters.
bool is_endpoint_url(std::string_view text, bool allow_http);

/// Whether the host can only be this machine (RFC 6761 §6.3, RFC 8252 §7.3).
bool is_loopback(std::string_view host);

/// Whether it can be the host of a URL as it stands.
bool is_host_name(std::string_view host);

}  // namespace vneid::text
