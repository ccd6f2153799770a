#include "flows/reply/page_reply.hpp"

#include <array>

#include "crypto/digest.hpp"
#include "flows/reply/api_reply.hpp"
#include "flows/reply/error_labels.hpp"
#include "pages/security_headers.hpp"
#include "text/date.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

/// Enough to find the one line in a day's log, and no more than one can say on the telephone.
constexpr std::size_t spoken_reference_digits = 8;

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  return std::string{url.substr(0, url.find('/', scheme_end + 3))};
}

}  // namespace

pages::PageContext page_context(const Exchange& exchange, policy::Kind kind) {
  pages::PageContext context;
  context.language = pages::negotiate_language(exchange.request->accept_language);
  context.path = exchange.site->path;
  context.request_id = exchange.request->id.substr(0, spoken_reference_digits);
  context.legal_basis = exchange.site->legal_basis;
  if (kind == policy::Kind::personal) context.effective_date = exchange.site->effective_date;
  const auto& enforce = exchange.site->policy.of(kind).enforce;
  if (context.effective_date.empty() && enforce) {
    context.effective_date = text::date_for_people(*enforce);
  }
  context.contact = exchange.site->contacts.said(context.language == pages::Language::en);
  if (const pages::Brand* brand = exchange.site->brand.get()) {
    context.brand = brand;
    context.portal_name = brand->name;
    context.portal_href = brand->home;
  }
  context.kiosk = exchange.site->kiosk;
  if (context.kiosk) {
    // The session dies first: what the next page says is then true.
    context.refresh_seconds =
        std::chrono::ceil<std::chrono::seconds>(exchange.site->session_limits.idle).count() + 1;
    context.refresh_href = context.path + "signed-out?because=idle";
  }
  return context;
}

Reply html_reply(const Exchange& exchange, int status, std::string html) {
  const auto& settings = *exchange.worker->settings;
  const auto provider = settings.providers.find(exchange.site->provider);
  std::string issuer;
  if (provider != settings.providers.end()) issuer = origin_of(provider->second.issuer);
  // A form of ours may end at the provider or, with [Bỏ qua], wherever the portal sends people.
  const std::array<std::string, 2> form_targets{issuer, "https:"};
  Reply reply;
  reply.status = status;
  reply.headers = {
      {"Content-Type", "text/html; charset=utf-8"},
      {"Cache-Control", "no-store"},
      {"Content-Security-Policy", pages::content_security_policy(form_targets)},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Vary", "Accept-Language"},
  };
  reply.body = std::move(html);
  return reply;
}

Reply error_reply(const Exchange& exchange, const pages::ErrorPage& page, std::string_view cause) {
  const auto context = page_context(exchange);
  const auto status = pages::error_status(page.kind);
  exchange.count(refusal_of(page.kind));
  exchange.worker->log.write(Log::Severity::error, exchange.request->id, cause);
  auto reply = is_fragment(exchange) ? fragment_reply(status.status, {})
               : is_api(exchange)
                   ? json_reply(status.status, api_error(exchange, error_name(page.kind)).get())
                   : page_reply(exchange, status.status, page, context);
  if (status.retry_after > 0) {
    reply.headers.emplace_back("Retry-After", std::to_string(status.retry_after));
  }
  return reply;
}

Reply error_reply(const Exchange& exchange, pages::ErrorKind kind, std::string_view cause) {
  pages::ErrorPage page;
  page.kind = kind;
  page.login_href = exchange.site->login_page;
  return error_reply(exchange, page, cause);
}

Reply not_allowed(const Exchange& exchange, std::string_view allowed) {
  Reply reply =
      error_reply(exchange, pages::ErrorKind::method_not_allowed, "method not allowed here");
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

Reply kept_out(const Exchange& exchange) {
  pages::ErrorPage page;
  page.kind = pages::ErrorKind::kept_out;
  return error_reply(exchange, page,
                     "a session of a person whom an officer has flagged (vneidctl persons unflag)");
}

Reply not_now() {
  Reply reply;
  reply.status = 503;
  reply.headers = {{"Cache-Control", "no-store"}};
  return reply;
}

Reply redirect(std::string location) {
  Reply reply;
  reply.status = 303;
  reply.headers = {{"Location", std::move(location)},
                   {"Cache-Control", "no-store"},
                   {"Referrer-Policy", "no-referrer"}};
  return reply;
}

Reply released(WithheldAnswer answer) {
  Reply reply;
  reply.status = answer.status;
  reply.headers = std::move(answer.headers);
  reply.body = std::move(answer.body);
  return reply;
}

std::string csrf_token(const Worker& worker, const char* form, std::string_view bound_to) {
  std::string purpose = "csrf ";
  purpose += form;
  return crypto::base64url_encode(worker.settings->keys->lookup_key(purpose, bound_to));
}

std::string sign_out_token(const Worker& worker, std::string_view session_token) {
  return csrf_token(worker, "logout", session_token);
}

bool csrf_holds(const Exchange& exchange, const char* form, std::string_view bound_to) {
  const Request& request = *exchange.request;
  if (!request.body_is_form || request.sec_fetch_site == "cross-site") return false;
  // "null" is what browsers send under our own no-referrer policy.
  if (!request.origin.empty() && request.origin != "null" &&
      request.origin != exchange.site->origin) {
    return false;
  }
  const std::string given = form_field(request.body, "csrf");
  return crypto::equal_constant_time(given, csrf_token(*exchange.worker, form, bound_to));
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as one looks up a name
std::string form_field(std::string_view body, std::string_view name) {
  const auto parameters = text::decode_form(body);
  if (!parameters) return {};
  std::string found;
  int times = 0;
  for (const auto& [key, value] : *parameters) {
    if (key != name) continue;
    found = value;
    ++times;
  }
  return times == 1 ? found : std::string{};
}

}  // namespace vneid::flows
