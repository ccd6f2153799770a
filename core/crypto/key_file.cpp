#include "crypto/key_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <system_error>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace vneid::crypto::key_file {

namespace {

constexpr std::size_t max_id_size = 32;

std::string at_line(std::string_view source, std::size_t line, std::string_view cause) {
  std::string text{source};
  text.append(" line ").append(std::to_string(line)).append(": ").append(cause);
  return text;
}

/// Takes the next word off the front of `rest`; empty at the end.
std::string_view next_word(std::string_view& rest) {
  constexpr std::string_view blanks = " \t";
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

bool valid_id(std::string_view id) {
  return !id.empty() && id.size() <= max_id_size && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

/// No word of the line is repeated in an error: a misplaced key would go to the log with it.
std::expected<Key, std::string> parse_line(std::string_view line, std::size_t number) {
  const std::string_view use_word = next_word(line);
  const std::string_view id = next_word(line);
  const std::string_view encoded = next_word(line);
  if (use_word != "seal" && use_word != "lookup") {
    return std::unexpected("begins with neither \"seal\" nor \"lookup\"");
  }
  if (encoded.empty()) return std::unexpected("needs an id and a key after the first word");
  if (!next_word(line).empty()) return std::unexpected("has something after the key");
  if (!valid_id(id)) return std::unexpected("the id is not 1 to 32 characters of A-Z a-z 0-9 _ -");
  auto bytes = base64_decode(encoded);
  if (!bytes) return std::unexpected("the key is not base64");
  Secret secret{*std::move(bytes)};
  const std::string_view raw = secret.bytes();
  if (raw.size() != key_size) {
    return std::unexpected("the key has " + std::to_string(raw.size()) + " bytes instead of 32");
  }
  if (std::ranges::all_of(raw, [raw](char c) { return c == raw.front(); })) {
    return std::unexpected("the key is not random: all its bytes are equal");
  }
  return Key{.use = use_word == "seal" ? KeyRing::Use::seal : KeyRing::Use::lookup,
             .id = std::string(id),
             .secret = std::move(secret),
             .line = number};
}

/// Why `key` cannot stand beside `others`; empty if it can.
std::string conflict(const Key& key, const std::vector<Key>& others) {
  for (const Key& other : others) {
    const std::string there = " line " + std::to_string(other.line);
    if (other.id == key.id) return "the id is the one of" + there;
    if (equal_constant_time(other.secret.bytes(), key.secret.bytes())) {
      return "the key is the one of" + there;
    }
    if (key.use == KeyRing::Use::lookup && other.use == KeyRing::Use::lookup) {
      return "a second lookup key, the first is in" + there +
             "; look-up values would no longer match what is stored";
    }
  }
  return {};
}

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  const auto [stop, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (error != std::errc{} || stop != digits.end()) return std::nullopt;
  return value;
}

}  // namespace

std::expected<std::vector<Key>, std::string> parse(std::string_view text,
                                                   const std::string& source) {
  std::vector<Key> keys;
  std::size_t number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::string_view rest = line;
    const std::string_view first = next_word(rest);
    if (first.empty() || first.starts_with('#')) continue;
    auto key = parse_line(line, number);
    if (!key) return std::unexpected(at_line(source, number, key.error()));
    const std::string cause = conflict(*key, keys);
    if (!cause.empty()) return std::unexpected(at_line(source, number, cause));
    keys.push_back(*std::move(key));
  }
  const auto has = [&keys](KeyRing::Use use) {
    return std::ranges::any_of(keys, [use](const Key& key) { return key.use == use; });
  };
  if (keys.empty()) return std::unexpected(source + ": holds no keys");
  if (!has(KeyRing::Use::seal)) return std::unexpected(source + ": holds no seal key");
  if (!has(KeyRing::Use::lookup)) return std::unexpected(source + ": holds no lookup key");
  return keys;
}

std::optional<std::chrono::year_month_day> creation_date(std::string_view id) {
  constexpr std::size_t date_size = 10;
  if (id.size() < date_size || id[4] != '-' || id[7] != '-') return std::nullopt;
  if (id.size() > date_size && id[date_size] != '-') return std::nullopt;
  const auto year = number(id.substr(0, 4));
  const auto month = number(id.substr(5, 2));
  const auto day = number(id.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::string fresh_line(KeyRing::Use use, std::string_view id) {
  const Secret secret{random_bytes(key_size)};
  std::string line = use == KeyRing::Use::seal ? "seal " : "lookup ";
  line.append(id).append(" ").append(base64_encode(secret.bytes())).append("\n");
  return line;
}

std::string fresh_id(std::chrono::year_month_day today, const std::vector<Key>& keys) {
  std::array<char, 32> date{};
  std::snprintf(date.data(), date.size(), "%04d-%02u-%02u", static_cast<int>(today.year()),
                static_cast<unsigned>(today.month()), static_cast<unsigned>(today.day()));
  std::string id = date.data();
  for (unsigned count = 2; std::ranges::any_of(keys, [&](const Key& key) { return key.id == id; });
       ++count) {
    id = std::string(date.data()) + "-" + std::to_string(count);
  }
  return id;
}

}  // namespace vneid::crypto::key_file
