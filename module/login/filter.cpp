#include "module/login/filter.hpp"

#include <memory>
#include <optional>

#include "module/guard.hpp"
#include "module/login/held_login.hpp"
#include "module/login/portal_cookie.hpp"
#include "module/request/context.hpp"
#include "module/request/cookies.hpp"
#include "module/request/mark.hpp"

namespace vneid::ngx {

namespace {

/// The filters behind ours, as every filter of nginx keeps them. Set while nginx reads its
/// configuration, to the same values each time.
Outlet next_filters{};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// The `vneid_login` that applies: of this location, or of the one a request came to before the
/// portal sent it on with X-Accel-Redirect or an error page did.
[[nodiscard]] const LocationConf* login_location(ngx_http_request_t* r) {
  const LocationConf& here = location_conf(r);
  if (here.login && here.sites) return &here;
  if (!r->internal) return nullptr;
  const RequestMark* mark = find_mark(r);
  return mark == nullptr ? nullptr : mark->login;
}

/// The same of `vneid_logout`.
[[nodiscard]] const LocationConf* logout_location(ngx_http_request_t* r) {
  const LocationConf& here = location_conf(r);
  if (here.logout_at && here.sites) return &here;
  if (!r->internal) return nullptr;
  const RequestMark* mark = find_mark(r);
  return mark == nullptr ? nullptr : mark->logout;
}

ngx_int_t hold(ngx_http_request_t* r, const LocationConf& location,
               std::optional<Recognised> login) {
  if (!login) {
    follow_portal_cookie(r);
    return next_filters.header(r);
  }
  auto site = login->signs_out ? location.sites->of(r) : site_of(r, location);
  if (!site) return next_filters.header(r);
  const bool unreadable = login->unreadable;
  auto* held = object_of_request(
      r, std::make_unique<HeldLogin>(r, location.login ? location.login->max_body : 0,
                                     std::move(site), std::move(*login), next_filters));
  context(r).held = held;
  if (unreadable) {
    return held->refuse(NGX_HTTP_BAD_GATEWAY,
                        "the portal let somebody in, but the submitted form "
                        "does not tell whom");
  }
  return NGX_OK;
}

ngx_int_t on_header(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "vneid_login", ngx_int_t{NGX_ERROR}, [r]() -> ngx_int_t {
    if (r != r->main || r->method == NGX_HTTP_HEAD) return next_filters.header(r);
    if (RequestContext* found = find_context(r)) {
      if (found->page != nullptr) return next_filters.header(r);
      if (found->held != nullptr) {
        // Something failed after the portal's header: this is the error's own. What the portal had
        // set must not ride on it.
        found->held->drop();
        found->held = nullptr;
        forget_session_headers(r);
        return next_filters.header(r);
      }
    }
    const LocationConf* location = login_location(r);
    if (location != nullptr) return hold(r, *location, recognise(r, *location->login));
    location = logout_location(r);
    if (location == nullptr) {
      follow_portal_cookie(r);
      return next_filters.header(r);
    }
    return hold(r, *location, recognise_sign_out(r));
  });
}

ngx_int_t on_body(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
  const RequestContext* found = r == r->main ? find_context(r) : nullptr;
  if (found == nullptr || found->held == nullptr) return next_filters.body(r, in);
  return guard(r->connection->log, "vneid_login", ngx_int_t{NGX_ERROR},
               [&] { return found->held->on_body(in); });
}

}  // namespace

void install_filters() noexcept {
  next_filters = {ngx_http_top_header_filter, ngx_http_top_body_filter};
  ngx_http_top_header_filter = on_header;
  ngx_http_top_body_filter = on_body;
}

ngx_int_t on_preaccess(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "request", ngx_int_t{500}, [r]() -> ngx_int_t {
    const LocationConf& location = location_conf(r);
    if (r != r->main || !location.served_with()) return NGX_DECLINED;
    if (location.sites && location.login) mark(r).login = &location;
    if (location.sites && location.logout_at) mark(r).logout = &location;
    withhold_cookies(r, location.served_with()->first()->portal_cookie);
    return NGX_DECLINED;
  });
}

}  // namespace vneid::ngx
