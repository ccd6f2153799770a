#include "session/portal_binding.hpp"

#include "session/cookie.hpp"
#include "session/fields.hpp"
#include "text/ascii.hpp"
#include "text/cookie.hpp"

namespace vneid {

namespace {

constexpr const char* key_purpose = "portal-cookie";
constexpr const char* seal_purpose = "portal-cookie-follows";
constexpr std::size_t longest_token = 64;  // as of a session

struct Followed {
  std::string from;
  std::string to;

  static void fields(auto& field, auto& self) {
    field("from", self.from);
    field("to", self.to);
  }
};

/// The one value under the name; empty when there is none. Nothing when there are several. Without
/// case, because some portals read cookies so.
std::optional<std::string_view> only_value(std::string_view header, PortalCookie cookie) {
  std::optional<std::string_view> found;
  for (const auto& pair : text::cookie_pairs(header)) {
    if (!text::equal_without_case(pair.name, cookie.name)) continue;
    if (found && *found != pair.value) return std::nullopt;
    found = pair.value;
  }
  return found.value_or(std::string_view{});
}

/// The value that an answer gives the cookie, empty when it takes it away; nothing when it does not
/// speak of it. The last one counts, as in a browser.
std::optional<std::string_view> value_set(const HeaderList& answer, std::string_view name,
                                          Wall now) {
  std::optional<std::string_view> last;
  for (const auto& [header, content] : answer) {
    if (!text::equal_without_case(header, "set-cookie")) continue;
    const auto cookie = text::parse_set_cookie(content, now);
    if (!cookie || !text::equal_without_case(cookie->name, name)) continue;
    last = cookie->removes ? std::string_view{} : cookie->value;
  }
  return last;
}

std::string key_of(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view value) {
  if (value.empty()) return {};
  std::string named = cookie.portal.value();
  named += '\0';
  named += value;
  return keys.lookup_key(key_purpose, named);
}

/// What our cookie tells of this session; it opens for no other.
std::optional<Followed> followed(const crypto::KeyRing& keys, std::string_view cookie_header,
                                 const SessionToken& token, const std::string& to) {
  for (std::string_view value : text::cookie_values(cookie_header, cookie_name::portal)) {
    const auto text = keys.open_text(seal_purpose, token.value(), value);
    if (!text) continue;
    auto found = sealed::from_text<Followed>(*text);
    if (found && found->to == to) return found;
  }
  return std::nullopt;
}

}  // namespace

std::string portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                              std::string_view cookie_header, const HeaderList& answer, Wall now) {
  if (cookie.name.empty()) return {};
  if (const auto set = value_set(answer, cookie.name, now)) return key_of(keys, cookie, *set);
  return key_of(keys, cookie, only_value(cookie_header, cookie).value_or(""));
}

bool belongs(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view cookie_header,
             const LiveSession& live) {
  if (cookie.name.empty()) return true;
  const auto value = only_value(cookie_header, cookie);
  if (!value) return false;
  const std::string key = key_of(keys, cookie, *value);
  if (key == live.session.portal_cookie_key) return true;
  if (key.empty()) return false;
  const auto chain = followed(keys, cookie_header, live.token, key);
  return chain && chain->from == live.session.portal_cookie_key;
}

std::optional<std::string> follow_portal_cookie(const crypto::KeyRing& keys, PortalCookie cookie,
                                                std::string_view cookie_header,
                                                const HeaderList& answer, Wall now) {
  if (cookie.name.empty()) return std::nullopt;
  const auto set = value_set(answer, cookie.name, now);
  if (!set || set->empty()) return std::nullopt;
  const auto tokens = text::cookie_values(cookie_header, cookie_name::session);
  if (tokens.size() != 1 || tokens.front().size() > longest_token) return std::nullopt;
  const auto before = only_value(cookie_header, cookie);
  if (!before || *before == *set) return std::nullopt;
  std::string from = key_of(keys, cookie, *before);
  // A chain: what the session was begun with stays its beginning.
  const SessionToken token{std::string{tokens.front()}};
  if (auto earlier = followed(keys, cookie_header, token, from)) {
    from = std::move(earlier->from);
  }
  const Followed link{std::move(from), key_of(keys, cookie, *set)};
  return set_cookie(cookie_name::portal,
                    keys.seal_text(seal_purpose, token.value(), sealed::to_text(link)));
}

}  // namespace vneid
