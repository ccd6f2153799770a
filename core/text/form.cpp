#include "text/form.hpp"

#include <algorithm>
#include <cstddef>

namespace vneid::text {

namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Length of the well-formed UTF-8 sequence at the beginning, 0 when there is none
/// (Unicode 15, table 3-7).
std::size_t utf8_sequence(std::string_view text) noexcept {
  const auto byte = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&byte](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

std::optional<std::string> text_problem(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 || first == 0x7F) return "control character";
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return "not UTF-8";
    text.remove_prefix(length);
  }
  return std::nullopt;
}

std::expected<std::string, std::string> decode_piece(std::string_view piece) {
  auto decoded = form_bytes(piece);
  if (!decoded) return std::unexpected{"broken percent-encoding"};
  if (auto problem = text_problem(*decoded)) return std::unexpected{*problem};
  return *std::move(decoded);
}

bool is_host(std::string_view host) noexcept {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') &&
           std::ranges::all_of(host.substr(1, host.size() - 2),
                               [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
  }
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

bool is_authority(std::string_view authority) noexcept {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.ends_with(']')) return is_host(authority);
  const auto port = authority.substr(colon + 1);
  return !port.empty() && port.size() <= 5 &&
         std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }) &&
         is_host(authority.substr(0, colon));
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
      const int high = i + 2 < piece.size() ? hex_value(piece[i + 1]) : -1;
      const int low = i + 2 < piece.size() ? hex_value(piece[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
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

bool is_endpoint_url(std::string_view url, bool allow_http) noexcept {
  static constexpr std::size_t max_length = 2048;
  if (url.size() > max_length) return false;
  const bool printable = std::ranges::all_of(url, [](char c) {
    return c > 0x20 && c < 0x7F && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>';
  });
  if (!printable) return false;
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (allow_http && url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return false;
  }
  return is_authority(url.substr(0, url.find_first_of("/?")));
}

}  // namespace vneid::text
