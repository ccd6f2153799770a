#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace vneid::identity {

/// Which spellings are one account to the portal (`account_form=` of `vneid_login`).
struct AccountForm {
  bool trim = false;  ///< blanks around the name do not count
  bool fold = false;  ///< neither does upper and lower case
};

/// "exact", "fold" or "trim,fold"; nothing for any other word.
std::optional<AccountForm> account_form_from_text(std::string_view text);

/// Longest name of an account, in bytes of UTF-8.
inline constexpr std::size_t longest_account_name = 1000;

/// The one spelling that an account is known by: NFC, and what `form` says beside it. Otherwise why
/// it is nobody's name, for the log: empty, too long, or not UTF-8.
std::expected<std::string, std::string> account_name(std::string_view text, AccountForm form);

}  // namespace vneid::identity
