#include "flows/vault/wanted.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "crypto/key_ring.hpp"
#include "flows/reply/reply.hpp"
#include "text/ascii.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

constexpr std::size_t usual_limit = 20;
constexpr std::int64_t most_at_once = 100;
constexpr std::size_t longest_search = 100;  // characters

/// Of valid UTF-8.
std::string first_characters(std::string text, std::size_t most) {
  const auto begins_character = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  };
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && ++characters > most) return text.substr(0, i);
  }
  return text;
}

std::optional<bool> truth(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool is_kind(std::string_view text) {
  return text == "info" || text == "paper" || text == "result";
}

void take_kind(WantedPage& wanted, std::string_view parameters) {
  std::string kind = form_field(parameters, "kind");
  if (is_kind(kind)) wanted.filter.kind = std::move(kind);
}

constexpr const char* sealed_words = "vault-search";

std::string whose_words(AccountId account) { return std::to_string(account.value()); }

/// Takes one parameter; false when its value cannot be understood.
bool take(WantedPart& wanted, std::string_view name, std::string value) {
  vault::Filter& filter = wanted.filter;
  if (name == "kind") {
    if (!is_kind(value)) return false;
    filter.kind = std::move(value);
  } else if (name == "doc_type_code") {
    filter.doc_type_code = std::move(value);
  } else if (name == "number") {
    filter.number = std::move(value);
  } else if (name == "owner") {
    return (filter.whose = vault::whose_from_text(value)).has_value();
  } else if (name == "valid") {
    return (filter.valid = truth(value)).has_value();
  } else if (name == "usable") {
    const auto usable = truth(value);
    filter.usable = usable.value_or(false);
    return usable.has_value();
  } else if (name == "after") {
    return (wanted.slice.after = vault::Cursor::read(value)).has_value();
  } else if (name == "limit") {
    const auto limit = record_id(value);
    if (!limit || *limit > most_at_once) return false;
    wanted.slice.most = static_cast<std::size_t>(*limit);
  }
  return true;
}

}  // namespace

std::expected<WantedPart, std::string> wanted_part(std::string_view query) {
  auto parameters = text::decode_form(query);
  if (!parameters) return std::unexpected{"query: " + parameters.error()};
  WantedPart wanted;
  wanted.slice.most = usual_limit;
  for (auto& [name, value] : *parameters) {
    if (!value.empty() && !take(wanted, name, std::move(value))) {
      return std::unexpected{"a value of \"" + name + "\" that the API does not know"};
    }
  }
  return wanted;
}

WantedPage posted_search(std::string_view form) {
  WantedPage wanted;
  const std::string words = first_characters(form_field(form, "q"), longest_search);
  if (!text::trim(words).empty()) wanted.filter.words = text::trim(words);
  take_kind(wanted, form);
  return wanted;
}

std::string vault_page_url(const Exchange& exchange, AccountId account, const WantedPage& wanted) {
  const crypto::KeyRing& keys = *exchange.worker->settings->keys;
  text::Parameters parameters;
  if (wanted.filter.words) {
    parameters.emplace_back(
        "words", keys.seal_text(sealed_words, whose_words(account), *wanted.filter.words));
  }
  if (wanted.filter.kind) parameters.emplace_back("kind", *wanted.filter.kind);
  if (wanted.number > 1) parameters.emplace_back("page", std::to_string(wanted.number));
  return text::with_query(exchange.site->path + "vault", parameters);
}

WantedPage wanted_page(const Exchange& exchange, AccountId account) {
  const std::string& query = exchange.request->query;
  WantedPage wanted;
  wanted.filter.words = exchange.worker->settings->keys->open_text(
      sealed_words, whose_words(account), form_field(query, "words"));
  take_kind(wanted, query);
  constexpr std::int64_t most = 1'000'000;
  const auto number = record_id(form_field(query, "page"));
  if (number && *number <= most) wanted.number = static_cast<std::size_t>(*number);
  return wanted;
}

std::optional<std::int64_t> record_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

}  // namespace vneid::flows
