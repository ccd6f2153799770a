// vneid_login: how a login of the portal is recognised (R12), and how it is known whose it is
// (D15).

#include <array>

#include "module/conf/directive.hpp"
#include "policy/variable_source.hpp"
#include "text/ascii.hpp"
#include "text/json_pointer.hpp"
#include "text/local_path.hpp"

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

void read_return(const Directive& directive, std::string_view value, LoginRule& rule) {
  const auto path = text::LocalPath::parse(value);
  if (!path || !policy::variables_in(value).empty()) {
    directive.fail("invalid \"return=" + std::string{value} +
                   "\" in \"vneid_login\", expected a path of this server, without variables");
  }
  rule.return_to = path->text();
}

void read_account(const Directive& directive, std::string_view value, LoginRule& rule) {
  if (policy::variables_in(value).empty()) {
    directive.fail("\"account=\" of \"vneid_login\" must contain a variable");
  }
  rule.account = directive.complex_value(value);
  rule.proof = policy::is_portals_word(value) ? LoginProof::announced : LoginProof::claimed;
}

void read_condition(const Directive& directive, std::string_view value, LoginRule& rule) {
  if (policy::variables_in(value).empty()) {
    directive.fail("\"if=\" of \"vneid_login\" must contain a variable");
  }
  rule.condition = directive.complex_value(value);
}

/// Policy goes by the kind, so the browser must not choose it.
void read_kind(const Directive& directive, std::string_view value, LoginRule& rule) {
  for (const std::string& variable : policy::variables_in(value)) {
    if (!policy::is_browsers_own(variable)) continue;
    directive.fail("\"kind=\" of \"vneid_login\" must not come from the browser, as $" + variable +
                   " does");
  }
  rule.kind = directive.complex_value(value);
}

void read_account_form(const Directive& directive, std::string_view words, LoginRule& rule) {
  const auto form = identity::account_form_from_text(words);
  if (!form) {
    directive.fail("invalid \"account_form=" + std::string{words} +
                   "\" in \"vneid_login\", expected exact, fold or trim,fold");
  }
  rule.account_form = *form;
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

Pattern pattern_of(const Directive& directive, std::string_view expression) {
  std::array<u_char, NGX_MAX_CONF_ERRSTR> trouble{};
  ngx_regex_compile_t compile{};
  compile.pattern = in_pool(directive.conf()->pool, expression);
  compile.pool = directive.conf()->pool;
  compile.err = {trouble.size(), trouble.data()};
  if (ngx_regex_compile(&compile) != NGX_OK) directive.fail(copy(compile.err));
  if (compile.captures > 1) {
    directive.fail("the pattern \"" + std::string{expression} +
                   "\" of \"vneid_login\" has more than one group");
  }
  return {compile.regex};
}

/// "json:/pointer", "~regex" or a value with variables.
AnswerPart answer_part(const Directive& directive, std::string_view key, std::string_view value) {
  constexpr std::string_view json = "json:";
  if (value.starts_with(json)) {
    const auto pointer = value.substr(json.size());
    if (text::is_json_pointer(pointer)) return JsonPointer{std::string{pointer}};
  } else if (value.starts_with('~') && value.size() > 1) {
    return pattern_of(directive, value.substr(1));
  } else if (!policy::variables_in(value).empty()) {
    return AnswerVariable{directive.complex_value(value)};
  }
  directive.fail("invalid \"" + std::string{key} + "=" + std::string{value} +
                 "\" in \"vneid_login\", expected json:/pointer, ~pattern or a variable");
}

/// What belongs to `ask=`, whatever the order in which it is written.
struct AskWords {
  std::optional<std::string_view> uri;
  std::optional<std::string_view> account;
  std::optional<std::string_view> kind;
};

void read_asked(const Directive& directive, const AskWords& words, LoginRule& rule) {
  if (!words.uri) {
    if (!words.account && !words.kind) return;
    directive.fail("\"ask_account=\" and \"ask_kind=\" of \"vneid_login\" need \"ask=\"");
  }
  if (!words.uri->starts_with('/') || words.uri->find_first_of("$# \t") != std::string_view::npos) {
    directive.fail("invalid \"ask=" + std::string{*words.uri} +
                   "\" in \"vneid_login\", expected the path of a location, without variables");
  }
  PortalAsked asked;
  asked.uri = *words.uri;
  if (words.account) asked.account = answer_part(directive, "ask_account", *words.account);
  if (words.kind) asked.kind = answer_part(directive, "ask_kind", *words.kind);
  rule.asked = std::move(asked);
  rule.proof = LoginProof::asked;
}

/// Each proof has its own words, and nothing that would not count is taken without a word.
void check(const Directive& directive, const LoginRule& rule) {
  if (rule.asked && rule.account != nullptr) {
    directive.fail("\"vneid_login\" has both \"account=\" and \"ask=\"");
  }
  if (!rule.asked && rule.account == nullptr) {
    directive.fail("\"vneid_login\" needs \"account=\" or \"ask=\"");
  }
  // A wrong password carries an account's name too.
  if (rule.proof == LoginProof::claimed && rule.condition == nullptr) {
    directive.fail(
        "\"account=\" of \"vneid_login\" is not announced by the portal (only $upstream_http_…, "
        "$upstream_cookie_… and $sent_http_… are), so \"if=\" must tell a login from a wrong "
        "password; better: \"ask=\"");
  }
}

}  // namespace

void parse_login(const Directive& directive, LocationConf& conf) {
  if (conf.login) directive.fail("\"vneid_login\" directive is duplicate");
  LoginRule rule;
  rule.at = directive.position();
  AskWords asked;
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto account = Directive::value_of(word, "account")) {
      read_account(directive, *account, rule);
    } else if (auto condition = Directive::value_of(word, "if")) {
      read_condition(directive, *condition, rule);
    } else if (auto uri = Directive::value_of(word, "ask")) {
      asked.uri = uri;
    } else if (auto part = Directive::value_of(word, "ask_account")) {
      asked.account = part;
    } else if (auto part_of_kind = Directive::value_of(word, "ask_kind")) {
      asked.kind = part_of_kind;
    } else if (auto kind = Directive::value_of(word, "kind")) {
      read_kind(directive, *kind, rule);
    } else if (auto form = Directive::value_of(word, "account_form")) {
      read_account_form(directive, *form, rule);
    } else if (auto statuses = Directive::value_of(word, "status")) {
      read_statuses(directive, *statuses, rule);
    } else if (auto cookie = Directive::value_of(word, "cookie")) {
      read_cookie(directive, *cookie, rule);
    } else if (auto page = Directive::value_of(word, "return")) {
      read_return(directive, *page, rule);
    } else if (auto limit = Directive::value_of(word, "max_body")) {
      read_limit(directive, *limit, rule);
    } else {
      directive.fail_parameter(word);
    }
  }
  read_asked(directive, asked, rule);
  check(directive, rule);
  conf.login = std::make_shared<const LoginRule>(std::move(rule));
}

}  // namespace vneid::ngx
