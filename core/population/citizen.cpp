#include "population/citizen.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <utility>

#include "identity/name_key.hpp"
#include "identity/typed_field.hpp"

namespace vneid::population {

namespace {

/// Prefixes differ, and some schemas leave inner elements without a namespace.
bool is_told(const XmlCursor& cursor) noexcept {
  const std::string_view space = cursor.namespace_uri();
  return space.empty() || space == told_namespace;
}

/// Fails the cursor when an element stands there again: nobody could say which one counts.
bool first_time(XmlCursor& cursor, std::set<std::string_view>& seen, std::string_view name) {
  const bool fresh = seen.insert(name).second;
  if (!fresh) cursor.fail("the record has an element twice");
  return fresh;
}

/// The texts of the named children of an element, in the order of the names.
template <std::size_t count>
std::array<std::string, count> children(XmlCursor& cursor, const XmlCursor::Element& parent,
                                        const std::array<std::string_view, count>& names) {
  std::array<std::string, count> texts;
  std::set<std::string_view> seen;
  while (const auto child = cursor.child_of(parent)) {
    const auto* const found = std::ranges::find(names, cursor.name());
    if (found == names.end() || !is_told(cursor) || !first_time(cursor, seen, *found)) continue;
    texts.at(static_cast<std::size_t>(found - names.begin())) = cursor.text_of(*child);
  }
  return texts;
}

std::string name_of(XmlCursor& cursor, const XmlCursor::Element& holder) {
  constexpr std::array<std::string_view, 3> parts{"Ho", "ChuDem", "Ten"};
  std::string name;
  for (const std::string& part : children(cursor, holder, parts)) {
    if (part.empty()) continue;
    if (!name.empty()) name += ' ';
    name += part;
  }
  return name;
}

/// A code of a list of places ("052", "VN"), which is no text for people: names have blanks or
/// accents.
bool is_code(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

/// The address in words, and those of its units that are words and do not stand in it already.
/// Codes are never turned into names: which list they are of is not told.
std::string place_of(XmlCursor& cursor, const XmlCursor::Element& holder) {
  constexpr std::array<std::string_view, 5> parts{"ChiTiet", "MaPhuongXa", "MaQuanHuyen",
                                                  "MaTinhThanh", "QuocGia"};
  const auto texts = children(cursor, holder, parts);
  std::string place = texts.front();
  for (const std::string& unit : texts) {
    const bool country_here = &unit == &texts.back() && unit == "Việt Nam";
    if (is_code(unit) || country_here || place.contains(unit)) continue;
    if (!place.empty()) place += ", ";
    place += unit;
  }
  return place;
}

/// yyyyMMdd without a day or month that is zero: some write an unknown one so.
std::string_view without_zeros(std::string_view date) noexcept {
  constexpr std::size_t full_size = 8;
  if (date.size() == full_size && date.ends_with("0000")) date.remove_suffix(4);
  return date;
}

using Date = std::optional<identity::BirthDate>;

std::expected<Date, Unusable> birth_date(const CitizenTexts& texts, int current_year) {
  const auto read = [current_year](std::string_view text) {
    return identity::BirthDate::parse(text, current_year);
  };
  const Date year = read(texts.year);
  const Date date = read(without_zeros(texts.date));
  if ((!year && !texts.year.empty()) || (!date && !texts.date.empty())) {
    return std::unexpected{Unusable{"the record's birth date is none", true}};
  }
  if (year && date && !compatible(*year, *date)) {
    return std::unexpected{Unusable{"the record has two birth dates", true}};
  }
  return date ? date : year;
}

/// Empty when it could not be shown: then it counts as not told.
std::string shown_place(const std::string& text, int current_year) {
  return identity::stored_form(identity::Field::residence, text, current_year).value_or("");
}

}  // namespace

CitizenTexts read_citizen(XmlCursor& cursor, const XmlCursor::Element& citizen) {
  CitizenTexts texts;
  std::set<std::string_view> seen;
  constexpr std::array<std::string_view, 2> birth_parts{"Nam", "NgayThangNam"};
  while (const auto child = cursor.child_of(citizen)) {
    const std::string_view name = cursor.name();
    if (!is_told(cursor)) continue;
    if (name == "SoDinhDanh" && first_time(cursor, seen, name)) {
      texts.number = cursor.text_of(*child);
    } else if (name == "SoCMND" && first_time(cursor, seen, name)) {
      texts.cmnd = cursor.text_of(*child);
    } else if (name == "GioiTinh" && first_time(cursor, seen, name)) {
      texts.sex = cursor.text_of(*child);
    } else if (name == "HoVaTen" && first_time(cursor, seen, name)) {
      texts.name = name_of(cursor, *child);
    } else if (name == "NgayThangNamSinh" && first_time(cursor, seen, name)) {
      auto parts = children(cursor, *child, birth_parts);
      texts.year = std::move(parts[0]);
      texts.date = std::move(parts[1]);
    } else if (name == "NoiDangKyKhaiSinh" && first_time(cursor, seen, name)) {
      texts.birth_place = place_of(cursor, *child);
    } else if (name == "QueQuan" && first_time(cursor, seen, name)) {
      texts.home_town = place_of(cursor, *child);
    } else if (name == "ThuongTru" && first_time(cursor, seen, name)) {
      texts.residence = place_of(cursor, *child);
    }
  }
  return texts;
}

std::optional<identity::Sex> read_sex(std::string_view text) {
  const auto keys = identity::NameKeys::make(text);
  if (!keys) return std::nullopt;
  if (keys->loose == "1" || keys->loose == "NAM") return identity::Sex::male;
  if (keys->loose == "2" || keys->loose == "NU") return identity::Sex::female;
  return std::nullopt;
}

std::expected<Record, Unusable> record_of(const CitizenTexts& texts, int current_year) {
  Record record;
  auto number = identity::CitizenNumber::parse(texts.number, current_year);
  if (number) {
    record.number = std::move(*number);
  } else if (number.error() != identity::NumberError::empty) {
    return std::unexpected{Unusable{"the record's number is none", true}};
  }
  if (auto cmnd = identity::Cmnd::parse(texts.cmnd)) record.cmnd = std::move(*cmnd);
  if (!identity::NameKeys::make(texts.name)) {
    return std::unexpected{Unusable{"the record has no usable name", true}};
  }
  record.name = identity::clean_name(texts.name).value();
  auto date = birth_date(texts, current_year);
  if (!date) return std::unexpected{std::move(date.error())};
  record.birth_date = *date;
  record.sex = read_sex(texts.sex);
  record.birth_place = shown_place(texts.birth_place, current_year);
  record.home_town = shown_place(texts.home_town, current_year);
  record.residence = shown_place(texts.residence, current_year);
  return record;
}

}  // namespace vneid::population
