#include "text/cookie_jar.hpp"

#include <algorithm>

#include "text/ascii.hpp"
#include "text/cookie.hpp"
#include "text/portal_cookies.hpp"

namespace vneid::text {

namespace {

void put(std::vector<CookiePair>& jar, std::string_view name, std::string_view value) {
  const auto held = std::ranges::find(jar, name, &CookiePair::name);
  if (held == jar.end()) {
    jar.push_back({name, value});
  } else {
    held->value = value;
  }
}

}  // namespace

std::string cookies_after(std::string_view header, const std::vector<std::string_view>& set_cookies,
                          Wall now) {
  std::vector<CookiePair> jar = cookie_pairs(header);
  std::vector<CookiePair> added;
  for (const std::string_view text : set_cookies) {
    const auto cookie = parse_set_cookie(text, now);
    if (!cookie) continue;
    std::erase_if(jar, [&](const CookiePair& pair) { return pair.name == cookie->name; });
    if (!cookie->removes) put(added, cookie->name, cookie->value);
  }
  jar.insert(jar.end(), added.begin(), added.end());
  std::string joined;
  for (const CookiePair& pair : jar) {
    if (!joined.empty()) joined += "; ";
    joined.append(pair.name).append("=").append(pair.value);
  }
  // What the browser sends beside it must not hide what it was given.
  for (const CookiePair& pair : added) {
    if (is_token(pair.name)) joined = portal_cookies({joined}, pair.name).header;
  }
  return joined;
}

}  // namespace vneid::text
