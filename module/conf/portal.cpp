// vneid_identity, vneid_trusted_headers, vneid_assertion_key, vneid_session_exchange,
// vneid_reuse, vneid_menu, vneid_new_accounts: what the portal learns, and how it lets people in.

#include <algorithm>
#include <array>

#include "flows/base/portal_assertion.hpp"
#include "module/conf/directive.hpp"
#include "text/ascii.hpp"
#include "text/header_name.hpp"
#include "text/url.hpp"

namespace vneid::ngx {

void parse_identity(const Directive& directive, LocationConf& conf) {
  directive.refuse_duplicate(conf.identity.has_value());
  const auto word = directive.word(0);
  if (word == "on") {
    conf.identity = IdentityScope::on;
  } else if (word == "full") {
    conf.identity = IdentityScope::full;
  } else if (word == "off") {
    conf.identity = IdentityScope::off;
  } else {
    directive.fail_parameter(word);
  }
}

void parse_trusted_headers(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.trusted_headers.has_value());
  // Without these no request is one, or the module itself would no longer see it.
  constexpr std::array needed{"host",         "connection", "content-length",
                              "content-type", "cookie",     "transfer-encoding",
                              "expect",       "upgrade",    "accept-language"};
  conf.trusted_headers.emplace();
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    const std::string prefix = text::cgi_form(word);
    const bool harmful = std::ranges::any_of(
        needed, [&](std::string_view name) { return name.starts_with(prefix); });
    if (!text::is_token(word) || prefix.size() < 3 || harmful) {
      directive.fail("invalid prefix \"" + std::string{word} +
                     "\" in \"vneid_trusted_headers\", expected the beginning of header names that "
                     "only this server sets, such as X-Portal-");
    }
    conf.trusted_headers->push_back(prefix);
  }
}

void parse_assertion_key(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.settings->assertion_keys != nullptr);
  auto keys = flows::load_assertion_keys(directive.path(directive.word(0)));
  if (!keys) directive.fail("\"vneid_assertion_key\": " + keys.error());
  conf.settings->assertion_keys = *std::move(keys);
}

void parse_session_exchange(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.session_exchange.has_value());
  flows::SessionExchange exchange;
  exchange.url = directive.word(0);
  bool allow_http = false;
  for (std::size_t i = 1; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (word == "allow_http") {
      allow_http = true;
    } else if (auto time = Directive::value_of(word, "timeout")) {
      exchange.timeout = directive.time(*time, "timeout");
    } else if (auto file = Directive::value_of(word, "trusted_certificate")) {
      exchange.trusted_certificates = directive.certificates(*file);
    } else {
      directive.fail_parameter(word);
    }
  }
  const auto url = text::parse_url(exchange.url);
  if (!url) {
    directive.fail("invalid URL \"" + exchange.url +
                   "\" in \"vneid_session_exchange\", expected https://host[:port]/path");
  }
  if (url->scheme == "http" && !allow_http) {
    directive.fail("URL \"" + exchange.url +
                   "\" in \"vneid_session_exchange\" is not https; for a portal on this machine or "
                   "in a network of your own add \"allow_http\"");
  }
  conf.session_exchange = std::move(exchange);
  conf.session_exchange_at = directive.position();
}

void parse_reuse(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.reuse.has_value());
  conf.reuse = directive.on_or_off();
  conf.reuse_at = directive.position();
}

void parse_menu(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.menu.has_value());
  conf.menu = directive.on_or_off();
}

void parse_new_accounts(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.new_accounts.has_value());
  conf.new_accounts = directive.on_or_off();
}

void parse_wait(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.wait.has_value());
  const auto word = directive.word(0);
  conf.wait = word == "off" ? Milliseconds{0} : directive.time(word, "vneid_wait");
}

}  // namespace vneid::ngx
