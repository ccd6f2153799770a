#include "identity/account_name.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace vneid::identity {

namespace {

std::u32string_view trimmed(std::u32string_view name) {
  const auto counts = [](char32_t point) {
    return !text::is_blank(point) && !text::is_invisible(point);
  };
  const auto first = std::ranges::find_if(name, counts);
  name.remove_prefix(static_cast<std::size_t>(first - name.begin()));
  while (!name.empty() && !counts(name.back())) name.remove_suffix(1);
  return name;
}

}  // namespace

std::optional<AccountForm> account_form_from_text(std::string_view text) {
  if (text == "exact") return AccountForm{};
  if (text == "fold") return AccountForm{.trim = false, .fold = true};
  if (text == "trim,fold") return AccountForm{.trim = true, .fold = true};
  return std::nullopt;
}

std::expected<std::string, std::string> account_name(std::string_view text, AccountForm form) {
  // Before decoding: names come from requests, and may have any length.
  if (text.size() > 4 * longest_account_name) {
    return std::unexpected("the account's name is longer than 1,000 bytes");
  }
  const auto points = text::decode_utf8(text);
  if (!points) return std::unexpected("the account's name is not UTF-8");
  std::u32string name{form.trim ? trimmed(*points) : *points};
  if (form.fold) name = text::fold_case(name);
  std::string stored = text::encode_utf8(text::to_nfc(name));
  if (stored.empty()) return std::unexpected("the account's name is empty");
  if (stored.size() > longest_account_name) {
    return std::unexpected("the account's name is longer than 1,000 bytes");
  }
  return stored;
}

}  // namespace vneid::identity
