#include <string_view>
#include <utility>

#include "flows/reply/reply.hpp"
#include "flows/sign_out/end_sessions.hpp"
#include "flows/sign_out/sign_out.hpp"
#include "text/ascii.hpp"
#include "text/local_path.hpp"

namespace vneid::flows {

namespace {

/// A Location that stays on this server, as a path; empty for any other (RFC 9700 §4.11: no open
/// redirect after the provider).
std::string own_path(const Site& site, std::string_view location) {
  if (location.starts_with(site.origin)) location.remove_prefix(site.origin.size());
  const auto path = text::LocalPath::parse(location);
  return path ? path->text() : std::string{};
}

std::string target_in(const Site& site, const WithheldAnswer& answer) {
  if (answer.status < 300) return {};
  for (const auto& [name, value] : answer.headers) {
    if (text::equal_without_case(name, "location")) return own_path(site, value);
  }
  return {};
}

}  // namespace

Task<LoginVerdict> portal_sign_out(const Exchange& exchange, PortalSignOut sign_out) {
  make_absolute(sign_out.answer, exchange.request->path);
  const std::string target = target_in(*exchange.site, sign_out.answer);
  SignedOut done = co_await end_browser_sessions(exchange, target);
  LoginVerdict verdict;
  verdict.added_headers = expired_cookies();
  // A script is not sent elsewhere.
  if (is_script(*exchange.request) || (done.provider_url.empty() && !done.provider_left)) {
    co_return verdict;
  }
  Reply reply = redirect(done.provider_left ? provider_left_page(exchange, target)
                                            : std::move(done.provider_url));
  for (auto& header : sign_out.answer.headers) {
    if (text::equal_without_case(header.first, "set-cookie"))
      reply.headers.push_back(std::move(header));
  }
  for (auto& header : verdict.added_headers) reply.headers.push_back(std::move(header));
  verdict.added_headers.clear();
  verdict.reply = std::move(reply);
  co_return verdict;
}

}  // namespace vneid::flows
