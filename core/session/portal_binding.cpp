#include "session/portal_binding.hpp"

#include "session/cookie.hpp"
#include "session/fields.hpp"
#include "text/ascii.hpp"
#include "text/cookie.hpp"
#include "text/portal_cookies.hpp"

namespace vneid {

namespace {

constexpr const char* key_purpose = "portal-cookie";
constexpr const char* seal_purpose = "portal-cookie-follows";
constexpr std::size_t longest_token = 64;  // as of a session

struct Followed {
  std::string from;
  std::string to;
  std::string account;  ///< whose alone it is; empty: the portal names nobody

  static void fields(auto& field, auto& self) {
    field("from", self.from);
    field("to", self.to);
    field("account", self.account);
  }
};

/// What the portal is sent under the name; empty: nothing.
std::string_view value_sent(std::string_view cookie_header, std::string_view name) {
  return text::portal_cookies({cookie_header}, name).value;
}

/// The value that an answer gives the cookie, empty when it takes it away; nothing when it does not
/// speak of it. The last one counts, as in a browser.
std::optional<std::string_view> value_set(const HeaderList& answer, std::string_view name,
                                          Wall now) {
  std::optional<std::string_view> last;
  for (const auto& [header, content] : answer) {
    if (!text::equal_without_case(header, "set-cookie")) continue;
    const auto cookie = text::parse_set_cookie(content, now);
    if (!cookie || cookie->name != name) continue;
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

/// Whether a new value may be the same person's, as follow_portal_cookie() says.
bool may_follow(const PortalAnswer& answer, bool from_nothing) {
  if (answer.account) return !answer.account->empty();
  return !answer.may_be_login && (!from_nothing || answer.told);
}

/// What the new value is to follow: the beginning of the chain, if there is one.
Followed origin_of(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view cookie_header,
                   const SessionToken& token, std::string_view before) {
  Followed link;
  if (before.empty()) {
    link.from = awaited_portal_cookie;
    return link;
  }
  link.from = key_of(keys, cookie, before);
  auto earlier = followed(keys, cookie_header, token, link.from);
  return earlier ? *std::move(earlier) : link;
}

}  // namespace

std::string portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                              std::string_view cookie_header, const HeaderList& answer, Wall now) {
  if (cookie.name.empty()) return {};
  if (const auto set = value_set(answer, cookie.name, now)) return key_of(keys, cookie, *set);
  return key_of(keys, cookie, value_sent(cookie_header, cookie.name));
}

std::string given_portal_cookie_key(const crypto::KeyRing& keys, PortalCookie cookie,
                                    const HeaderList& answer, Wall now) {
  return portal_cookie_key(keys, cookie, {}, answer, now);
}

bool begins_portal_session(PortalCookie cookie, std::string_view cookie_header,
                           const HeaderList& answer, Wall now) {
  const auto set = value_set(answer, cookie.name, now);
  return set && !set->empty() && *set != value_sent(cookie_header, cookie.name);
}

bool lacks_portal_cookie(PortalCookie cookie, std::string_view cookie_header) {
  return value_sent(cookie_header, cookie.name).empty();
}

bool belongs(const crypto::KeyRing& keys, PortalCookie cookie, std::string_view cookie_header,
             const LiveSession& live) {
  if (cookie.name.empty()) return true;
  const Session& session = live.session;
  const std::string key = key_of(keys, cookie, value_sent(cookie_header, cookie.name));
  if (key.empty() || session.portal_cookie_key.empty()) return false;
  if (key == session.portal_cookie_key) return true;
  const auto chain = followed(keys, cookie_header, live.token, key);
  return chain && chain->from == session.portal_cookie_key &&
         (chain->account.empty() || chain->account == session.account);
}

std::optional<std::string> follow_portal_cookie(const crypto::KeyRing& keys, PortalCookie cookie,
                                                std::string_view cookie_header,
                                                const PortalAnswer& answer, Wall now) {
  if (cookie.name.empty()) return std::nullopt;
  const auto set = value_set(answer.headers, cookie.name, now);
  if (!set || set->empty()) return std::nullopt;
  const auto tokens = text::cookie_values(cookie_header, cookie_name::session);
  if (tokens.size() != 1 || tokens.front().size() > longest_token) return std::nullopt;
  const std::string_view before = value_sent(cookie_header, cookie.name);
  if (before == *set || !may_follow(answer, before.empty())) return std::nullopt;
  const SessionToken token{std::string{tokens.front()}};
  Followed link = origin_of(keys, cookie, cookie_header, token, before);
  link.to = key_of(keys, cookie, *set);
  if (answer.account) link.account = *answer.account;
  return set_cookie(cookie_name::portal,
                    keys.seal_text(seal_purpose, token.value(), sealed::to_text(link)));
}

}  // namespace vneid
