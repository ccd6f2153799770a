// vneid_login: how a successful login of the portal is recognised (R12).

#include "module/conf/directive.hpp"
#include "text/ascii.hpp"
#include "text/lenient_form.hpp"

namespace vneid::ngx {

namespace {

void read_statuses(const Directive& directive, std::string_view list, LoginRule& rule) {
  for (bool more = true; more;) {
    const auto comma = list.find(',');
    rule.statuses.push_back(directive.number(list.substr(0, comma), "status", 200, 399));
    more = comma != std::string_view::npos;
    if (more) list.remove_prefix(comma + 1);
  }
}

void read_cookie(const Directive& directive, std::string_view name, LoginRule& rule) {
  if (!text::is_token(name)) {
    directive.fail("invalid cookie name \"" + std::string{name} + "\" in \"vneid_login\"");
  }
  rule.cookie = name;
}

void read_account(const Directive& directive, std::string_view value, LoginRule& rule) {
  if (!value.contains('$')) {
    directive.fail("\"account=\" of \"vneid_login\" must contain a variable");
  }
  rule.account = directive.complex_value(value);
  rule.reads_form = text::reads_form(value);
}

void read_limit(const Directive& directive, std::string_view value, LoginRule& rule) {
  ngx_str_t text = in_pool(directive.conf()->temp_pool, value);
  const ssize_t size = ngx_parse_size(&text);
  if (size < 1024 || size > ssize_t{16} * 1024 * 1024) {
    directive.fail("invalid size \"" + std::string{value} +
                   "\" for \"max_body\" in \"vneid_login\", expected 1k to 16m");
  }
  rule.max_body = static_cast<std::size_t>(size);
}

}  // namespace

void parse_login(const Directive& directive, LocationConf& conf) {
  if (conf.login) directive.fail("\"vneid_login\" directive is duplicate");
  LoginRule rule;
  rule.at = directive.position();
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto account = Directive::value_of(word, "account")) {
      read_account(directive, *account, rule);
    } else if (auto kind = Directive::value_of(word, "kind")) {
      rule.kind = directive.complex_value(*kind);
    } else if (auto statuses = Directive::value_of(word, "status")) {
      read_statuses(directive, *statuses, rule);
    } else if (auto cookie = Directive::value_of(word, "cookie")) {
      read_cookie(directive, *cookie, rule);
    } else if (auto limit = Directive::value_of(word, "max_body")) {
      read_limit(directive, *limit, rule);
    } else {
      directive.fail_parameter(word);
    }
  }
  if (rule.account == nullptr) directive.fail("\"vneid_login\" needs \"account=\"");
  // A wrong password carries an account name too.
  if (rule.reads_form && rule.statuses.empty() && rule.cookie.empty()) {
    directive.fail(
        "\"account=\" of \"vneid_login\" is read from the submitted form, so \"status=\" or "
        "\"cookie=\" must tell a successful login from a wrong password");
  }
  conf.login = std::make_shared<const LoginRule>(std::move(rule));
}

}  // namespace vneid::ngx
