#include "doctor/deployment/nginx_token.hpp"

namespace vneid::doctor {

namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

char NginxTokens::take() noexcept {
  const char c = text_[at_++];
  if (c == '\n') ++line_;
  return c;
}

void NginxTokens::skip_line() noexcept {
  while (!at_end() && peek() != '\n') take();
}

void NginxTokens::skip_blanks_and_comments() {
  while (!at_end()) {
    if (is_blank(peek())) {
      take();
    } else if (peek() == '#') {
      skip_line();
    } else {
      return;
    }
  }
}

NginxToken NginxTokens::next() {
  using Kind = NginxToken::Kind;
  skip_blanks_and_comments();
  if (at_end()) return {.kind = Kind::end, .text = {}, .line = line_};
  const unsigned line = line_;
  switch (peek()) {
    case ';':
      take();
      return {.kind = Kind::semicolon, .text = {}, .line = line};
    case '{':
      take();
      return {.kind = Kind::open, .text = {}, .line = line};
    case '}':
      take();
      return {.kind = Kind::close, .text = {}, .line = line};
    case '"':
    case '\'':
      return quoted(take());
    default:
      return plain();
  }
}

void NginxTokens::take_escaped(std::string& into) {
  take();  // the backslash
  if (at_end()) return;
  const char c = take();
  switch (c) {
    case '"':
    case '\'':
    case '\\':
      into += c;
      return;
    case 't':
      into += '\t';
      return;
    case 'r':
      into += '\r';
      return;
    case 'n':
      into += '\n';
      return;
    default:
      into += '\\';
      into += c;
  }
}

NginxToken NginxTokens::quoted(char quote) {
  NginxToken token{.kind = NginxToken::Kind::word, .text = {}, .line = line_, .quoted = true};
  while (!at_end()) {
    if (peek() == '\\') {
      take_escaped(token.text);
    } else if (peek() == quote) {
      take();
      const char after = peek();
      if (at_end() || is_blank(after) || after == ';' || after == '{' || after == ')') return token;
      return {.kind = NginxToken::Kind::broken,
              .text = std::string{"unexpected \""} + after + "\" behind a quote",
              .line = line_};
    } else {
      token.text += take();
    }
  }
  return {.kind = NginxToken::Kind::broken,
          .text = "the quote that begins here has no end",
          .line = token.line};
}

NginxToken NginxTokens::plain() {
  NginxToken token{.kind = NginxToken::Kind::word, .text = {}, .line = line_};
  bool after_dollar = false;
  while (!at_end()) {
    const char c = peek();
    if (c == '\\') {
      after_dollar = false;
      take_escaped(token.text);
      continue;
    }
    if (is_blank(c) || c == ';' || (c == '{' && !after_dollar)) break;
    after_dollar = c == '$';
    token.text += take();
  }
  return token;
}

void NginxTokens::skip_lua_string(char quote) noexcept {
  while (!at_end()) {
    const char c = take();
    if (c == '\\' && !at_end()) {
      take();
    } else if (c == quote || c == '\n') {
      return;
    }
  }
}

bool NginxTokens::skip_long_bracket() noexcept {
  std::size_t level = 0;
  while (peek(1 + level) == '=') ++level;
  if (peek(1 + level) != '[') return false;
  const std::string close = "]" + std::string(level, '=') + "]";
  while (!at_end() && !text_.substr(at_).starts_with(close)) take();
  for (std::size_t i = 0; i < close.size() && !at_end(); ++i) take();
  return true;
}

bool NginxTokens::skip_lua() {
  for (int depth = 1; !at_end();) {
    if (peek() == '[' && skip_long_bracket()) continue;
    const char c = take();
    if (c == '-' && peek() == '-') {
      take();
      if (peek() != '[' || !skip_long_bracket()) skip_line();
    } else if (c == '"' || c == '\'') {
      skip_lua_string(c);
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace vneid::doctor
