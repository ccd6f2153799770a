#include "flows/reply/api_reply.hpp"

#include <string>
#include <utility>

#include "flows/reply/page_reply.hpp"
#include "pages/security_headers.hpp"

namespace vneid::flows {

bool is_api(const Exchange& exchange) noexcept {
  return exchange.request->path.starts_with("api/");
}

bool is_fragment(const Exchange& exchange) {
  const Request& request = *exchange.request;
  if (request.path != menu_path) return false;
  const std::string format = form_field(request.query, "format");
  return format == "html" || (format.empty() && request.accept.contains("text/html"));
}

Reply fragment_reply(int status, std::string html) {
  Reply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "text/html; charset=utf-8"},
                   {"Cache-Control", "no-store"},
                   {"Content-Security-Policy", pages::content_security_policy({})},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Referrer-Policy", "no-referrer"},
                   {"Vary", "Accept, Accept-Language"}};
  reply.body = std::move(html);
  return reply;
}

Reply json_reply(int status, const json_t* body) {
  Reply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "application/json"},
                   {"Cache-Control", "no-store"},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Referrer-Policy", "no-referrer"}};
  reply.body = text::json_dump(body);
  return reply;
}

text::Json api_error(const Exchange& exchange, std::string_view name) {
  text::Json body{json_object()};
  put_text(body.get(), "error", name);
  put_text(body.get(), "reference", exchange.request->id);
  return body;
}

Reply api_refusal(const Exchange& exchange, int status, std::string_view name) {
  return json_reply(status, api_error(exchange, name).get());
}

void put_text(json_t* object, const char* name, std::string_view text) {
  json_object_set_new(object, name, json_stringn(text.data(), text.size()));
}

void put_words(json_t* object, const char* name, const std::vector<std::string>& words) {
  json_t* array = json_array();
  for (const auto& word : words) {
    json_array_append_new(array, json_stringn(word.data(), word.size()));
  }
  json_object_set_new(object, name, array);
}

std::string_view error_name(pages::ErrorKind kind) noexcept {
  using enum pages::ErrorKind;
  switch (kind) {
    case stores_away:
      return "stores_away";
    case overloaded:
      return "overloaded";
    case bad_request:
      return "bad_request";
    case not_found:
      return "not_found";
    case method_not_allowed:
      return "method_not_allowed";
    case too_large:
      return "too_large";
    case csrf:
      return "csrf";
    case population_away:
      return "population_away";
    case enforced:
      return "enforced";
    case expired:
      return "expired";
    case provider_away:
      return "provider_away";
    case organization:
      return "organization";
    case account_closed:
      return "account_closed";
    case kept_out:
      return "kept_out";
    default:
      return "internal";
  }
}

}  // namespace vneid::flows
