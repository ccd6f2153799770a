// vneid_require, vneid_paths, vneid_session_grace: who is let into a location.

#include <algorithm>
#include <span>

#include "certain.hpp"
#include "module/conf/directive.hpp"
#include "module/conf/merge.hpp"
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

[[nodiscard]] ngx_http_complex_value_t* read_condition(const Directive& directive,
                                                       std::string_view value) {
  if (!value.contains('$')) {
    directive.fail("\"if=\" of \"vneid_require\" must contain a variable");
  }
  return directive.complex_value(value);
}

}  // namespace

void parse_require(const Directive& directive, LocationConf& conf) {
  directive.refuse_duplicate(conf.gate != nullptr);
  GateRule rule;
  rule.at = directive.position();
  rule.requirement = requirement_of(directive);
  for (std::size_t i = 1; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (const auto limit = Directive::value_of(word, "max_body")) {
      rule.max_body = read_limit(directive, *limit);
    } else if (const auto condition = Directive::value_of(word, "if");
               condition && rule.requirement) {
      rule.condition = read_condition(directive, *condition);
    } else {
      directive.fail_parameter(word);
    }
  }
  conf.gate = std::make_shared<const GateRule>(std::move(rule));
}

void parse_paths(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.paths.has_value());
  const auto word = directive.word(0);
  if (word == "strict") {
    conf.paths = text::PathRule::plain;
  } else if (word == "lower") {
    conf.paths = text::PathRule::lower;
  } else if (word == "off") {
    conf.paths = text::PathRule::any;
  } else {
    directive.fail("invalid value \"" + std::string{word} +
                   "\" in \"vneid_paths\", expected strict, lower or off");
  }
}

void parse_session_grace(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.session_grace.has_value());
  const auto word = directive.word(0);
  const bool off = word == "off" || word == "0";
  conf.session_grace = off ? Milliseconds{0} : directive.time(word, "vneid_session_grace");
}

namespace {

[[nodiscard]] bool has_gate(const LocationConf& location) noexcept {
  return location.gate && location.gate->requirement;
}

/// A session does not tell its level: that the provider lets nobody in below it does.
void check_level(ngx_conf_t* cf, const LocationConf& location) {
  if (location.gate->requirement != policy::Requirement::level2) return;
  const auto& main =
      *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_vneid_module));
  const std::string& provider = certain(location.provider);
  if (main.settings->providers.at(provider).required_level >= 2) return;
  throw ConfigurationError(
      "\"vneid_require level=2\" needs \"required_level 2\" in provider \"" + provider + "\"",
      location.gate->at);
}

/// `vneid off` turns logins and pages off. A gate above it stays as it is there: whoever wants it
/// open says so.
[[nodiscard]] const std::shared_ptr<const NamedSites>& sites_above(ngx_conf_t* cf,
                                                                   const LocationConf& parent,
                                                                   const LocationConf& child) {
  if (child.gate != parent.gate) {
    throw ConfigurationError("\"vneid_require\" without effect: \"vneid\" is off here",
                             child.gate->at);
  }
  if (parent.gate_sites) return parent.gate_sites;
  const auto& core = *static_cast<ngx_http_core_srv_conf_t*>(
      ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));
  throw ConfigurationError(
      "\"vneid_require\" of http{} holds in this server, and \"vneid\" is off: turn it on, or say "
      "\"vneid_require off;\"",
      Position{reinterpret_cast<const char*>(core.file_name), core.line});
}

[[nodiscard]] bool has_date(const ServerConf& server) noexcept {
  return std::ranges::any_of(
      server.rules, [](const auto& rule) { return rule && (rule->enforce || rule->closed); });
}

}  // namespace

void merge_gate(ngx_conf_t* cf, const LocationConf& parent, LocationConf& child) {
  if (!has_gate(child)) return;
  if (child.sites) check_level(cf, child);
  child.gate_sites = child.sites ? child.sites : sites_above(cf, parent, child);
  static_cast<ServerConf*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_vneid_module))->has_gate =
      true;
}

void warn_of_missing_gates(ngx_conf_t* cf) noexcept {
  const auto& core = *static_cast<ngx_http_core_main_conf_t*>(
      ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  for (const auto* server :
       std::span(static_cast<ngx_http_core_srv_conf_t**>(core.servers.elts), core.servers.nelts)) {
    const auto index = ngx_http_vneid_module.ctx_index;
    const auto& said = *static_cast<ServerConf*>(server->ctx->srv_conf[index]);
    const auto& outside = *static_cast<LocationConf*>(server->ctx->loc_conf[index]);
    if (!said.pages || !has_date(said) || has_gate(outside)) continue;
    ngx_log_error(
        NGX_LOG_WARN, cf->log, 0,
        "vneid: a date of \"vneid_policy\" ends logins, and no session of the portal that "
        "is older: say \"vneid_require session;\" in the server in %s:%ui",
        server->file_name, server->line);
  }
}

}  // namespace vneid::ngx
