#include "flows/reply/script_reply.hpp"

#include <string>
#include <utility>

#include "certain.hpp"
#include "flows/reply/api_reply.hpp"
#include "flows/reply/error_labels.hpp"
#include "flows/reply/intent.hpp"
#include "flows/reply/page_reply.hpp"

namespace vneid::flows {

namespace {

void put(const text::Json& object, const char* name, std::string_view text) {
  json_object_set_new(object.get(), name, json_stringn(text.data(), text.size()));
}

text::Json problem(const Exchange& exchange, std::string_view name, const pages::Words& words) {
  text::Json body = api_error(exchange, name);
  put(body, "title", words.title);
  put(body, "detail", words.text);
  return body;
}

Reply problem_reply(int status, const text::Json& body) {
  json_object_set_new(body.get(), "status", json_integer(status));
  Reply reply = json_reply(status, body.get());
  reply.headers.front().second = "application/problem+json";
  return reply;
}

}  // namespace

Reply held_for_script(const Exchange& exchange) {
  const auto& renderer = *exchange.worker->settings->renderer;
  const auto body = problem(exchange, "login_held", renderer.held_words(page_context(exchange)));
  put(body, "notice", exchange.site->path + "notice");
  return problem_reply(409, body);
}

Reply login_error(const Exchange& exchange, const pages::ErrorPage& page, std::string_view cause) {
  if (!is_script(*exchange.request)) return error_reply(exchange, page, cause);
  exchange.count(refusal_of(page.kind));
  exchange.worker->log.write(Log::Severity::error, exchange.request->id, cause);
  const auto& renderer = *exchange.worker->settings->renderer;
  const auto body =
      problem(exchange, error_name(page.kind), renderer.words(page, page_context(exchange)));
  const std::string& login = page.vneid_href.empty() ? page.login_href : page.vneid_href;
  if (!login.empty()) put(body, "login", login);
  const auto status = pages::error_status(page.kind);
  Reply reply = problem_reply(status.status, body);
  if (status.retry_after > 0) {
    reply.headers.emplace_back("Retry-After", std::to_string(status.retry_after));
  }
  return reply;
}

Task<Reply> leave_to_script(const Exchange& exchange, const Ticket& ticket, Consent consent) {
  co_await exchange.worker->tickets.consent(ticket.id, consent);
  co_return redirect(certain(ticket.script_return));
}

}  // namespace vneid::flows
