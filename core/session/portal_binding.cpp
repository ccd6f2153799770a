#include "session/portal_binding.hpp"

#include <algorithm>

#include "session/cookie.hpp"
#include "session/json.hpp"

namespace vneid {

namespace {

constexpr const char* key_purpose = "portal-cookie";
constexpr const char* seal_purpose = "portal-cookie-follows";
constexpr std::size_t longest_token = 64;  // as of a session

struct Followed {
  std::string from;
  std::string to;
};

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// Without case, because some portals read cookies so.
bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the piece before the next ';' off.
std::string_view next_piece(std::string_view& rest) {
  const auto piece = rest.substr(0, rest.find(';'));
  rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
  return trim(piece);
}

struct Pair {
  std::string_view name;
  std::string_view value;
};

Pair pair_of(std::string_view piece) {
  const auto equals = std::min(piece.find('='), piece.size());
  return {trim(piece.substr(0, equals)), trim(piece.substr(std::min(equals + 1, piece.size())))};
}

/// The one value under the name; empty when there is none. Nothing when there are several.
std::optional<std::string_view> only_value(std::string_view header, std::string_view name) {
  std::optional<std::string_view> found;
  while (!header.empty()) {
    const Pair pair = pair_of(next_piece(header));
    if (!same_name(pair.name, name)) continue;
    if (found && *found != pair.value) return std::nullopt;
    found = pair.value;
  }
  return found.value_or(std::string_view{});
}

/// The value that a Set-Cookie gives this cookie, empty when it takes it away; nothing when it is
/// about another.
std::optional<std::string_view> value_set(std::string_view header, std::string_view name) {
  const Pair pair = pair_of(next_piece(header));
  if (!same_name(pair.name, name)) return std::nullopt;
  while (!header.empty()) {
    const Pair attribute = pair_of(next_piece(header));
    const bool over = attribute.value.starts_with('-') || attribute.value == "0";
    if (same_name(attribute.name, "max-age") && over) return std::string_view{};
  }
  return pair.value;
}

/// The last one counts, as in a browser.
std::optional<std::string_view> value_set(const HeaderList& answer, std::string_view name) {
  std::optional<std::string_view> last;
  for (const auto& [header, text] : answer) {
    if (!same_name(header, "set-cookie")) continue;
    if (const auto value = value_set(text, name)) last = value;
  }
  return last;
}

std::string key_of(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view value) {
  if (value.empty()) return {};
  std::string named{cookie.portal};
  named += '\0';
  named += value;
  return keys.lookup_key(key_purpose, named);
}

/// What our cookie tells of this session; it opens for no other.
std::optional<Followed> followed(const crypto::KeyRing& keys, std::string_view cookie_header,
                                 std::string_view token, const std::string& to) {
  for (std::string_view value : cookie_values(cookie_header, cookie_name::portal)) {
    const auto text = keys.open_text(seal_purpose, token, value);
    if (!text) continue;
    json::Reader reader{*text};
    Followed found{reader.bytes("from"), reader.bytes("to")};
    if (reader.good() && found.to == to) return found;
  }
  return std::nullopt;
}

}  // namespace

std::string portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                              std::string_view cookie_header, const HeaderList& answer) {
  if (cookie.name.empty()) return {};
  if (const auto set = value_set(answer, cookie.name)) return key_of(keys, cookie, *set);
  return key_of(keys, cookie, only_value(cookie_header, cookie.name).value_or(""));
}

bool belongs(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view cookie_header,
             const LiveSession& live) {
  if (cookie.name.empty()) return true;
  const auto value = only_value(cookie_header, cookie.name);
  if (!value) return false;
  const std::string key = key_of(keys, cookie, *value);
  if (key == live.session.portal_cookie_key) return true;
  if (key.empty()) return false;
  const auto chain = followed(keys, cookie_header, live.token, key);
  return chain && chain->from == live.session.portal_cookie_key;
}

std::optional<std::string> follow_portal_cookie(const crypto::KeyRing& keys, PortalCookie cookie,
                                                std::string_view cookie_header,
                                                const HeaderList& answer) {
  if (cookie.name.empty()) return std::nullopt;
  const auto set = value_set(answer, cookie.name);
  if (!set || set->empty()) return std::nullopt;
  const auto tokens = cookie_values(cookie_header, cookie_name::session);
  if (tokens.size() != 1 || tokens.front().size() > longest_token) return std::nullopt;
  const auto before = only_value(cookie_header, cookie.name);
  if (!before || *before == *set) return std::nullopt;
  std::string from = key_of(keys, cookie, *before);
  // A chain: what the session was begun with stays its beginning.
  if (auto earlier = followed(keys, cookie_header, tokens.front(), from)) {
    from = std::move(earlier->from);
  }
  json::Writer writer;
  writer.bytes("from", from).bytes("to", key_of(keys, cookie, *set));
  return set_cookie(cookie_name::portal,
                    keys.seal_text(seal_purpose, tokens.front(), writer.str()));
}

}  // namespace vneid
