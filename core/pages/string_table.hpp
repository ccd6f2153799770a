#pragma once

#include <expected>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "pages/language.hpp"
#include "pages/source_files.hpp"

namespace vneid::pages {

/// A value for a `{{name}}` in a string.
using Placeholder = std::pair<std::string_view, std::string_view>;

/// All texts of one language, by id (ids of domain.md §5). Text is NFC and plain: never markup.
class StringTable {
 public:
  /// Lays the tables over each other: built-in, the administrator's, then those of `wording`.
  static std::expected<StringTable, std::string> load(const SourceFiles& files, Language language,
                                                      std::string_view wording);

  /// The text, or null.
  [[nodiscard]] const std::string* find(std::string_view id) const noexcept;

  /// The text, which must exist: ids known to the code are checked at load. Empty if it does not.
  [[nodiscard]] std::string_view text(std::string_view id) const noexcept;

  /// The text with its placeholders filled in, as plain text. Placeholders without a value stay.
  [[nodiscard]] std::string text(std::string_view id,
                                 std::initializer_list<Placeholder> values) const;

  [[nodiscard]] std::set<std::string> ids() const;

  /// Ids that only the administrator's tables have, with the file that brings them.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& added() const noexcept {
    return added_;
  }

 private:
  std::expected<void, std::string> lay_over(std::string_view json, const std::string& place,
                                            bool built_in);

  std::map<std::string, std::string, std::less<>> texts_;
  std::map<std::string, std::string, std::less<>> added_;
};

}  // namespace vneid::pages
