#include "probe/visitor.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "probe/comparison.hpp"
#include "probe/login_page.hpp"
#include "text/ascii.hpp"
#include "text/cookie.hpp"
#include "text/cookie_jar.hpp"
#include "text/json.hpp"
#include "text/percent.hpp"
#include "text/url.hpp"

namespace vneid::probe {

namespace {

constexpr Milliseconds patience{10'000};
constexpr std::size_t most_of_answer = 1 << 20;
constexpr std::chrono::hours lasting{24};
constexpr std::size_t shortest_secret = 8;

/// Those that differ between any two answers, or say nothing of a login.
constexpr std::array silent_headers{
    "date",          "content-length", "set-cookie",    "location",      "etag",
    "last-modified", "x-request-id",   "connection",    "keep-alive",    "transfer-encoding",
    "server",        "content-type",   "cache-control", "expires",       "pragma",
    "vary",          "x-runtime",      "age",           "accept-ranges", "content-encoding"};

std::vector<std::string_view> set_cookies(const http::IncomingResponse& response) {
  std::vector<std::string_view> values;
  for (const auto& [name, value] : response.headers) {
    if (name == "set-cookie") values.emplace_back(value);
  }
  return values;
}

/// The names alone: values may be tickets, or the password when a login by GET repeats it.
std::string without_values(std::string_view location) {
  location = location.substr(0, location.find('#'));
  const auto mark = std::min(location.find('?'), location.size());
  const auto path = location.substr(0, mark);
  std::string text{path.substr(0, path.find(';'))};
  for (std::string_view rest = location.substr(mark); !rest.empty();) {
    const char before = rest.front();
    rest.remove_prefix(1);
    const auto piece = rest.substr(0, rest.find('&'));
    text.append(1, before).append(piece.substr(0, piece.find('=')));
    rest.remove_prefix(piece.size());
  }
  return text;
}

std::string members_of(const json_t* object) {
  std::string text = "JSON of";
  const char* member = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object), member, value) {
    text += text.ends_with(" of") ? " " : ", ";
    text += member;
    if (json_is_boolean(value)) text += json_is_true(value) ? "=true" : "=false";
  }
  return text.ends_with(" of") ? "an empty JSON object" : text;
}

std::string shape_of(const http::IncomingResponse& response) {
  if (response.body.empty()) return "no body";
  const std::string_view type = response.header("content-type");
  if (const auto json = text::parse_json_object(response.body, most_of_answer)) {
    return members_of(json->get());
  }
  if (!type.contains("html")) return "a text";
  const LoginPage page = read_login_page(response.body);
  if (page.kind == LoginPage::Kind::password_form || page.loose_password) {
    return std::string{password_page};
  }
  return "a page without a password field";
}

std::vector<Cookie> cookies_of(const http::IncomingResponse& response, const Asked& asked) {
  std::vector<Cookie> cookies;
  for (const std::string_view header : set_cookies(response)) {
    const auto set = text::parse_set_cookie(header, asked.now);
    if (!set || set->removes) continue;
    const auto held = text::cookie_values(asked.cookies, set->name);
    std::erase_if(cookies, [&set](const Cookie& cookie) { return cookie.name == set->name; });
    cookies.push_back(
        {.name = std::string{set->name},
         .is_new = std::ranges::find(held, set->value) == held.end(),
         .lasting = set->lives && *set->lives > lasting,
         .is_short = set->value.size() < shortest_secret,
         .names = text::equal_without_case(text::percent_decode(set->value), asked.name)});
  }
  return cookies;
}

bool is_basic(std::string_view challenge) {
  constexpr std::string_view scheme = "basic";
  return text::equal_without_case(challenge.substr(0, scheme.size()), scheme);
}

}  // namespace

std::string origin_of(const std::string& url) {
  const auto parsed = text::parse_url(url);
  return parsed ? parsed->scheme + "://" + parsed->authority : std::string{};
}

Task<http::IncomingResponse> Visitor::send(http::OutgoingRequest request) {
  request.timeout = patience;
  request.max_body = most_of_answer;
  if (!cookies_.empty()) request.headers.emplace_back("Cookie", cookies_);
  http::IncomingResponse response = co_await sender_->send(std::move(request));
  cookies_ = text::cookies_after(cookies_, set_cookies(response), loop_->wall_now());
  co_return response;
}

Answer describe(const http::IncomingResponse& response, const Asked& asked) {
  Answer answer;
  answer.status = response.status;
  answer.location = without_values(response.header("location"));
  answer.shape = shape_of(response);
  answer.cookies = cookies_of(response, asked);
  for (const auto& [name, value] : response.headers) {
    if (name == "www-authenticate") answer.basic = answer.basic || is_basic(value);
    if (name == "x-accel-redirect") answer.accel = true;
    if (std::ranges::find(silent_headers, name) != silent_headers.end()) continue;
    answer.headers.push_back(name);
    if (text::equal_without_case(value, asked.name)) answer.naming_headers.push_back(name);
  }
  return answer;
}

bool says_stop(const Answer& answer) { return answer.status == 429 || answer.status == 423; }

}  // namespace vneid::probe
