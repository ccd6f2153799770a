#include "flows/reply/api_request.hpp"

#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "flows/reply/page_reply.hpp"

namespace vneid::flows {

namespace {

constexpr const char* form = "api";
constexpr std::size_t most_body_bytes = std::size_t{16} * 1024;

}  // namespace

std::expected<text::Json, Reply> api_document(const Exchange& exchange) {
  const auto refuse = [&exchange](std::string_view cause) {
    return std::unexpected(error_reply(exchange, pages::ErrorKind::bad_request, cause));
  };
  if (!exchange.request->body_is_json) return refuse("the API takes application/json only");
  auto body = text::parse_json_object(exchange.request->body, most_body_bytes);
  if (!body) return refuse("API: " + body.error());
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(body->get(), name, value) {
    // A number written as a JSON number has lost its leading zeros.
    if (!json_is_string(value) && !json_is_null(value)) {
      return refuse("API: a member is neither text nor null");
    }
  }
  return std::move(*body);
}

std::string api_csrf_token(const Exchange& exchange, const LiveSession& live) {
  return csrf_token(*exchange.worker, form, live.token.value());
}

std::optional<Reply> refuse_api_csrf(const Exchange& exchange, const text::Json& document,
                                     const LiveSession& live) {
  const Request& request = *exchange.request;
  const bool ours = (request.origin.empty() || request.origin == exchange.site->origin) &&
                    request.sec_fetch_site != "cross-site";
  const std::string given = text::json_text(document.get(), "csrf").value_or("");
  if (ours && crypto::equal_constant_time(given, api_csrf_token(exchange, live))) {
    return std::nullopt;
  }
  return error_reply(exchange, pages::ErrorKind::csrf,
                     "API: the request did not carry this session's token");
}

}  // namespace vneid::flows
