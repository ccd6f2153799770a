// $vneid_form_NAME: a field of the submitted login form, for portals that announce nothing.

#include "module/variables/form.hpp"

#include "module/guard.hpp"
#include "module/pool.hpp"
#include "module/request/mark.hpp"
#include "module/request/request.hpp"
#include "text/lenient_form.hpp"

namespace vneid::ngx {

namespace {

#define VNEID_VARIABLE_PREFIX(name, shown) constexpr std::string_view prefix = #name;
#include "module/directives.def"
constexpr std::size_t most_form_bytes = std::size_t{64} * 1024;

// X-Accel-Redirect and error pages change method and query; these are the browser's own.

[[nodiscard]] bool was_posted(const ngx_http_request_t* r) noexcept {
  return view(r->request_line).starts_with("POST ");
}

[[nodiscard]] std::string_view asked_query(const ngx_http_request_t* r) noexcept {
  const auto asked = view(r->unparsed_uri);
  const auto mark = asked.find('?');
  return mark == std::string_view::npos ? std::string_view{} : asked.substr(mark + 1);
}

/// Why the form cannot be read, with the cure; null when it can.
[[nodiscard]] const char* obstacle(ngx_http_request_t* r, const Body& body) {
  if (!body_is_form(r)) return "the request is not application/x-www-form-urlencoded";
  switch (body.state) {
    case BodyState::not_kept:
      return "the request body was not kept; set \"proxy_request_buffering on\" in this location, "
             "and read the variable only after the body has arrived";
    case BodyState::too_large:
      return "the request body is larger than 64 KB; a login form is not";
    case BodyState::kept:
      break;
  }
  return nullptr;
}

[[nodiscard]] std::optional<std::string> read_field(ngx_http_request_t* r, std::string_view name) {
  mark(r).form_read = true;
  const Body body = request_body(r, most_form_bytes);
  const char* why = obstacle(r, body);
  std::optional<std::string> value;
  if (why == nullptr) {
    if (!text::names_field(asked_query(r), name)) value = text::form_field(body.text, name);
    if (value) return value;
    why = "the field occurs twice, or the form is encoded wrongly";
  }
  const ngx_str_t field = in_pool(r->pool, name);
  ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "vneid: $vneid_form_%V cannot be read: %s",
                &field, why);
  return value;
}

ngx_int_t get(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t data) noexcept {
  return guard(r->connection->log, "$vneid_form_", ngx_int_t{NGX_ERROR}, [&]() -> ngx_int_t {
    // nginx hands the name over in an integer.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto name = view(*reinterpret_cast<const ngx_str_t*>(data)).substr(prefix.size());
    value->not_found = 1;
    if (!was_posted(r->main)) return NGX_OK;
    const auto found = read_field(r->main, name);
    if (!found || found->empty()) return NGX_OK;
    const ngx_str_t text = in_pool(r->pool, *found);
    value->data = text.data;
    value->len = static_cast<unsigned>(text.len) & 0x0fff'ffffU;
    value->valid = 1;
    value->not_found = 0;
    return NGX_OK;
  });
}

}  // namespace

ngx_int_t add_form_variable(ngx_conf_t* cf) noexcept {
  return guard(cf->log, "$vneid_form_", ngx_int_t{NGX_ERROR}, [cf]() -> ngx_int_t {
    ngx_str_t name = in_pool(cf->pool, prefix);
    // Not cacheable: it may be asked for before the body has arrived.
    ngx_http_variable_t* variable =
        ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_PREFIX | NGX_HTTP_VAR_NOCACHEABLE);
    if (variable == nullptr) return NGX_ERROR;
    variable->get_handler = get;
    return NGX_OK;
  });
}

}  // namespace vneid::ngx
