#include "module/login/recognise.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "module/login/answer_headers.hpp"
#include "module/pool.hpp"
#include "module/request/cookies.hpp"
#include "module/request/mark.hpp"
#include "text/cookie.hpp"
#include "text/portal_cookies.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] std::string evaluate(ngx_http_request_t* r, ngx_http_complex_value_t* value) {
  ngx_str_t text{};
  if (ngx_http_complex_value(r, value, &text) != NGX_OK) {
    throw std::runtime_error("cannot evaluate a value of vneid_login");
  }
  return copy(text);
}

/// nginx's habit: empty and "0" are no.
[[nodiscard]] bool holds(ngx_http_request_t* r, ngx_http_complex_value_t* condition) {
  if (condition == nullptr) return true;
  const std::string value = evaluate(r, condition);
  return !value.empty() && value != "0";
}

[[nodiscard]] bool status_fits(ngx_uint_t status, const LoginRule& rule) {
  if (rule.statuses.empty()) return status >= 200 && status < 400;
  return std::ranges::find(rule.statuses, status) != rule.statuses.end();
}

enum class Cookie : std::uint8_t { fits, does_not_fit, unclear };

/// The answer sets the session cookie; or it sets none, and the browser has one: some portals keep
/// the session of before the login. Which of several it is nobody can tell.
[[nodiscard]] Cookie cookie_of(ngx_http_request_t* r, const LoginRule& rule) {
  if (rule.cookie.empty()) return Cookie::fits;
  if (const auto set = sets_cookie(r, rule.cookie)) {
    return *set ? Cookie::fits : Cookie::does_not_fit;
  }
  const std::string_view sent = all_cookies(r);
  if (text::cookie_values(sent, rule.cookie).empty()) return Cookie::does_not_fit;
  return text::portal_cookies({sent}, rule.cookie).value.empty() ? Cookie::unclear : Cookie::fits;
}

/// Policy goes by it, so nothing that was typed counts, by whatever way it came here.
[[nodiscard]] std::string kind_of(ngx_http_request_t* r, const LoginRule& rule) {
  if (rule.kind == nullptr) return {};
  RequestMark& here = mark(r);
  const bool before = std::exchange(here.form_read, false);
  std::string kind = evaluate(r, rule.kind);
  if (here.form_read) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "vneid: \"kind=\" of \"vneid_login\" is read from the submitted form, so it does "
                  "not count: the browser must not choose its policy");
    kind.clear();
  }
  here.form_read = here.form_read || before;
  return kind;
}

[[nodiscard]] Judgement judge(ngx_http_request_t* r, const LoginRule& rule, ngx_uint_t status) {
  if (status < 200) {
    // nginx before 1.29 takes an interim answer for the whole one, and what follows for its body.
    return Unclear{kind_of(r, rule), "the portal answered with an interim status (1xx)"};
  }
  if (!status_fits(status, rule)) return NoLogin{};
  const Cookie cookie = cookie_of(r, rule);
  if (cookie == Cookie::does_not_fit) return NoLogin{};
  if (cookie == Cookie::unclear) {
    return Unclear{kind_of(r, rule), "the browser sent its session cookie more than once"};
  }
  if (!holds(r, rule.condition)) return NoLogin{};
  if (rule.proof == LoginProof::asked) return ToBeAsked{kind_of(r, rule)};
  std::string account = evaluate(r, rule.account);
  if (!account.empty()) return Recognised{std::move(account), kind_of(r, rule)};
  if (rule.proof == LoginProof::announced) return NoLogin{};
  return Unclear{kind_of(r, rule), "the request does not tell whose login it is"};
}

}  // namespace

Judgement judge_login(ngx_http_request_t* r, const LoginRule& rule) {
  return judge(r, rule, r->headers_out.status);
}

JudgedAnswer judge_first_answer(ngx_http_request_t* r, const LoginRule& rule) {
  return {judge(r, rule, r->upstream->headers_in.status_n)};
}

bool signs_out(ngx_http_request_t* r) noexcept {
  return r->headers_out.status >= 200 && r->headers_out.status < 400;
}

}  // namespace vneid::ngx
