#include "flows/vault/file_reply.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

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

}  // namespace vneid::flows
