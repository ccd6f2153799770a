#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::text {

/// A path of this server, with its query, that a browser may be sent to (domain.md §8.3). No
/// browser takes it for the URL of another server: it begins with one '/', also when what the dots
/// in it stand for is taken out ("/.//host"); it holds no backslash, which browsers read as a
/// slash, and nothing but printable ASCII; at most 2048 bytes. A fragment never comes to a server.
class LocalPath {
 public:
  static constexpr std::size_t longest = 2048;

  /// The front page.
  LocalPath() = default;
  /// Nothing when the text is none.
  static std::optional<LocalPath> parse(std::string_view text);
  /// The front page when the text is none.
  static LocalPath parse_or_front(std::string_view text) {
    return parse(text).value_or(LocalPath{});
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  friend bool operator==(const LocalPath&, const LocalPath&) = default;

 private:
  explicit LocalPath(std::string_view text) : text_(text) {}
  std::string text_ = "/";
};

/// Whether a page may link there: a path as of LocalPath, of any length and with Unicode, or an
/// absolute http(s) address. Not `javascript:` and the like.
bool is_safe_href(std::string_view href);

}  // namespace vneid::text
