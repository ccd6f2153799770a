#include "flows/vault/wanted.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "text/form.hpp"

namespace vneid::flows {

namespace {

constexpr std::size_t usual_limit = 20;
constexpr std::int64_t most_at_once = 100;

std::optional<bool> truth(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool is_kind(std::string_view text) {
  return text == "info" || text == "paper" || text == "result";
}

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

std::optional<std::int64_t> record_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

}  // namespace vneid::flows
