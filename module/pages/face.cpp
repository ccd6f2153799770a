// vneid_contact, vneid_brand: what the portal shows of itself.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "module/conf/directive.hpp"
#include "pages/face/brand.hpp"
#include "pages/face/contact.hpp"
#include "text/local_path.hpp"
#include "text/utf8.hpp"

namespace vneid::ngx {

namespace {

constexpr std::size_t longest_contact = 300;
constexpr std::size_t longest_name = 100;

/// One line that people read, with at least one letter in it.
[[nodiscard]] std::string line(const Directive& directive, std::string_view key,
                               std::string_view value, std::size_t longest) {
  const auto points = text::decode_utf8(value);
  const bool good = points && !points->empty() && points->size() <= longest &&
                    !std::ranges::all_of(*points, text::is_blank) &&
                    std::ranges::none_of(*points, text::is_forbidden);
  if (!good) {
    directive.fail("invalid \"" + std::string{key} + "\" in \"" + std::string{directive.name()} +
                   "\", expected 1 to " + std::to_string(longest) +
                   " characters of UTF-8 without control characters");
  }
  return std::string{value};
}

[[nodiscard]] std::string put_quotes(const Directive& directive, std::string_view key) {
  return "put the quotes of \"" + std::string{directive.name()} +
         "\" around the whole parameter, \"" + std::string{key} +
         "=...\": nginx ends words at blanks otherwise";
}

[[nodiscard]] pages::Asset read_logo(const Directive& directive, std::string_view word) {
  const std::string name = directive.path(word);
  std::error_code failure;
  std::ifstream stream;
  if (std::filesystem::is_regular_file(name, failure)) stream.open(name, std::ios::binary);
  if (!stream.is_open()) {
    directive.fail("logo \"" + name + "\" is not a file that can be read");
  }
  std::string bytes(pages::largest_logo + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  auto logo = pages::make_logo(std::move(bytes));
  if (!logo) directive.fail("logo \"" + name + "\" " + logo.error());
  return *std::move(logo);
}

void read_colour(const Directive& directive, std::string_view text, pages::Brand& brand) {
  const auto contrast = pages::contrast_with_white(text);
  if (!contrast) {
    directive.fail("invalid colour \"" + std::string{text} +
                   "\" in \"vneid_brand\", expected #rrggbb");
  }
  if (*contrast < pages::least_contrast) {
    std::array<char, 16> ratio{};
    // Rounded down: 4.498 must not read as the 4.5 that it is not.
    std::snprintf(ratio.data(), ratio.size(), "%.2f", std::floor(*contrast * 100) / 100);
    directive.fail("colour \"" + std::string{text} + "\" in \"vneid_brand\" has a contrast of " +
                   ratio.data() +
                   ":1 with white, and text needs 4.5:1 (WCAG 2.2, 1.4.3): choose a darker one");
  }
  pages::put_colour(brand, text);
}

}  // namespace

void parse_contact(const Directive& directive, ServerConf& conf) {
  pages::Contact contact;
  bool english = false;
  const std::array<std::pair<std::string_view, std::string*>, 4> parts{
      {{"hotline", &contact.hotline},
       {"desk", &contact.desk},
       {"hours", &contact.hours},
       {"bring", &contact.bring}}};
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (const auto language = Directive::value_of(word, "language")) {
      if (*language != "vi" && *language != "en") directive.fail_parameter(word);
      english = *language == "en";
      continue;
    }
    const auto* part = std::ranges::find_if(parts, [word](const auto& each) {
      return Directive::value_of(word, each.first).has_value();
    });
    if (part == parts.end()) directive.fail_parameter(word);
    const auto value = Directive::value_of(word, part->first).value_or("");
    if (value.starts_with('"') || value.starts_with('\'')) {
      directive.fail(put_quotes(directive, part->first));
    }
    *part->second = line(directive, part->first, value, longest_contact);
  }
  if (contact == pages::Contact{}) {
    directive.fail("\"vneid_contact\" needs at least one of hotline=, desk=, hours=, bring=");
  }
  auto& place = english ? conf.contacts.en : conf.contacts.vi;
  if (place) {
    directive.fail(std::string{"\"vneid_contact\" is said twice for language "} +
                   (english ? "en" : "vi"));
  }
  place = std::move(contact);
}

void parse_brand(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.brand != nullptr);
  auto brand = std::make_shared<pages::Brand>();
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (const auto name = Directive::value_of(word, "name")) {
      if (name->starts_with('"') || name->starts_with('\'')) {
        directive.fail(put_quotes(directive, "name"));
      }
      brand->name = line(directive, "name", *name, longest_name);
    } else if (const auto logo = Directive::value_of(word, "logo")) {
      brand->logo = read_logo(directive, *logo);
    } else if (const auto colour = Directive::value_of(word, "colour")) {
      read_colour(directive, *colour, *brand);
    } else if (const auto home = Directive::value_of(word, "home")) {
      const auto path = text::LocalPath::parse(*home);
      if (!path) {
        directive.fail("invalid path \"" + std::string{*home} +
                       "\" for \"home\" in \"vneid_brand\", expected a path of this server");
      }
      brand->home = path->text();
    } else {
      directive.fail_parameter(word);
    }
  }
  conf.brand = std::move(brand);
}

}  // namespace vneid::ngx
