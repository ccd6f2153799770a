#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "identity/account_name.hpp"
#include "session/login_proof.hpp"
#include "session/withheld_answer.hpp"

namespace vneid::flows {

/// Below `vneid_path`: where the portal's pages ask for what they show of ours. The one page that
/// is served to a subrequest too.
inline constexpr std::string_view menu_path = "api/v1/menu";

/// What a flow may know of an HTTP request. Made by the module; owns its text, because a flow may
/// outlive the request (design D2, D3).
struct Request {
  enum class Method : std::uint8_t { get, head, post, other };

  Method method = Method::get;
  std::string path;           ///< below `vneid_path`, e.g. "notice" or "callback/bca"
  std::string query;          ///< raw, without '?'
  std::string body;           ///< of a POST, bounded by the module
  bool body_is_form = false;  ///< Content-Type is application/x-www-form-urlencoded
  bool body_is_json = false;  ///< Content-Type is application/json
  std::string cookie;         ///< all Cookie headers, joined with "; "
  std::string accept_language;
  std::string user_agent;
  std::string sec_fetch_site;  ///< "same-origin", "cross-site", …; empty when not sent
  std::string purpose;         ///< Sec-Purpose or Purpose; "prefetch" starts nothing
  std::string origin;          ///< Origin header
  std::string authorization;   ///< Authorization header; read below `api/` only
  std::string peer_address;    ///< client's address, numeric
  std::uint16_t peer_port = 0;
  std::string id;      ///< reference id of this request, shown to people and in the log
  std::string accept;  ///< Accept header
  /// Of a request to the portal that is held or gated, or whose answer a page of ours becomes part
  /// of: relative URL with its query, as the browser asked for it.
  std::string target;
  // Of a request to the portal that is held or gated:
  std::string sec_fetch_mode;  ///< "navigate", "cors", …; empty when not sent
  std::string requested_with;  ///< X-Requested-With; scripts send it, navigations do not
};

/// What nginx is to answer.
struct Reply {
  int status = 200;
  HeaderList headers;  ///< in order; Set-Cookie may repeat. No Content-Length.
  std::string body;
};

/// A login of a legacy account, recognised by `vneid_login` (R12).
struct LegacyLogin {
  LoginProof proof = LoginProof::announced;
  std::string account;  ///< as the portal names it, or as it was typed
  std::string kind;     ///< as the portal names it; empty: personal
  identity::AccountForm account_form;
  std::string session_cookie;   ///< the portal's, when it was named; otherwise the site's
  std::string return_to = "/";  ///< `return=`: the page of an application whose script logs in
  WithheldAnswer answer;        ///< its body in `body`
  /// Shared with whoever sends it on when the login goes on: bodies may be large, and logins wait.
  std::shared_ptr<const std::string> body;
};

/// An answer that may be a login of somebody, but nobody can tell whose.
struct UnknownLogin {
  std::string kind;   ///< as the portal names it; empty: personal
  std::string cause;  ///< for the log
};

/// The portal's answer to a sign-out, in a `vneid_logout` location.
struct PortalSignOut {
  WithheldAnswer answer;
};

/// What becomes of a request to a location with `vneid_require`.
struct GateVerdict {
  enum class Next : std::uint8_t {
    pass,       ///< to the portal
    answer,     ///< `reply` instead
    keep_post,  ///< read the body and give it to Service::keep_post
  };
  Next next = Next::pass;
  Reply reply;
};

/// What becomes of a withheld answer.
struct LoginVerdict {
  /// Set: send this instead of the portal's answer. Unset: the portal's answer goes on unchanged,
  /// with `added_headers` (our own cookies) put on it.
  std::optional<Reply> reply;
  HeaderList added_headers;
};

}  // namespace vneid::flows
