#include "identity/typed_field.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "identity/citizen_number.hpp"
#include "identity/name_key.hpp"
#include "text/utf8.hpp"

namespace vneid::identity {

namespace {

using Text = std::expected<std::string, TypedError>;

/// Bytes; no honest value comes near.
constexpr std::size_t most_bytes = 4000;

TypedError error_of(NumberError error) {
  switch (error) {
    case NumberError::empty:
      return TypedError::empty;
    case NumberError::not_digits:
      return TypedError::not_digits;
    case NumberError::wrong_length:
      return TypedError::wrong_length;
    case NumberError::birth_year_in_future:
      break;
  }
  return TypedError::birth_year_in_future;
}

TypedError error_of(NameError error) {
  switch (error) {
    case NameError::empty:
      return TypedError::empty;
    case NameError::not_utf8:
    case NameError::forbidden_character:
      return TypedError::forbidden_character;
    case NameError::too_long:
      return TypedError::too_long;
    case NameError::no_letters:
      break;
  }
  return TypedError::no_letters;
}

/// ASCII for what an input method for wide characters makes of it.
char32_t narrow(char32_t point) {
  constexpr char32_t first = U'\uFF01';
  constexpr char32_t last = U'\uFF5E';
  return point >= first && point <= last ? point - first + U'!' : point;
}

/// NFC without invisible characters, one blank between words and none around.
std::expected<std::u32string, TypedError> one_line(std::string_view typed) {
  if (typed.size() > most_bytes) return std::unexpected(TypedError::too_long);
  const auto points = text::decode_utf8(typed);
  if (!points) return std::unexpected(TypedError::forbidden_character);
  std::u32string line;
  for (const char32_t point : text::to_nfc(*points)) {
    if (text::is_forbidden(point)) return std::unexpected(TypedError::forbidden_character);
    if (text::is_invisible(point)) continue;
    if (!text::is_blank(point)) {
      line += point;
    } else if (!line.empty() && line.back() != U' ') {
      line += U' ';
    }
  }
  if (!line.empty() && line.back() == U' ') line.pop_back();
  if (line.empty()) return std::unexpected(TypedError::empty);
  return line;
}

/// The groups of digits between separators; nothing when anything else stands there.
std::optional<std::vector<std::string>> groups_of(std::u32string_view line) {
  constexpr std::u32string_view separators = U" ./-";
  std::vector<std::string> groups(1);
  for (const char32_t wide : line) {
    const char32_t point = narrow(wide);
    if (point >= U'0' && point <= U'9') {
      groups.back() += static_cast<char>(point);
    } else if (separators.contains(point)) {
      if (!groups.back().empty()) groups.emplace_back();
    } else {
      return std::nullopt;
    }
  }
  if (groups.back().empty()) groups.pop_back();
  return groups;
}

/// Day, month, year as far as given, whatever order they were typed in; nothing when the groups
/// are no date.
std::optional<std::vector<std::string>> day_month_year(std::vector<std::string> groups) {
  if (groups.size() == 1 && groups[0].size() == 8) {
    const std::string& all = groups[0];
    // ddMMyyyy and yyyyMMdd cannot be mistaken for each other: no month is 19 or 20.
    const bool year_first = all.substr(4, 2) <= "12";
    groups = year_first ? std::vector{all.substr(0, 4), all.substr(4, 2), all.substr(6)}
                        : std::vector{all.substr(0, 2), all.substr(2, 2), all.substr(4)};
  }
  if (groups.empty() || groups.size() > 3) return std::nullopt;
  if (groups.size() > 1 && groups.front().size() == 4) std::ranges::reverse(groups);
  if (groups.back().size() != 4) return std::nullopt;
  const bool short_parts = std::ranges::all_of(groups.begin(), groups.end() - 1,
                                               [](const auto& part) { return part.size() <= 2; });
  if (!short_parts) return std::nullopt;
  return groups;
}

template <class Number>
Text number(const std::expected<Number, NumberError>& parsed) {
  if (!parsed) return std::unexpected(error_of(parsed.error()));
  return parsed->digits();
}

Text name(std::string_view typed) {
  const auto keys = NameKeys::make(typed);
  if (!keys) return std::unexpected(error_of(keys.error()));
  return clean_name(typed).value();
}

Text birth_date(std::string_view typed, int current_year) {
  const auto date = read_typed_date(typed, current_year);
  if (!date) return std::unexpected(date.error());
  return date->to_text();
}

Text sex(std::string_view typed) {
  if (typed.empty()) return std::unexpected(TypedError::empty);
  if (typed == "male" || typed == "female") return std::string{typed};
  return std::unexpected(TypedError::unknown_sex);
}

/// E.164 allows 15 digits; the shortest subscriber numbers here have 8.
Text phone(std::string_view typed) {
  const auto line = one_line(typed);
  if (!line) return std::unexpected(line.error());
  constexpr std::size_t shortest = 8;
  constexpr std::size_t longest = 15;
  std::string stored;
  for (const char32_t wide : *line) {
    const char32_t point = narrow(wide);
    if (point >= U'0' && point <= U'9') {
      stored += static_cast<char>(point);
    } else if (point == U'+' && stored.empty()) {
      stored += '+';
    } else if (!std::u32string_view{U" .-()"}.contains(point)) {
      return std::unexpected(TypedError::phone_form);
    }
  }
  const std::size_t digits = stored.size() - (stored.starts_with('+') ? 1 : 0);
  if (digits < shortest || digits > longest) return std::unexpected(TypedError::phone_form);
  return stored;
}

/// RFC 5321 §4.5.3.1 bounds, one @, a domain with a dot. Whether it exists only a mail can tell.
Text email(std::string_view typed) {
  const auto line = one_line(typed);
  if (!line) return std::unexpected(line.error());
  constexpr std::size_t longest = 254;
  constexpr std::size_t longest_local = 64;
  std::string text = text::encode_utf8(*line);
  const auto at = text.find('@');
  const bool plain = std::ranges::none_of(*line, [](char32_t c) {
    return c == U' ' || std::u32string_view{U"<>\"(),;:\\"}.contains(c);
  });
  if (!plain || at == std::string::npos || at == 0 || at > longest_local || text.size() > longest ||
      text.find('@', at + 1) != std::string::npos) {
    return std::unexpected(TypedError::email_form);
  }
  const std::string_view domain = std::string_view{text}.substr(at + 1);
  if (!domain.contains('.') || domain.starts_with('.') || domain.ends_with('.') ||
      domain.contains("..")) {
    return std::unexpected(TypedError::email_form);
  }
  return text;
}

Text address(std::string_view typed) {
  const auto line = one_line(typed);
  if (!line) return std::unexpected(line.error());
  if (line->size() > max_text_length) return std::unexpected(TypedError::too_long);
  return text::encode_utf8(*line);
}

}  // namespace

std::expected<BirthDate, TypedError> read_typed_date(std::string_view typed, int current_year) {
  const auto line = one_line(typed);
  if (!line) return std::unexpected(line.error());
  const auto groups = groups_of(*line);
  if (!groups) return std::unexpected(TypedError::date_form);
  const auto parts = day_month_year(*groups);
  if (!parts) return std::unexpected(TypedError::date_form);
  std::string text;
  for (const std::string& part : *parts) text += (text.empty() ? "" : "/") + part;
  const auto date = BirthDate::parse(text, current_year);
  if (date) return *date;
  const int year = std::stoi(parts->back());
  if (year < BirthDate::earliest_year) return std::unexpected(TypedError::before_1900);
  if (year > current_year) return std::unexpected(TypedError::date_in_future);
  return std::unexpected(TypedError::no_such_day);
}

std::expected<std::string, TypedError> stored_form(Field field, std::string_view typed,
                                                   int current_year) {
  switch (field) {
    case Field::name:
      return name(typed);
    case Field::cmnd9:
      return number(Cmnd::parse(typed));
    case Field::citizen_id:
      return number(CitizenNumber::parse(typed, current_year));
    case Field::birth_date:
      return birth_date(typed, current_year);
    case Field::phone:
      return phone(typed);
    case Field::sex:
      return sex(typed);
    case Field::email:
      return email(typed);
    case Field::birth_place:
    case Field::home_town:
    case Field::residence:
      break;
  }
  return address(typed);
}

}  // namespace vneid::identity
