#pragma once

#include "module/conf/conf.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

class IdentityRead;
struct JudgedAnswer;
class PortalQuestion;

/// What we remember of a request over internal redirects, which zero r->ctx. Found by its place in
/// the pool's list of cleanups, as nginx-otel does (code-models.md §1.1).
struct RequestMark {
  ngx_str_t cookie;  ///< what the browser sent, when it was changed; else data is null
  /// The `vneid_login` location the request first came to. Belongs to the configuration, which
  /// outlives the request.
  const LocationConf* login;
  /// The same of `vneid_logout`.
  const LocationConf* logout;
  /// What the portal's answer there was, judged before nginx went elsewhere with it. Belongs to
  /// the request's cleanups.
  const JudgedAnswer* judged;
  /// The subrequest that asks the portal who the browser is, and what waits for its answer; that
  /// may be gone before the subrequest ends.
  ngx_http_request_t* asking;
  PortalQuestion* question;
  /// A field of the submitted form was asked for.
  bool form_read;
  /// The session that was read for the request; belongs to its cleanups.
  IdentityRead* identity;
  /// What `vneid_require` has let the request in for: a bit for each policy::Requirement.
  unsigned admitted;
};

/// Nothing when the request has none.
RequestMark* find_mark(ngx_http_request_t* r) noexcept;
/// The request's mark, made when needed.
RequestMark& mark(ngx_http_request_t* r);

}  // namespace vneid::ngx
