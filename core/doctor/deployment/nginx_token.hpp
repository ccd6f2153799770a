#pragma once

#include <string>
#include <string_view>

namespace vneid::doctor {

struct NginxToken {
  enum class Kind { word, semicolon, open, close, end, broken };
  Kind kind = Kind::end;
  std::string text;  ///< a word without its quotes, or what is broken
  unsigned line = 1;
  bool quoted = false;
};

/// nginx's words: the rules of ngx_conf_read_token, which are not those of a shell. Quotes and
/// comments count at the beginning of a word only, "${" begins no block, a backslash stays unless
/// it is before a quote, a backslash, or t, r, n.
class NginxTokens {
 public:
  explicit NginxTokens(std::string_view text) noexcept : text_(text) {}

  NginxToken next();
  /// Passes over a block of Lua whose "{" was the last token, with its "}". False: it has no end.
  bool skip_lua();
  [[nodiscard]] unsigned line() const noexcept { return line_; }

 private:
  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  char take() noexcept;
  void skip_blanks_and_comments();
  void take_escaped(std::string& into);
  NginxToken quoted(char quote);
  NginxToken plain();
  void skip_line() noexcept;
  void skip_lua_string(char quote) noexcept;
  bool skip_long_bracket() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
};

}  // namespace vneid::doctor
