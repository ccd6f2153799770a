#include "flows/front/documents.hpp"

#include "flows/reply/reply.hpp"
#include "oidc/token/assertion.hpp"

namespace vneid::flows {

Task<Reply> show_asset(const Exchange& exchange, std::string name) {
  const auto found = exchange.worker->settings->renderer->asset(name, exchange.site->brand.get());
  if (!found) {
    co_return error_reply(exchange, pages::ErrorKind::not_found, "no such asset");
  }
  Reply reply;
  reply.headers = {
      {"Content-Type", found->content_type},
      {"Cache-Control", "public, max-age=31536000, immutable"},
      // An SVG may hold scripts, which would run where it is opened by itself.
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"},
      {"X-Content-Type-Options", "nosniff"}};
  reply.body = found->body;
  co_return reply;
}

Task<Reply> show_guide(const Exchange& exchange) {
  const pages::GuidePage page{exchange.site->origin};
  co_return page_reply(exchange, 200, page);
}

Task<Reply> show_jwks(const Exchange& exchange) {
  const auto& keys = exchange.worker->settings->assertion_keys;
  if (!keys) co_return error_reply(exchange, pages::ErrorKind::not_found, "no assertion key here");
  Reply reply;
  reply.headers = {{"Content-Type", "application/jwk-set+json"},
                   {"Cache-Control", "public, max-age=300"},
                   {"X-Content-Type-Options", "nosniff"}};
  reply.body = keys->jwks();
  co_return reply;
}

Task<Reply> show_openapi(const Exchange& /*exchange*/) {
  Reply reply;
  reply.headers = {{"Content-Type", "application/json"},
                   {"Cache-Control", "public, max-age=3600"},
                   {"X-Content-Type-Options", "nosniff"}};
  reply.body = openapi_document();
  co_return reply;
}

}  // namespace vneid::flows
