// vneid_require, vneid_portal_cookie, vneid_session_grace: who is let into a location.

#include "module/conf/directive.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] std::optional<policy::Requirement> requirement_of(const Directive& directive) {
  const auto word = directive.word(0);
  if (word == "off") return {};
  if (word == "session") return policy::Requirement::session;
  if (word == "linked") return policy::Requirement::linked;
  if (word == "level=2") return policy::Requirement::level2;
  directive.fail("invalid requirement \"" + std::string{word} +
                 "\" in \"vneid_require\", expected level=2, linked, session or off");
}

[[nodiscard]] std::size_t read_limit(const Directive& directive, std::string_view value) {
  ngx_str_t text = in_pool(directive.conf()->temp_pool, value);
  const ssize_t size = ngx_parse_size(&text);
  if (size < 0 || size > ssize_t{1024} * 1024) {
    directive.fail("invalid size \"" + std::string{value} +
                   "\" for \"max_body\" in \"vneid_require\", expected 0 to 1m");
  }
  return static_cast<std::size_t>(size);
}

}  // namespace

void parse_require(const Directive& directive, LocationConf& conf) {
  directive.refuse_duplicate(conf.gate != nullptr);
  GateRule rule;
  rule.at = directive.position();
  rule.requirement = requirement_of(directive);
  if (directive.size() > 1) {
    const auto limit = Directive::value_of(directive.word(1), "max_body");
    if (!limit) directive.fail_parameter(directive.word(1));
    rule.max_body = read_limit(directive, *limit);
  }
  conf.gate = std::make_shared<const GateRule>(std::move(rule));
}

void parse_session_grace(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.session_grace.has_value());
  const auto word = directive.word(0);
  const bool off = word == "off" || word == "0";
  conf.session_grace = off ? Milliseconds{0} : directive.time(word, "vneid_session_grace");
}

}  // namespace vneid::ngx
