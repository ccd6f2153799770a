#include "flows/front/routes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "flows/front/flows.hpp"
#include "flows/gate/gate.hpp"
#include "flows/reply/page_reply.hpp"

namespace vneid {

namespace {

using Method = Request::Method;
using Flow = Task<Reply> (*)(Exchange);

/// A page: what GET and HEAD show, what POST does. Null: not allowed.
struct Page {
  std::string_view path;
  Flow show;
  Flow act;
};

constexpr std::array page_table{
    Page{"notice", flows::show_notice, flows::choose},
    Page{"verify", flows::show_verify, flows::verify},
    Page{"linked", flows::show_linked, flows::continue_to_portal},
    Page{"identity", flows::show_identity, flows::change_identity},
    Page{"identity/update", flows::show_update, nullptr},
    Page{"identity/edit", flows::show_edit, nullptr},
    Page{"login", flows::begin_login, flows::choose_account},
    Page{"login/choose", flows::show_choice, nullptr},
    Page{"jwks", flows::show_jwks, nullptr},
    Page{"links", flows::show_links, nullptr},
    Page{"logout", flows::ask_sign_out, flows::sign_out},
    Page{"signed-out", flows::show_signed_out, nullptr},
    Page{"resume", flows::show_resume, nullptr},
    Page{"vault", flows::show_vault, nullptr},
    Page{"api/v1/identity", flows::api_identity, nullptr},
    Page{"api/v1/identity/update", nullptr, flows::api_update},
    Page{"api/v1/identity/edit", nullptr, flows::api_edit},
    Page{"api/v1/openapi.json", flows::api_document, nullptr},
};

bool reads(const Request& request) {
  return request.method == Method::get || request.method == Method::head;
}

Reply asset(const Exchange& exchange, std::string_view name) {
  const auto* found = exchange.worker->settings->renderer->asset(name);
  if (found == nullptr) {
    return error_reply(exchange, pages::ErrorKind::not_found, "no such asset");
  }
  Reply reply;
  reply.headers = {{"Content-Type", found->content_type},
                   {"Cache-Control", "public, max-age=31536000, immutable"},
                   {"X-Content-Type-Options", "nosniff"}};
  reply.body = found->body;
  return reply;
}

Task<Reply> asset_named(Exchange exchange, std::string name) { co_return asset(exchange, name); }

Task<Reply> wrong_method(Exchange exchange, std::string_view allowed) {
  Reply reply =
      error_reply(exchange, pages::ErrorKind::method_not_allowed, "method not allowed here");
  reply.headers.emplace_back("Allow", allowed);
  co_return reply;
}

Task<Reply> not_found(Exchange exchange) {
  co_return error_reply(exchange, pages::ErrorKind::not_found, "no such page");
}

Task<Reply> file_of_vault(Exchange exchange, std::string_view rest) {
  std::string record{rest};
  const auto slash = record.find('/');
  if (slash == std::string::npos) return not_found(std::move(exchange));
  std::string file = record.substr(slash + 1);
  record.resize(slash);
  return flows::open_file(std::move(exchange), std::move(record), std::move(file));
}

Task<Reply> to_page(Exchange exchange, const Page& page) {
  const Request& request = exchange.request;
  if (page.show != nullptr && reads(request)) return page.show(std::move(exchange));
  if (page.act != nullptr && request.method == Method::post) return page.act(std::move(exchange));
  if (page.act == nullptr) return wrong_method(std::move(exchange), "GET");
  return wrong_method(std::move(exchange), page.show == nullptr ? "POST" : "GET, POST");
}

}  // namespace

Task<Reply> route(Exchange exchange) {
  const std::string path = exchange.request.path;
  const auto* page = std::ranges::find(page_table, path, &Page::path);
  if (page != page_table.end()) return to_page(std::move(exchange), *page);

  const auto below = [&path](std::string_view folder) -> std::optional<std::string_view> {
    if (!path.starts_with(folder)) return std::nullopt;
    return std::string_view{path}.substr(folder.size());
  };
  if (const auto name = below("assets/")) {
    if (!reads(exchange.request)) return wrong_method(std::move(exchange), "GET");
    return asset_named(std::move(exchange), std::string{*name});
  }
  if (const auto provider = below("callback/")) {
    // HEAD must not spend a code: only a navigation does.
    if (exchange.request.method != Method::get) return wrong_method(std::move(exchange), "GET");
    return flows::callback(std::move(exchange), std::string{*provider});
  }
  if (const auto provider = below("backchannel-logout/")) {
    if (exchange.request.method != Method::post) return wrong_method(std::move(exchange), "POST");
    return flows::backchannel_logout(std::move(exchange), std::string{*provider});
  }
  if (const auto rest = below("vault/")) {
    if (!reads(exchange.request)) return wrong_method(std::move(exchange), "GET");
    return file_of_vault(std::move(exchange), *rest);
  }
  return not_found(std::move(exchange));
}

}  // namespace vneid
