#include "flows/front/routes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "flows/front/documents.hpp"
#include "flows/gate/gate.hpp"
#include "flows/identity/identity.hpp"
#include "flows/legacy/legacy.hpp"
#include "flows/links/links.hpp"
#include "flows/menu/menu.hpp"
#include "flows/reply/reply.hpp"
#include "flows/sign_out/sign_out.hpp"
#include "flows/vault/vault.hpp"
#include "flows/vneid/vneid.hpp"

namespace vneid::flows {

namespace {

using Method = Request::Method;
using Flow = Task<Reply> (*)(const Exchange&);

/// A page: what GET and HEAD show, what POST does. Null: not allowed.
struct Page {
  std::string_view path;
  Flow show;
  Flow act;
};

constexpr std::array page_table{
    Page{"notice", show_notice, choose},
    Page{"verify", show_verify, verify},
    Page{"link", show_link_offer, accept_link_offer},
    Page{"linked", show_linked, continue_to_portal},
    Page{"identity", show_identity, change_identity},
    Page{"identity/update", show_update, nullptr},
    Page{"identity/edit", show_edit, nullptr},
    Page{"login", begin_sign_in, choose_account},
    Page{"login/choose", show_choice, nullptr},
    Page{"jwks", show_jwks, nullptr},
    Page{"links", show_links, ask_undo},
    Page{"logout", ask_sign_out, sign_out},
    Page{"signed-out", show_signed_out, nullptr},
    Page{"resume", show_resume, nullptr},
    Page{"vault", show_vault, search_vault},
    Page{"guide", show_guide, nullptr},
    Page{"api/v1/identity", api_identity, nullptr},
    Page{"api/v1/identity/update", nullptr, api_update},
    Page{"api/v1/identity/edit", nullptr, api_edit},
    Page{"api/v1/held-answer", nullptr, api_held_answer},
    Page{"api/v1/vault", api_vault, nullptr},
    Page{menu_path, show_menu, nullptr},
    Page{"banner", nullptr, put_off_banner},
    Page{"api/v1/openapi.json", show_openapi, nullptr},
};

bool reads(const Request& request) {
  return request.method == Method::get || request.method == Method::head;
}

Task<Reply> wrong_method(const Exchange& exchange, std::string_view allowed) {
  co_return not_allowed(exchange, allowed);
}

Task<Reply> not_found(const Exchange& exchange) {
  co_return error_reply(exchange, pages::ErrorKind::not_found, "no such page");
}

Task<Reply> to_page(const Exchange& exchange, const Page& page) {
  const Request& request = *exchange.request;
  if (page.show != nullptr && reads(request)) return page.show(exchange);
  if (page.act != nullptr && request.method == Method::post) return page.act(exchange);
  if (page.act == nullptr) return wrong_method(exchange, "GET");
  return wrong_method(exchange, page.show == nullptr ? "POST" : "GET, POST");
}

}  // namespace

Task<Reply> route(const Exchange& exchange) {
  const std::string path = exchange.request->path;
  const auto* page = std::ranges::find(page_table, path, &Page::path);
  if (page != page_table.end()) return to_page(exchange, *page);

  const auto below = [&path](std::string_view folder) -> std::optional<std::string_view> {
    if (!path.starts_with(folder)) return std::nullopt;
    return std::string_view{path}.substr(folder.size());
  };
  if (const auto name = below("assets/")) {
    if (!reads(*exchange.request)) return wrong_method(exchange, "GET");
    return show_asset(exchange, std::string{*name});
  }
  if (const auto provider = below("callback/")) {
    // HEAD must not spend a code: only a navigation does.
    if (exchange.request->method != Method::get) return wrong_method(exchange, "GET");
    return callback(exchange, std::string{*provider});
  }
  if (const auto provider = below("backchannel-logout/")) {
    if (exchange.request->method != Method::post) return wrong_method(exchange, "POST");
    return backchannel_logout(exchange, std::string{*provider});
  }
  if (const auto rest = below("api/v1/vault/")) return api_record(exchange, *rest);
  if (const auto rest = below("vault/")) {
    if (!reads(*exchange.request)) return wrong_method(exchange, "GET");
    return open_file(exchange, *rest);
  }
  return not_found(exchange);
}

}  // namespace vneid::flows
