#include "text/form.hpp"

#include <algorithm>
#include <cstddef>

#include "text/ascii.hpp"
#include "text/percent.hpp"
#include "text/utf8.hpp"

namespace vneid::text {

namespace {

std::expected<std::string, std::string> decode_piece(std::string_view piece) {
  auto decoded = form_bytes(piece);
  if (!decoded) return std::unexpected{"broken percent-encoding"};
  if (std::ranges::any_of(*decoded, is_control)) return std::unexpected{"control character"};
  if (!decode_utf8(*decoded)) return std::unexpected{"not UTF-8"};
  return *std::move(decoded);
}

}  // namespace

std::optional<std::string> form_bytes(std::string_view piece) {
  std::string decoded;
  decoded.reserve(piece.size());
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] == '+') {
      decoded += ' ';
    } else if (piece[i] != '%') {
      decoded += piece[i];
    } else {
      const int byte = escaped_byte(piece.substr(i));
      if (byte < 0) return std::nullopt;
      decoded += static_cast<char>(byte);
      i += 2;
    }
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 0x0FU];
    }
  }
  return encoded;
}

std::string encode_form(const Parameters& parameters) {
  std::string form;
  for (const auto& [name, value] : parameters) {
    if (!form.empty()) form += '&';
    form += percent_encode(name);
    form += '=';
    form += percent_encode(value);
  }
  return form;
}

std::string with_query(std::string_view url, const Parameters& parameters) {
  std::string result{url};
  if (parameters.empty()) return result;
  if (!url.contains('?')) {
    result += '?';
  } else if (!url.ends_with('?') && !url.ends_with('&')) {
    result += '&';
  }
  return result + encode_form(parameters);
}

std::expected<Parameters, std::string> decode_form(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    const auto piece = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto name = decode_piece(piece.substr(0, equals));
    if (!name) return std::unexpected{name.error()};
    auto value = decode_piece(piece.substr(std::min(equals + 1, piece.size())));
    if (!value) return std::unexpected{value.error()};
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

}  // namespace vneid::text
