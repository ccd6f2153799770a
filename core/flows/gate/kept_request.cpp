#include "flows/gate/kept_request.hpp"

#include <algorithm>

#include "text/local_path.hpp"
#include "text/utf8.hpp"

namespace vneid::flows {

namespace {

constexpr std::size_t most_fields = 500;

/// Line ends come back from a form as they went in; other control characters and the marks that
/// turn text around do not.
bool survives_html(char32_t point) {
  if (point == U'\t' || point == U'\n' || point == U'\r') return true;
  const bool turns = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
                     point == 0x200E || point == 0x200F || point == 0x061C;
  return point >= 0x20 && (point < 0x7F || point >= 0xA0) && !turns;
}

/// Unlike text::decode_form this keeps line ends, which a textarea has.
std::optional<std::string> decode(std::string_view piece) {
  auto bytes = text::form_bytes(piece);
  if (!bytes) return std::nullopt;
  const auto points = text::decode_utf8(*bytes);
  if (!points || !std::ranges::all_of(*points, survives_html)) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<text::Parameters> resendable_fields(std::string_view body) {
  text::Parameters fields;
  while (!body.empty()) {
    const auto piece = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), piece.size() + 1));
    if (piece.empty()) continue;
    const auto equals = std::min(piece.find('='), piece.size());
    auto name = decode(piece.substr(0, equals));
    auto value = decode(piece.substr(std::min(equals + 1, piece.size())));
    if (!name || !value || fields.size() == most_fields) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

}  // namespace vneid::flows
