#include "oidc/identity_claims.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "identity/name_key.hpp"
#include "text/date.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

namespace {

const json_t* claim(const json_t* claims, const std::string& name) noexcept {
  return name.empty() ? nullptr : json_object_get(claims, name.c_str());
}

std::string text_claim(const json_t* claims, const std::string& name) {
  return text::json_text(claim(claims, name)).value_or("");
}

std::optional<int> level_word(std::string_view word) noexcept {
  if (word.size() == 4 && (word[0] == 'L' || word[0] == 'l') &&
      (word[1] == 'o' || word[1] == 'O') && (word[2] == 'A' || word[2] == 'a')) {
    word.remove_prefix(3);
  }
  if (word.size() != 1 || word[0] < '0' || word[0] > '9') return std::nullopt;
  return word[0] - '0';
}

std::optional<int> level_text(std::string_view text) noexcept {
  static constexpr std::string_view separators = " ,";
  std::optional<int> highest;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    highest = std::max(highest, level_word(text.substr(0, end)));  // nothing is less than 0
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return highest;
}

identity::AccountKind read_kind(const json_t* claims, const std::string& name) {
  using enum identity::AccountKind;
  if (name.empty()) return personal;  // configured so: the provider has no organisations
  const json_t* value = claim(claims, name);
  std::string text = json_is_integer(value) ? std::to_string(json_integer_value(value))
                                            : text::json_text(value).value_or("");
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (text == "1" || text == "personal" || text == "individual") return personal;
  if (text == "2" || text == "3" || text == "organization" || text == "organisation") {
    return organization;
  }
  return unknown;
}

/// "Nam" and "Nữ" in any composition, the English words, or M and F. Digits are not read: sources
/// number the sexes differently.
std::optional<identity::Sex> read_sex(std::string_view text) {
  const auto keys = identity::NameKeys::make(text);
  if (!keys) return std::nullopt;
  if (keys->loose == "NAM" || keys->loose == "MALE" || keys->loose == "M") {
    return identity::Sex::male;
  }
  if (keys->loose == "NU" || keys->loose == "FEMALE" || keys->loose == "F") {
    return identity::Sex::female;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> read_level(const json_t* value) {
  if (json_is_integer(value)) {
    const json_int_t level = json_integer_value(value);
    if (level < 0 || level > 9) return std::nullopt;
    return static_cast<int>(level);
  }
  if (auto text = text::json_text(value)) return level_text(*text);
  std::optional<int> highest;
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(value, index, item) {
    if (json_is_array(item)) return std::nullopt;
    highest = std::max(highest, read_level(item));
  }
  return highest;
}

VerifiedIdentity map_claims(const json_t* claims, const ClaimNames& names, Wall now) {
  const int year = text::year_in_vietnam(now);
  VerifiedIdentity person;
  person.issuer = text::json_text(claims, "iss").value_or("");
  person.subject = text::json_text(claims, "sub").value_or("");
  const json_t* number = claim(claims, names.citizen_id);
  if (number != nullptr && !json_is_null(number) && !json_is_string(number)) {
    // A JSON number has lost its leading zeros: no way back.
    person.citizen_id = std::unexpected{identity::NumberError::not_digits};
  } else {
    person.citizen_id = identity::CitizenNumber::parse(text_claim(claims, names.citizen_id), year);
  }
  person.name = identity::clean_name(text_claim(claims, names.name)).value_or("");
  person.birth_date = identity::BirthDate::parse(text_claim(claims, names.birth_date), year);
  person.sex = read_sex(text_claim(claims, names.sex));
  person.level = read_level(claim(claims, names.level));
  person.kind = read_kind(claims, names.kind);
  return person;
}

identity::ProviderIdentity VerifiedIdentity::for_decision() const {
  identity::ProviderIdentity person;
  person.kind = kind;
  person.level = level;
  if (citizen_id) person.number = *citizen_id;
  if (auto keys = identity::NameKeys::make(name)) person.name = std::move(*keys);
  person.birth_date = birth_date;
  person.sex = sex;
  return person;
}

std::string direct_subject(const json_t* claims, const VerifiedIdentity& person) {
  // A number must not pass for another person's `sub`, nor a TechID for either.
  if (const auto sub = text::json_text(claims, "sub"); sub && !sub->empty()) return "sub:" + *sub;
  if (const auto id = text::json_text(claims, "TechID"); id && !id->empty())
    return "tech_id:" + *id;
  return person.citizen_id ? "citizen_id:" + person.citizen_id->digits() : std::string{};
}

}  // namespace vneid::oidc
