#include "module/login/portal_cookie.hpp"

#include <new>
#include <optional>
#include <string>

#include "module/conf/conf.hpp"
#include "module/login/answer_headers.hpp"
#include "module/loop/process.hpp"
#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "module/request/cookies.hpp"
#include "module/request/mark.hpp"
#include "module/variables/session.hpp"
#include "text/cookie.hpp"

namespace vneid::ngx {

namespace {

/// A password may travel in a body, whatever the method, and in a header.
[[nodiscard]] bool may_have_credentials(const ngx_http_request_t* r) noexcept {
  const ngx_http_headers_in_t& headers = r->headers_in;
  return r->method != NGX_HTTP_GET || headers.authorization != nullptr ||
         headers.content_length_n > 0 || headers.chunked != 0;
}

/// Where the portal lets people in, as far as nginx.conf says, also before the portal sent the
/// request on.
[[nodiscard]] bool is_login(ngx_http_request_t* r) {
  const RequestMark* found = find_mark(r);
  return location_conf(r).login != nullptr || (found != nullptr && found->login != nullptr);
}

[[nodiscard]] std::optional<std::string> named_account(ngx_http_request_t* r) {
  ngx_http_complex_value_t* value = server_conf(r).portal_account;
  if (value == nullptr) return {};
  ngx_str_t account{};
  if (ngx_http_complex_value(r, value, &account) != NGX_OK) throw std::bad_alloc();
  return copy(account);
}

/// A door that nobody has named: a session of the portal begins where no login is watched. On first
/// contact portals begin one for nobody, so it is told and not refused; a gate closes it.
void note_unwatched(ngx_http_request_t* r, bool had_another) {
  main_conf(r).settings->metrics.add(metrics::PortalSession::unwatched);
  Process& process = Process::current();
  const auto* location = static_cast<const ngx_http_core_loc_conf_t*>(
      ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  if (!process.seldom().due(location, process.loop().now())) return;
  ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                "vneid: in location \"%V\", which has no vneid_login, the portal begins a session "
                "for a browser that had %s (said once a minute): if people log in there, name it",
                &location->name, had_another ? "another" : "none");
}

}  // namespace

void follow_portal_cookie(ngx_http_request_t* r) {
  const auto& sites = location_conf(r).served_with();
  if (!sites || sites->first()->portal_cookie.empty()) return;
  PortalAnswer answer;
  for (const std::string_view value : set_cookies(r)) {
    answer.headers.emplace_back("Set-Cookie", value);
  }
  if (answer.headers.empty()) return;
  const bool watched = is_login(r);
  answer.may_be_login = may_have_credentials(r) || watched;
  const flows::SharedFacts facts = session_facts(r);
  answer.told = facts != nullptr && facts->by_vneid();
  answer.account = named_account(r);
  const flows::Service& service = Process::current().service();
  const flows::Site& site = *sites->first();
  const std::string_view sent = all_cookies(r);
  if (!watched && service.begins_portal_session(sent, answer, site)) {
    note_unwatched(r, !text::cookie_values(sent, site.portal_cookie).empty());
  }
  const auto cookie = service.follow_portal_cookie(sent, answer, site);
  if (cookie) add_headers(r, {{"Set-Cookie", *cookie}});
}

}  // namespace vneid::ngx
