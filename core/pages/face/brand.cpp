#include "pages/face/brand.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace vneid::pages {

namespace {

using Colour = std::array<int, 3>;

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::optional<Colour> parse_colour(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  Colour colour{};
  for (std::size_t i = 0; i < colour.size(); ++i) {
    const int high = hex_value(text[1 + 2 * i]);
    const int low = hex_value(text[2 + 2 * i]);
    if (high < 0 || low < 0) return std::nullopt;
    colour[i] = high * 16 + low;
  }
  return colour;
}

/// WCAG 2.x, "relative luminance".
double luminance(const Colour& colour) {
  constexpr std::array weights{0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (std::size_t i = 0; i < colour.size(); ++i) {
    const double part = colour[i] / 255.0;
    const double linear = part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    sum += weights[i] * linear;
  }
  return sum;
}

std::string hex_colour(const Colour& colour) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "#";
  for (const int part : colour) {
    text += digits[static_cast<std::size_t>(part / 16)];
    text += digits[static_cast<std::size_t>(part % 16)];
  }
  return text;
}

bool is_svg(std::string_view bytes) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  return bytes.starts_with('<') && bytes.contains("<svg") && !bytes.contains('\0');
}

}  // namespace

std::optional<double> contrast_with_white(std::string_view colour) {
  const auto parsed = parse_colour(colour);
  if (!parsed) return std::nullopt;
  return 1.05 / (luminance(*parsed) + 0.05);
}

void put_colour(Brand& brand, std::string_view colour) {
  const Colour given = parse_colour(colour).value_or(Colour{});
  Colour deep = given;
  for (int& part : deep) part = part * 17 / 20;
  brand.style = ":root{--brand:" + hex_colour(given) + ";--deep:" + hex_colour(deep) + "}\n";
  brand.style_hash = short_hash(brand.style);
}

std::expected<Asset, std::string> make_logo(std::string bytes) {
  constexpr std::string_view png = "\x89PNG\r\n\x1a\n";
  if (bytes.size() > largest_logo) return std::unexpected("is larger than 64 KB");
  const bool is_png = bytes.starts_with(png);
  if (!is_png && !is_svg(bytes)) return std::unexpected("is neither SVG nor PNG");
  const std::string name = "logo." + short_hash(bytes);
  if (is_png) return Asset{name + ".png", "image/png", std::move(bytes)};
  return Asset{name + ".svg", "image/svg+xml", std::move(bytes)};
}

}  // namespace vneid::pages
