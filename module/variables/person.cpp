// What the portal learns of the person (design §4.2): variables over the session that was read
// before. Empty where none was, so that proxy_set_header sends no header.

#include "module/variables/person.hpp"

#include <array>
#include <string>
#include <string_view>

#include "module/guard.hpp"
#include "module/pool.hpp"
#include "module/variables/session.hpp"

namespace vneid::ngx {

namespace {

using Read = std::string_view (*)(ngx_http_request_t* r, const flows::SessionFacts& facts);

std::string_view account(ngx_http_request_t* /*r*/, const flows::SessionFacts& facts) {
  return facts.account;
}
std::string_view subject(ngx_http_request_t* /*r*/, const flows::SessionFacts& facts) {
  return facts.subject;
}
std::string_view name(ngx_http_request_t* /*r*/, const flows::SessionFacts& facts) {
  return facts.name;
}
std::string_view citizen_id(ngx_http_request_t* /*r*/, const flows::SessionFacts& facts) {
  return facts.citizen_id;
}
std::string_view level(ngx_http_request_t* /*r*/, const flows::SessionFacts& facts) {
  return facts.by_vneid() ? "2" : "";
}
std::string_view assertion(ngx_http_request_t* r, const flows::SessionFacts& /*facts*/) {
  return session_assertion(r);
}

std::string_view link_state(ngx_http_request_t* /*r*/, const flows::SessionFacts& facts) {
  if (facts.by_vneid()) return "linked";
  switch (facts.state) {
    case flows::SessionFacts::State::absent:
      return "none";
    case flows::SessionFacts::State::found:
      return "legacy";
    case flows::SessionFacts::State::unknown:
      break;
  }
  return {};  // a store that is away says nothing about the session (D7)
}

struct Variable {
  ngx_str_t name;
  Read read;
};

constexpr std::size_t longest_value = 0x0fff'ffff;

// nginx's macro casts the text of literals; what it makes is never written to.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
auto variables = std::to_array<Variable>({
#define VNEID_VARIABLE(name, read) {ngx_string(#name), read},
#include "module/directives.def"
});
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

ngx_int_t get(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t index) noexcept {
  return guard(r->connection->log, "$vneid_", ngx_int_t{NGX_ERROR}, [&]() -> ngx_int_t {
    const flows::SharedFacts facts = session_facts(r);
    std::string_view text;
    if (facts != nullptr) text = variables.at(index).read(r, *facts);
    if (text.size() > longest_value) text = {};
    const ngx_str_t kept = in_pool(r->pool, text);
    value->data = kept.data;
    value->len = static_cast<unsigned>(kept.len) & 0x0fff'ffffU;
    value->valid = 1;
    value->not_found = 0;
    return NGX_OK;
  });
}

}  // namespace

ngx_int_t add_identity_variables(ngx_conf_t* cf) noexcept {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    // Not cacheable: it may be asked for before the session was read.
    ngx_http_variable_t* variable =
        ngx_http_add_variable(cf, &variables.at(i).name, NGX_HTTP_VAR_NOCACHEABLE);
    if (variable == nullptr) return NGX_ERROR;
    variable->get_handler = get;
    variable->data = i;
  }
  return NGX_OK;
}

}  // namespace vneid::ngx
