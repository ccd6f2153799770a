#pragma once

#include <optional>
#include <string>

#include "flows/base/message.hpp"
#include "module/conf/conf.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Whom the portal has let in.
struct Recognised {
  std::string account;
  std::string kind;
  /// Everything says that somebody got in, but the form that would say who cannot be read. Such an
  /// answer must not go out, or a strangely written form would be a way around the notice.
  bool unreadable = false;
  /// Not a login but the portal's answer to a sign-out; nothing else is set then.
  bool signs_out = false;
};

/// Judges the answer that headers_out describes (R12): all that the rule names must hold.
std::optional<Recognised> recognise(ngx_http_request_t* r, const LoginRule& rule);

/// Judges it in a `vneid_logout` location: any answer but a failure signs out.
std::optional<Recognised> recognise_sign_out(ngx_http_request_t* r);

/// The headers of that answer, but hop-by-hop ones.
HeaderList withheld_headers(ngx_http_request_t* r);

/// Takes the portal's Set-Cookie and Location headers off the answer.
void forget_session_headers(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
