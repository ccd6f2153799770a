#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "pages/face/asset.hpp"

namespace vneid::pages {

/// What a portal puts in place of ours (`vneid_brand`). Immutable; outlives all pages shown with
/// it.
struct Brand {
  std::string name;        ///< of the portal; empty: the string table's `layout.portal`
  std::string home = "/";  ///< where its front page is
  std::optional<Asset> logo;
  std::string style;       ///< put behind the style sheet; empty: our colours
  std::string style_hash;  ///< of `style`, for the sheet's name
};

/// Contrast of white with "#rrggbb", whichever is written on the other, as WCAG 2.x computes it: 1
/// to 21. Nothing for what is no such colour.
std::optional<double> contrast_with_white(std::string_view colour);

/// What text needs (WCAG 2.2, 1.4.3 level AA).
constexpr double least_contrast = 4.5;

/// Sets the brand's style to this "#rrggbb" and a deeper shade of it.
void put_colour(Brand& brand, std::string_view colour);

constexpr std::size_t largest_logo = std::size_t{64} * 1024;

/// A logo of these bytes: SVG or PNG, by what they are and not by what their file is called. The
/// error says what is wrong, to stand behind the file's name.
std::expected<Asset, std::string> make_logo(std::string bytes);

}  // namespace vneid::pages
