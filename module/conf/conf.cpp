#include "module/conf/conf.hpp"

#include <new>
#include <string_view>

#include "module/pool.hpp"

namespace vneid::ngx {

text::PathRule path_rule(const ServerConf& server) noexcept {
  if (!server.pages) return text::PathRule::any;
  if (server.paths) return *server.paths;
  if (server.has_gate) return text::PathRule::plain;
  return server.portal_cookie ? text::PathRule::no_parameters : text::PathRule::any;
}

std::shared_ptr<const flows::Site> site_of(ngx_http_request_t* r, const LocationConf& location) {
  if (!location.sites) return nullptr;
  const auto& site = location.sites->of(r);
  if (location.provider_value == nullptr) return site;
  ngx_str_t value{};
  if (ngx_http_complex_value(r, location.provider_value, &value) != NGX_OK) throw std::bad_alloc();
  const std::string_view name = view(value);
  if (name == site->provider) return site;
  if (!name.empty() && name != "off") {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "the variable of \"vneid\" names no provider: \"%V\"", &value);
  }
  return nullptr;
}

}  // namespace vneid::ngx
