#include "flows/reply/waiting.hpp"

#include <algorithm>
#include <charconv>

#include "flows/reply/held_ticket.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/reply/return_to.hpp"
#include "session/cookie.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

constexpr std::string_view name = "waited";
constexpr std::int64_t pause_seconds = 1;

/// The request's own address with another count, which stands last.
std::string again(const Exchange& exchange, int times) {
  const Request& request = *exchange.request;
  std::string query = request.query;
  const auto old = query.rfind("&" + std::string{name} + "=");
  if (old != std::string::npos) query.resize(old);
  return exchange.site->path + request.path + "?" + query + "&" + std::string{name} + "=" +
         std::to_string(times);
}

/// Whether who waits is on the way to a link, by what the browser holds: a login that is held; a
/// session that goes to VNeID, or says where it goes after the update.
bool is_on_the_way(const Exchange& exchange, AwaitedServer server) {
  if (shown_ticket(exchange)) return true;
  const Request& request = *exchange.request;
  if (server == AwaitedServer::population) return return_of(request.query).has_value();
  return !text::cookie_values(request.cookie, cookie_name::session).empty();
}

}  // namespace

int times_waited(const Request& request) {
  const std::string text = form_field(request.query, name);
  int times = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), times);
  if (error != std::errc{} || end != text.data() + text.size()) return 0;
  return std::clamp(times, 0, longest_wait);
}

Reply waiting_page(const Exchange& exchange, AwaitedServer server) {
  auto context = page_context(exchange);
  context.refresh_seconds = pause_seconds;
  context.refresh_href = again(exchange, times_waited(*exchange.request) + 1);
  pages::WaitPage page;
  page.again_href = context.refresh_href;
  page.population = server == AwaitedServer::population;
  page.on_the_way = is_on_the_way(exchange, server);
  return page_reply(exchange, 200, page, context);
}

}  // namespace vneid::flows
