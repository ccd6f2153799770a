// Signing out: vneid_logout, vneid_logout_location, vneid_login_page, vneid_portal_cookie,
// vneid_session, vneid_kiosk (domain.md §4.4).

#include <string>

#include "module/conf/directive.hpp"
#include "policy/variable_source.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

/// What stands in a Location or a Set-Cookie header as it is.
[[nodiscard]] bool is_plain_path(std::string_view path) noexcept {
  return path.starts_with('/') && !path.starts_with("//") && !path.contains(';') &&
         !path.contains('\\') && !path.contains('"') && !path.contains(' ') &&
         !std::ranges::any_of(path, text::is_control);
}

/// nginx's time, from a second to a week.
[[nodiscard]] Milliseconds long_time(const Directive& directive, std::string_view word,
                                     std::string_view key) {
  constexpr ngx_int_t week = ngx_int_t{7} * 24 * 3600 * 1000;
  ngx_str_t text = in_pool(directive.conf()->temp_pool, word);
  const ngx_int_t value = ngx_parse_time(&text, 0);
  if (value == NGX_ERROR || value < 1000 || value > week) {
    directive.fail("invalid time \"" + std::string{word} + "\" for \"" + std::string{key} +
                   "\" in \"" + std::string{directive.name()} + "\", expected 1s to 7d");
  }
  return Milliseconds{value};
}

void read_cookie_path(const Directive& directive, std::string_view path, ServerConf& conf) {
  if (!is_plain_path(path)) {
    directive.fail("invalid path \"" + std::string{path} + "\" in \"vneid_portal_cookie\"");
  }
  conf.portal_cookie_path = path;
}

/// Only the portal may say whose its session is.
void read_named_account(const Directive& directive, std::string_view value, ServerConf& conf) {
  if (!policy::is_portals_word(value)) {
    directive.fail(
        "\"account=\" of \"vneid_portal_cookie\" must name a variable of the portal's answer, such "
        "as $upstream_http_x_portal_account");
  }
  conf.portal_account = directive.complex_value(value);
}

[[nodiscard]] std::string read_path(const Directive& directive, const char* name) {
  const auto path = directive.word(0);
  if (!is_plain_path(path)) {
    directive.fail("invalid URI \"" + std::string{path} + "\" in \"" + name +
                   "\", expected a path of this server");
  }
  return std::string{path};
}

}  // namespace

void parse_logout(const Directive& directive, LocationConf& conf) {
  directive.refuse_duplicate(conf.logout_at.has_value());
  conf.logout_at = directive.position();
}

void parse_logout_location(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.logout_location.has_value());
  conf.logout_location = read_path(directive, "vneid_logout_location");
}

void parse_login_page(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.login_page.has_value());
  conf.login_page = read_path(directive, "vneid_login_page");
}

void parse_portal_cookie(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.portal_cookie.has_value());
  const auto name = directive.word(0);
  if (!text::is_token(name)) {
    directive.fail("invalid cookie name \"" + std::string{name} + "\" in \"vneid_portal_cookie\"");
  }
  if (name.starts_with("__Host-vneid-")) {
    directive.fail("\"vneid_portal_cookie\" names the portal's cookie, not one of this module");
  }
  conf.portal_cookie = name;
  for (std::size_t i = 1; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (const auto path = Directive::value_of(word, "path")) {
      read_cookie_path(directive, *path, conf);
    } else if (const auto account = Directive::value_of(word, "account")) {
      read_named_account(directive, *account, conf);
    } else {
      directive.fail_parameter(word);
    }
  }
}

void parse_session(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.session_limits.has_value());
  SessionLimits limits;
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto idle = Directive::value_of(word, "idle")) {
      limits.idle = long_time(directive, *idle, "idle");
    } else if (auto absolute = Directive::value_of(word, "absolute")) {
      limits.absolute = long_time(directive, *absolute, "absolute");
    } else {
      directive.fail_parameter(word);
    }
  }
  if (limits.idle > limits.absolute) {
    directive.fail("\"idle\" is longer than \"absolute\" in \"vneid_session\"");
  }
  conf.session_limits = limits;
}

void parse_kiosk(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.kiosk_idle.has_value());
  const auto word = directive.word(0);
  if (word != "on" && word != "off") {
    directive.fail("invalid value \"" + std::string{word} +
                   "\" in \"vneid_kiosk\", expected \"on\" or \"off\"");
  }
  Milliseconds idle = std::chrono::minutes{3};
  if (directive.size() > 1) {
    const auto given = Directive::value_of(directive.word(1), "idle");
    if (!given || word == "off") directive.fail_parameter(directive.word(1));
    idle = long_time(directive, *given, "idle");
  }
  conf.kiosk_idle = word == "on" ? idle : Milliseconds{0};
}

}  // namespace vneid::ngx
