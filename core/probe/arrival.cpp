#include "probe/arrival.hpp"

#include <utility>

#include "probe/submission.hpp"
#include "text/url.hpp"

namespace vneid::probe {

namespace {

constexpr int most_redirects = 5;

/// Whether the answer leads to another address of the host; `at` is there then, without its page.
bool is_led_on(Arrival& at) {
  const std::string location{at.response.header("location")};
  if (at.response.status / 100 != 3 || location.empty()) return false;
  Target target = target_of(at, location);
  at.elsewhere = std::move(target.elsewhere);
  if (target.url.empty()) return false;
  at.url = std::move(target.url);
  return true;
}

}  // namespace

Target target_of(const Arrival& at, const std::string& reference) {
  const auto url = text::resolve_url(at.url, reference);
  if (!url) return {.url = {}, .elsewhere = "an address that is none"};
  const std::string origin = origin_of(*url);
  if (origin != origin_of(at.url)) return {.url = {}, .elsewhere = origin};
  return {.url = *url, .elsewhere = {}};
}

Task<Arrival> arrive(Visitor& visitor, std::string url) {
  Arrival at;
  at.url = std::move(url);
  for (int count = 0; count <= most_redirects; ++count) {
    http::OutgoingRequest request;
    request.url = at.url;
    request.headers.emplace_back("Accept", accept_pages);
    at.response = co_await visitor.send(std::move(request));
    if (!is_led_on(at)) break;
  }
  at.page = read_login_page(at.response.body);
  co_return at;
}

Task<Arrival> tell_name(Visitor& visitor, Arrival at, FirstStep step) {
  Posting posting{.page = at.url, .target = step.target, .fields = at.page.form.others};
  posting.fields.emplace_back(at.page.form.name_field, std::move(step.name));
  at.response = co_await visitor.send(posted(posting));
  at.url = std::move(step.target);
  if (is_led_on(at)) {
    std::string url = at.url;
    at = co_await arrive(visitor, std::move(url));
  }
  at.page = read_login_page(at.response.body);
  co_return at;
}

}  // namespace vneid::probe
