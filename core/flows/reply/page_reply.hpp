#pragma once

#include <string>
#include <string_view>

#include "flows/base/base.hpp"
#include "pages/renderer.hpp"

namespace vneid::flows {

/// What every page of this request is rendered with, to the holder of an account of this kind: each
/// has a date of its own (R34).
pages::PageContext page_context(const Exchange& exchange,
                                policy::Kind kind = policy::Kind::personal);

/// HTML with the headers that every page of ours has (no-store, CSP, no framing, no referrer).
Reply html_reply(const Exchange& exchange, int status, std::string html);

/// A page, of the types in pages/view.hpp, as this request is shown it.
Reply page_reply(const Exchange& exchange, int status, const auto& page,
                 const pages::PageContext& context) {
  return html_reply(exchange, status, exchange.worker->settings->renderer->render(page, context));
}
Reply page_reply(const Exchange& exchange, int status, const auto& page) {
  return page_reply(exchange, status, page, page_context(exchange));
}

/// The page for an error, with its status and Retry-After; writes `cause` to the log under the
/// reference id that the page shows.
Reply error_reply(const Exchange& exchange, const pages::ErrorPage& page, std::string_view cause);
Reply error_reply(const Exchange& exchange, pages::ErrorKind kind, std::string_view cause);

/// 405 with the methods that are allowed, as Allow has them.
Reply not_allowed(const Exchange& exchange, std::string_view allowed);

/// The page for a person whom an officer keeps out.
Reply kept_out(const Exchange& exchange);

/// 503 without a word, to what a browser only guesses at; the person's own request comes later.
Reply not_now();

/// 303 See Other: a POST never turns into another POST (RFC 9700 §4.12).
Reply redirect(std::string location);

/// The portal's answer, as it was.
Reply released(WithheldAnswer answer);

/// A form's anti-forgery token, bound to what only this browser holds (ticket id, session token).
std::string csrf_token(const Worker& worker, const char* form, std::string_view bound_to);

/// The token of the sign-out form, which stands on pages beside forms of their own.
std::string sign_out_token(const Worker& worker, std::string_view session_token);

/// Whether a posted form is ours: its token fits, and the browser does not say that another site
/// sent it.
bool csrf_holds(const Exchange& exchange, const char* form, std::string_view bound_to);

/// A field of a urlencoded form: empty when absent, malformed or given twice.
std::string form_field(std::string_view body, std::string_view name);

}  // namespace vneid::flows
