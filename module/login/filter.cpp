#include "module/login/filter.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "module/guard.hpp"
#include "module/login/answer_headers.hpp"
#include "module/login/held_login.hpp"
#include "module/login/portal_cookie.hpp"
#include "module/login/portal_question.hpp"
#include "module/login/recognise.hpp"
#include "module/request/context.hpp"
#include "module/request/cookies.hpp"
#include "module/request/mark.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

namespace {

/// The filters behind ours, as every filter of nginx keeps them. Set while nginx reads its
/// configuration, to the same values each time.
Outlet next_filters{};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// The `vneid_login` that applies: of this location, or of the one a request came to before the
/// portal sent it on with X-Accel-Redirect or an error page did.
[[nodiscard]] const LocationConf* login_location(ngx_http_request_t* r) {
  const LocationConf& here = location_conf(r);
  const RequestMark* mark = r->internal ? find_mark(r) : nullptr;
  if (mark != nullptr && mark->judged != nullptr) return mark->login;
  if (here.login && here.sites) return &here;
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

HeldLogin& hold(ngx_http_request_t* r, const LocationConf& location,
                std::shared_ptr<const flows::Site> site, HeldFor why) {
  auto* held = object_of_request(r, std::make_unique<HeldLogin>(r, location.login, std::move(site),
                                                                std::move(why), next_filters));
  context(r).held = held;
  return *held;
}

ngx_int_t pass(ngx_http_request_t* r) {
  follow_portal_cookie(r);
  return next_filters.header(r);
}

/// Whether it goes on is policy's to say, and needs nothing of its body.
ngx_int_t on_unclear(ngx_http_request_t* r, const LocationConf& location,
                     std::shared_ptr<const flows::Site> site, const Unclear& unclear) {
  const flows::UnknownLogin unknown{unclear.kind, unclear.cause};
  auto verdict = Process::current().service().unknown_login(portal_request(r), unknown, site);
  if (verdict.reply) {
    return hold(r, location, std::move(site), Recognised{}).answer_now(*verdict.reply);
  }
  add_headers(r, verdict.added_headers);
  return next_filters.header(r);
}

ngx_int_t on_login(ngx_http_request_t* r, const LocationConf& location) {
  auto site = site_of(r, location);
  if (!site) return pass(r);
  const RequestMark* mark = find_mark(r);
  Judgement judged = mark != nullptr && mark->judged != nullptr ? mark->judged->judgement
                                                                : judge_login(r, *location.login);
  if (std::holds_alternative<NoLogin>(judged)) return pass(r);
  if (const auto* unclear = std::get_if<Unclear>(&judged)) {
    return on_unclear(r, location, std::move(site), *unclear);
  }
  if (auto* recognised = std::get_if<Recognised>(&judged)) {
    hold(r, location, std::move(site), std::move(*recognised));
  } else {
    hold(r, location, std::move(site), std::get<ToBeAsked>(std::move(judged)));
  }
  return NGX_OK;
}

ngx_int_t on_sign_out(ngx_http_request_t* r, const LocationConf& location) {
  auto site = location.sites->of(r);
  if (!site || !signs_out(r)) return pass(r);
  hold(r, location, std::move(site), SignOut{});
  return NGX_OK;
}

ngx_int_t on_header(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "vneid_login", ngx_int_t{NGX_ERROR}, [r]() -> ngx_int_t {
    if (PortalQuestion::asks(r)) return NGX_OK;
    if (r != r->main) return next_filters.header(r);
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
    if (const LocationConf* location = login_location(r)) return on_login(r, *location);
    if (const LocationConf* location = logout_location(r)) return on_sign_out(r, *location);
    return pass(r);
  });
}

ngx_int_t on_body(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
  if (PortalQuestion::asks(r)) {
    return guard(r->connection->log, "ask=", ngx_int_t{NGX_ERROR}, [&] {
      PortalQuestion::on_body(r, in);
      return ngx_int_t{NGX_OK};
    });
  }
  const RequestContext* found = r == r->main ? find_context(r) : nullptr;
  if (found == nullptr || found->held == nullptr) return next_filters.body(r, in);
  return guard(r->connection->log, "vneid_login", ngx_int_t{NGX_ERROR},
               [&] { return found->held->on_body(in); });
}

/// nginx goes elsewhere with the portal's answer to a login: what it was is asked of that answer,
/// before another upstream takes its place. If it was none, the next answer may still be one.
void judge_before_leaving(ngx_http_request_t* r) {
  RequestMark* found = r->internal ? find_mark(r) : nullptr;
  if (found == nullptr || found->login == nullptr || found->judged != nullptr) return;
  if (r->upstream == nullptr || r->upstream->headers_in.status_n == 0) return;
  JudgedAnswer judged = judge_first_answer(r, *found->login->login);
  if (std::holds_alternative<NoLogin>(judged.judgement)) return;
  found->judged = object_of_request(r, std::make_unique<JudgedAnswer>(std::move(judged)));
}

}  // namespace

void install_filters() noexcept {
  next_filters = {ngx_http_top_header_filter, ngx_http_top_body_filter};
  ngx_http_top_header_filter = on_header;
  ngx_http_top_body_filter = on_body;
}

ngx_int_t on_preaccess(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "request", ngx_int_t{500}, [r]() -> ngx_int_t {
    if (r != r->main) return NGX_DECLINED;
    judge_before_leaving(r);
    const LocationConf& location = location_conf(r);
    if (!location.served_with()) return NGX_DECLINED;
    RequestMark* found = find_mark(r);
    const bool judged = found != nullptr && found->judged != nullptr;
    if (location.sites && location.login && !judged) mark(r).login = &location;
    if (location.sites && location.logout_at) mark(r).logout = &location;
    withhold_cookies(r, location.served_with()->first()->portal_cookie);
    return NGX_DECLINED;
  });
}

}  // namespace vneid::ngx
