#pragma once

#include <string>
#include <variant>

#include "flows/base/message.hpp"
#include "module/conf/conf.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Nobody has logged in with it.
struct NoLogin {};

/// A login of this account.
struct Recognised {
  std::string account;
  std::string kind;
};

/// It may be a login: the portal is to be asked (`ask=`).
struct ToBeAsked {
  std::string kind;
};

/// It may be a login, but nobody can tell whose. Such an answer does not simply go out, or a
/// strangely written form would be a way around the notice.
struct Unclear {
  std::string kind;
  std::string cause;  ///< for the log
};

/// What an answer of the portal in a `vneid_login` location is.
using Judgement = std::variant<NoLogin, Recognised, ToBeAsked, Unclear>;

/// Judges the answer that r->headers_out describes (R12): all that the rule names must hold.
Judgement judge_login(ngx_http_request_t* r, const LoginRule& rule);

/// What the portal's own answer was, kept while nginx goes elsewhere with it.
struct JudgedAnswer {
  Judgement judgement;
};

/// Judges while nginx sends the request on to another location (X-Accel-Redirect, error pages): the
/// portal's own answer is still r->upstream, and its cookies are in headers_out already.
JudgedAnswer judge_first_answer(ngx_http_request_t* r, const LoginRule& rule);

/// Whether the answer signs out, in a `vneid_logout` location: any but a failure does.
bool signs_out(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
