// vneid, vneid_path, vneid_origin, vneid_portal, vneid_notice: what the portal is.

#include <algorithm>
#include <charconv>
#include <chrono>

#include "module/conf/directive.hpp"
#include "text/ascii.hpp"
#include "text/url.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!std::ranges::all_of(text, text::is_digit) || error != std::errc{}) return {};
  return value;
}

/// yyyy-mm-dd as people here read a date, dd/mm/yyyy.
[[nodiscard]] std::string read_date(const Directive& directive, std::string_view text) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    const auto year = digits(text.substr(0, 4));
    const auto month = digits(text.substr(5, 2));
    const auto day = digits(text.substr(8, 2));
    if (year && month && day &&
        std::chrono::year_month_day{std::chrono::year{static_cast<int>(*year)},
                                    std::chrono::month{*month}, std::chrono::day{*day}}
            .ok()) {
      return std::string{text.substr(8, 2)} + "/" + std::string{text.substr(5, 2)} + "/" +
             std::string{text.substr(0, 4)};
    }
  }
  directive.fail("invalid date \"" + std::string{text} +
                 "\" in \"vneid_notice\", expected yyyy-mm-dd");
}

/// nginx's time, from a minute to a year; "login" is none.
[[nodiscard]] std::optional<Milliseconds> read_again(const Directive& directive,
                                                     std::string_view word) {
  if (word == "login") return std::nullopt;
  constexpr ngx_int_t minute = 60;
  constexpr ngx_int_t year = ngx_int_t{365} * 24 * 3600;
  ngx_str_t text = in_pool(directive.conf()->temp_pool, word);
  const ngx_int_t seconds = ngx_parse_time(&text, 1);
  if (seconds == NGX_ERROR || seconds < minute || seconds > year) {
    directive.fail("invalid time \"" + std::string{word} +
                   "\" for \"again\" in \"vneid_notice\", expected login or 1m to 365d");
  }
  return std::chrono::seconds{seconds};
}

}  // namespace

void parse_vneid(const Directive& directive, LocationConf& conf) {
  directive.refuse_duplicate(conf.provider.has_value());
  if (directive.word(0).contains('$'))
    conf.provider_value = directive.complex_value(directive.word(0));
  conf.provider = directive.word(0) == "off" ? std::string{} : std::string{directive.word(0)};
  conf.provider_at = directive.position();
  if (conf.provider->empty()) return;
  auto& main = *static_cast<MainConf*>(
      ngx_http_conf_get_module_main_conf(directive.conf(), ngx_http_vneid_module));
  if (!main.first_use) main.first_use = conf.provider_at;
}

void parse_notice(const Directive& directive, LocationConf& conf) {
  directive.refuse_duplicate(conf.notice.has_value());
  Notice notice;
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto basis = Directive::value_of(word, "legal_basis")) {
      if (basis->starts_with('"') || basis->starts_with('\'')) {
        directive.fail(
            "put the quotes of \"vneid_notice\" around the whole parameter, "
            "\"legal_basis=...\": nginx ends words at blanks otherwise");
      }
      notice.legal_basis = *basis;
    } else if (auto date = Directive::value_of(word, "date")) {
      notice.effective_date = read_date(directive, *date);
    } else if (auto again = Directive::value_of(word, "again")) {
      notice.again = read_again(directive, *again);
    } else {
      directive.fail_parameter(word);
    }
  }
  conf.notice = std::move(notice);
}

void parse_path(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.path.has_value());
  const auto path = directive.word(0);
  // The path stands in cookies, forms and the provider's list of redirect URIs: nothing in it may
  // need escaping there.
  if (path.size() < 3 || !path.starts_with('/') || !path.ends_with('/') || path.contains("//") ||
      path.contains("/.") || !text::consists_of(path, "/-_.")) {
    directive.fail("invalid path \"" + std::string{path} +
                   "\" in \"vneid_path\", expected /name/ of A-Z a-z 0-9 - _ . beginning and "
                   "ending with \"/\"");
  }
  conf.path = path;
}

void parse_origin(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.origin.has_value());
  const std::string origin{directive.word(0)};
  const auto url = text::parse_url(origin);
  if (!url || !url->path.empty() || url->has_query) {
    directive.fail("invalid origin \"" + origin +
                   "\" in \"vneid_origin\", expected https://host[:port] without a path");
  }
  if (url->scheme == "http" && !text::is_loopback(url->host)) {
    directive.fail("origin \"" + origin +
                   "\" in \"vneid_origin\" must be https: browsers keep the cookies of http only "
                   "for localhost");
  }
  conf.origin = origin;
}

void parse_portal(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.portal.has_value());
  const auto portal = directive.word(0);
  if (portal.size() > 64 || !text::consists_of(portal, "-_.")) {
    directive.fail("invalid name \"" + std::string{portal} +
                   "\" in \"vneid_portal\", expected 1 to 64 of A-Z a-z 0-9 - _ .");
  }
  conf.portal = portal;
}

}  // namespace vneid::ngx
