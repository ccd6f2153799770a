#include "flows/menu/menu.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "flows/menu/banner.hpp"
#include "flows/menu/entries.hpp"
#include "flows/menu/visitor.hpp"
#include "flows/reply/reply.hpp"
#include "text/local_path.hpp"

namespace vneid::flows {

namespace {

/// The page of the portal that it is shown on: as it says itself, else the one that includes us.
std::string page_shown_on(const Request& request) {
  if (auto told = return_of(request.query)) return *std::move(told);
  return text::LocalPath::parse(request.target) ? request.target : std::string{};
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// What is wrong with the query, for the log; empty: nothing.
std::string_view fault_of(const Request& request) {
  if (!is_one_of(form_field(request.query, "format"), {"", "html", "json"}))
    return "menu: \"format\" is neither html nor json";
  if (!is_one_of(form_field(request.query, "part"), {"", "menu", "banner"}))
    return "menu: \"part\" is neither menu nor banner";
  if (!is_one_of(form_field(request.query, "lang"), {"", "vi", "en"}))
    return "menu: \"lang\" is neither vi nor en";
  return {};
}

pages::PageContext context_of(const Exchange& exchange) {
  pages::PageContext context = page_context(exchange);
  const std::string language = form_field(exchange.request->query, "lang");
  if (language == "vi") context.language = pages::Language::vi;
  if (language == "en") context.language = pages::Language::en;
  return context;
}

text::Json document_of(const Visitor& visitor, const std::vector<Entry>& entries,
                       const std::optional<Banner>& banner, const Wording& wording) {
  text::Json body{json_object()};
  std::string_view proof = "none";
  if (visitor.live) {
    proof = visitor.live->session.proof == Session::Proof::vneid ? "vneid" : "legacy";
    json_object_set_new(body.get(), "linked", json_boolean(visitor.linked));
  }
  put_text(body.get(), "proof", proof);
  json_object_set_new(body.get(), "entries", json_of(entries, wording));
  if (banner) json_object_set_new(body.get(), "banner", json_of(*banner, wording));
  return body;
}

}  // namespace

Task<Reply> show_menu(const Exchange& exchange) {
  if (!exchange.site->menu) {
    co_return error_reply(exchange, pages::ErrorKind::not_found, "\"vneid_menu\" is off");
  }
  const Request& request = *exchange.request;
  if (const auto fault = fault_of(request); !fault.empty()) {
    co_return error_reply(exchange, pages::ErrorKind::bad_request, fault);
  }
  const Visitor visitor = co_await visitor_of(exchange);
  const std::string return_to = page_shown_on(request);
  const pages::PageContext context = context_of(exchange);
  const Wording wording{*exchange.worker->settings->renderer, context};
  const auto entries = entries_for(visitor, exchange.site->path, return_to);
  const bool html = is_fragment(exchange);
  const bool only_banner = form_field(request.query, "part") == "banner";
  if (html && !only_banner) co_return fragment_reply(200, html_of(entries, wording));
  const auto banner = banner_for(exchange, visitor, return_to);
  if (banner) exchange.count(metrics::Banner::shown);
  if (html) co_return fragment_reply(200, banner ? html_of(*banner, wording) : std::string{});
  Reply reply = json_reply(200, document_of(visitor, entries, banner, wording).get());
  reply.headers.emplace_back("Vary", "Accept, Accept-Language");
  co_return reply;
}

}  // namespace vneid::flows
