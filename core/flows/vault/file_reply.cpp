#include "flows/vault/file_reply.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "flows/reply/reply.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

bool shown_inline(std::string_view mime) {
  constexpr std::array<std::string_view, 3> safe{"application/pdf", "image/png", "image/jpeg"};
  return std::ranges::find(safe, mime) != safe.end();
}

}  // namespace

Reply file_reply(vault::OpenedFile file) {
  Reply reply;
  const bool in_place = shown_inline(file.mime);
  reply.headers = {
      {"Content-Type", in_place ? file.mime : "application/octet-stream"},
      {"Content-Disposition", std::string(in_place ? "inline" : "attachment") +
                                  "; filename*=UTF-8''" + text::percent_encode(file.name)},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"}};
  reply.body = std::move(file.bytes);
  return reply;
}

Task<Reply> give_file(const Exchange& exchange, const Caller& caller, std::int64_t record_id,
                      std::string sha256) {
  auto opened = co_await exchange.worker->vault.open(caller.owner(), record_id, std::move(sha256));
  if (!opened) {
    co_return error_reply(exchange, pages::ErrorKind::not_found,
                          "no such file in the vault of this session");
  }
  audit::Event event = vault_event(exchange, "vault.opened", caller);
  event.reason = "record_" + std::to_string(record_id);
  co_await keep_in_trail(exchange, std::move(event));
  co_return file_reply(std::move(*opened));
}

}  // namespace vneid::flows
