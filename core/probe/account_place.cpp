#include "probe/account_place.hpp"

#include <algorithm>

#include "text/ascii.hpp"
#include "text/json.hpp"
#include "text/json_pointer.hpp"

namespace vneid::probe {

namespace {

constexpr std::size_t most_of_me = 65'536;  // of answers to ask= (directives.md)
constexpr std::size_t most_places = 8;
constexpr int status_ok = 200;

std::string_view without_line_ends(std::string_view text) noexcept {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text::trim(text);
}

bool is_line(std::string_view text) noexcept {
  return !text.empty() && std::ranges::none_of(text, text::is_control);
}

/// A letter or digit, of UTF-8 too.
bool is_of_word(char byte) noexcept {
  return text::is_alphanumeric(byte) || static_cast<unsigned char>(byte) >= 0x80;
}

struct Word {
  std::string_view text;
};

/// Whether the word stands in the text by itself: "an" does not in "bank".
bool has_word(std::string_view text, Word word) {
  for (auto from = text.begin();;) {
    const auto found = std::ranges::search(std::string_view{from, text.end()}, word.text, {},
                                           text::ascii_lower, text::ascii_lower);
    if (found.empty()) return false;
    const bool begins = found.begin() == text.begin() || !is_of_word(*(found.begin() - 1));
    const bool ends = found.end() == text.end() || !is_of_word(*found.end());
    if (begins && ends) return true;
    from = found.begin() + 1;
  }
}

/// RFC 6901 §3.
std::string pointer_piece(std::string_view member) {
  std::string piece = "/";
  for (const char byte : member) {
    if (byte == '~') {
      piece += "~0";
    } else if (byte == '/') {
      piece += "~1";
    } else {
      piece += byte;
    }
  }
  return piece;
}

/// Breadth first, so that the shortest pointer comes first. Arrays are passed over: the account of
/// whoever asks stands in none.
std::vector<std::string> pointers_to(const json_t* document, std::string_view name) {
  std::vector<std::string> found;
  std::vector<std::pair<const json_t*, std::string>> level{{document, ""}};
  while (!level.empty() && found.size() < most_places) {
    std::vector<std::pair<const json_t*, std::string>> below;
    for (const auto& [object, pointer] : level) {
      const char* member = nullptr;
      json_t* value = nullptr;
      json_object_foreach(const_cast<json_t*>(object), member, value) {
        const std::string at = pointer + pointer_piece(member);
        const auto text = text::json_text(value);
        if (text && text::equal_without_case(*text, name)) found.push_back(at);
        if (json_is_object(value)) below.emplace_back(value, at);
      }
    }
    level = std::move(below);
  }
  return found;
}

std::string_view header_of(const Me& me, std::string_view name) noexcept {
  const auto found = std::ranges::find(me.headers, name, &http::Header::first);
  return found == me.headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool can_tell(const Me& me) noexcept { return me.failure.empty() && me.status == status_ok; }

}  // namespace

std::vector<Place> places_of(const Me& me, std::string_view name) {
  std::vector<Place> places;
  if (!can_tell(me) || name.empty()) return places;
  if (!me.is_page) {
    if (const auto document = text::parse_json_object(me.body, most_of_me)) {
      for (std::string& pointer : pointers_to(document->get(), name)) {
        places.push_back({.kind = Place::Kind::json, .text = std::move(pointer)});
      }
    } else if (text::equal_without_case(without_line_ends(me.body), name)) {
      places.push_back({.kind = Place::Kind::line, .text = {}});
    }
  }
  for (const auto& [header, value] : me.headers) {
    const bool speaks = header != "set-cookie" && header != "location";
    if (speaks && text::equal_without_case(value, name)) {
      places.push_back({.kind = Place::Kind::header, .text = header});
    }
  }
  if (places.empty() && has_word(me.body, {name})) {
    places.push_back({.kind = Place::Kind::page, .text = {}});
  }
  return places;
}

bool names_somebody(const Me& me, const Place& place, std::string_view name) {
  if (!can_tell(me)) return false;
  switch (place.kind) {
    case Place::Kind::json: {
      const auto text = text::json_text_at(me.body, {place.text}, most_of_me);
      return !me.is_page && text && text->has_value();
    }
    case Place::Kind::line:
      return !me.is_page && is_line(without_line_ends(me.body));
    case Place::Kind::header:
      return !header_of(me, place.text).empty();
    case Place::Kind::page:
      break;
  }
  return has_word(me.body, {name});
}

bool is_unclear(const Me& me) noexcept {
  const bool understood = me.status == status_ok || me.status == 204 || me.status == 401 ||
                          me.status == 403 || me.status / 100 == 3;
  return !me.failure.empty() || !understood;
}

}  // namespace vneid::probe
