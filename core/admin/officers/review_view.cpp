#include "admin/officers/review_view.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <sstream>

#include "identity/birth_date.hpp"
#include "identity/masking.hpp"
#include "identity/name_key.hpp"
#include "link/stored_values.hpp"
#include "text/date.hpp"

namespace vneid::admin {

namespace {

struct Label {
  std::string_view field;
  std::string_view text;
};
constexpr std::array labels{
    Label{"login", "login"},
    Label{"name", "name"},
    Label{"cmnd9", "old number"},
    Label{"number", "number"},
    Label{"citizen_id", "number"},
    Label{"birth_date", "birth date"},
    Label{"phone", "phone"},
    Label{"sex", "sex"},
    Label{"birth_place", "birth place"},
    Label{"email", "e-mail"},
    Label{"home_town", "home town"},
    Label{"residence", "residence"},
};

bool is_number(std::string_view field) {
  return field == "number" || field == "citizen_id" || field == "cmnd9";
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream{text};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool same_word(const std::string& left, const std::string& right) {
  const auto one = identity::NameKeys::make(left);
  const auto other = identity::NameKeys::make(right);
  return one && other ? one->strict == other->strict : left == right;
}

std::string compare_names(const std::string& account, const std::string& other) {
  const auto held = identity::NameKeys::make(account);
  const auto told = identity::NameKeys::make(other);
  if (held && told && held->strict == told->strict) return "same";
  if (held && told && held->loose == told->loose) return "differs in accents or tones only";
  const auto left = words_of(account);
  const auto right = words_of(other);
  if (left.size() != right.size()) return "differs, another number of words";
  std::size_t differing = 0;
  for (std::size_t i = 0; i < left.size(); ++i) differing += same_word(left[i], right[i]) ? 0 : 1;
  return std::to_string(differing) + " of " + std::to_string(left.size()) + " words differ";
}

std::string compare_numbers(const std::string& account, const std::string& other) {
  if (account == other) return "same";
  if (account.size() != other.size()) return "differs, another length";
  std::size_t differing = 0;
  for (std::size_t i = 0; i < account.size(); ++i) differing += account[i] == other[i] ? 0 : 1;
  return std::to_string(differing) + " of " + std::to_string(account.size()) + " digits differ";
}

std::string compare_dates(const std::string& account, const std::string& other) {
  if (account == other) return "same";
  const auto held = identity::BirthDate::from_text(account);
  const auto told = identity::BirthDate::from_text(other);
  if (!held || !told) return "differs";
  if (held->year() != told->year()) return "the year differs";
  if (identity::compatible(*held, *told)) {
    return held->precision() < told->precision() ? "the account knows less of the date"
                                                 : "the account knows more of the date";
  }
  return "the day or month differs";
}

std::string compare(std::string_view field, const std::string& account, const std::string& other) {
  if (field == "name") return compare_names(account, other);
  if (is_number(field)) return compare_numbers(account, other);
  if (field == "birth_date") return compare_dates(account, other);
  return account == other ? "same" : "differs";
}

}  // namespace

std::string mask_value(std::string_view field, const std::string& value) {
  if (value.empty()) return "-";
  if (field == "birth_date") {
    const auto date = identity::BirthDate::from_text(value);
    return date ? std::to_string(date->year()) : "***";
  }
  if (field == "sex") {
    const auto sex = link::sex_from_text(value);
    return sex ? std::string{link::to_text(*sex)} : "***";
  }
  if (is_number(field) || field == "login" || field == "phone" || field == "email") {
    return identity::mask_account(value);
  }
  return identity::mask_name(value);
}

std::vector<ComparedField> compare_sides(const link::ReviewSides& sides) {
  std::vector<ComparedField> fields;
  for (const auto& [name, text] : labels) {
    const auto held = sides.account.find(name);
    const auto told = sides.other.find(name);
    const std::string account = held == sides.account.end() ? "" : held->second;
    const std::string other = told == sides.other.end() ? "" : told->second;
    if (account.empty() && other.empty()) continue;
    ComparedField field;
    field.field = text;
    field.account = mask_value(name, account);
    field.other = mask_value(name, other);
    if (!account.empty() && !other.empty()) {
      field.finding = compare(name, account, other);
    } else if (name != "login") {
      field.finding = account.empty() ? "not known of the account" : "told by the account only";
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string state_in_words(const link::Review& review) {
  if (review.state == link::ReviewState::open && review.proposed) {
    return "waiting for a second officer";
  }
  return std::string{link::to_text(review.state)};
}

std::string minute_of(Wall instant) {
  const auto there = std::chrono::floor<std::chrono::minutes>(instant + text::vietnam);
  const std::chrono::hh_mm_ss clock{there - text::day_in_vietnam(instant)};
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), " %02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()));
  return text::date_for_people(instant) + text.data();
}

}  // namespace vneid::admin
