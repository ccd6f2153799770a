#pragma once

#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace vneid::pages {

/// A file of config/pages as it was when the library was built.
struct EmbeddedFile {
  std::string_view name;
  std::string_view content;
};
std::span<const EmbeddedFile> embedded_files() noexcept;

/// The files that pages are made of: the built-in ones, and what the administrator put beside them.
struct SourceFiles {
  std::map<std::string, std::string, std::less<>> built_in;
  std::map<std::string, std::string, std::less<>> own;

  /// Where `name` is, for messages: its path when it is the administrator's.
  [[nodiscard]] std::string place(std::string_view name) const;
  /// The administrator's file if there is one, else the built-in one, else null.
  [[nodiscard]] const std::string* find(std::string_view name) const;

  std::string directory;  ///< as configured; empty: none
};

/// Reads `directory` (empty: nothing). A page or style file there whose name we do not know is an
/// error, since it would have no effect; other files, such as an editor's backups, are ignored.
std::expected<SourceFiles, std::string> read_source_files(const std::string& directory);

}  // namespace vneid::pages
