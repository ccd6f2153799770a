#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "module/conf/conf.hpp"
#include "module/guard.hpp"
#include "module/pool.hpp"
#include "net/http/trusted_certificates.hpp"

namespace vneid::ngx {

/// Something in nginx.conf is wrong. The message says what, and what would be right; nginx adds
/// file and line. Never carries the content of a secret.
class ConfigurationError : public std::runtime_error {
 public:
  explicit ConfigurationError(const std::string& message, std::optional<Position> at = {})
      : std::runtime_error(message), at_(std::move(at)) {}
  /// When the place is not where the parser stands now.
  [[nodiscard]] const std::optional<Position>& at() const noexcept { return at_; }

 private:
  std::optional<Position> at_;
};

/// nginx has printed the complaint itself.
class AlreadyReported : public std::exception {};

/// One directive as nginx has split it.
class Directive {
 public:
  explicit Directive(ngx_conf_t* cf) noexcept
      : cf_(cf), words_(static_cast<ngx_str_t*>(cf->args->elts), cf->args->nelts) {}

  [[nodiscard]] std::string_view name() const noexcept { return view(words_[0]); }
  /// Parameters, without the name.
  [[nodiscard]] std::size_t size() const noexcept { return words_.size() - 1; }
  [[nodiscard]] std::string_view word(std::size_t index) const noexcept {
    return view(words_[index + 1]);
  }
  [[nodiscard]] ngx_conf_t* conf() const noexcept { return cf_; }
  [[nodiscard]] Position position() const;

  /// `key=value` → value, when the parameter has this key.
  static std::optional<std::string_view> value_of(std::string_view word, std::string_view key);

  /// A file name, made absolute as nginx does (relative to the configuration's folder).
  [[nodiscard]] std::string path(std::string_view word) const;
  /// The content of a file that holds a secret (crypto/secret_file.hpp); `what` names it in
  /// complaints.
  [[nodiscard]] std::string secret_file(std::string_view word, const std::string& what) const;
  /// The same of one line, without its end.
  [[nodiscard]] std::string secret(std::string_view word, const std::string& what) const;
  /// The certificates of a file in PEM form: at least one, and nothing that is none.
  [[nodiscard]] http::TrustedCertificates certificates(std::string_view word) const;
  /// nginx's time ("300ms", "5s"), from 1 ms to a minute: everything here waits for a person.
  [[nodiscard]] Milliseconds time(std::string_view word, std::string_view key) const;
  /// nginx's size ("64k", "4m"), from 64 KB to 64 GB.
  [[nodiscard]] std::uint64_t bytes(std::string_view word, std::string_view key) const;
  [[nodiscard]] unsigned number(std::string_view word, std::string_view key, unsigned least,
                                unsigned most) const;
  [[nodiscard]] ngx_http_complex_value_t* complex_value(std::string_view word) const;

  [[noreturn]] void fail(const std::string& message) const { throw ConfigurationError(message); }
  void refuse_duplicate(bool seen) const;
  [[noreturn]] void fail_parameter(std::string_view word) const;
  /// The one word of a switch.
  [[nodiscard]] bool on_or_off() const;

 private:
  ngx_conf_t* cf_;
  std::span<ngx_str_t> words_;
};

/// Prints what is wrong in nginx's own form, "… in file:line".
void report(ngx_conf_t* cf, const ConfigurationError& error) noexcept;

/// The noexcept boundary for handlers of directives: NGX_CONF_OK, or the complaint printed.
template <class Body>
char* guard_directive(ngx_conf_t* cf, Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return NGX_CONF_OK;
  } catch (const ConfigurationError& error) {
    report(cf, error);
  } catch (const AlreadyReported&) {
    return static_cast<char*>(NGX_CONF_ERROR);
  } catch (const std::exception& error) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "vneid: %s", error.what());
  }
  return static_cast<char*>(NGX_CONF_ERROR);
}

using DirectiveHandler = char* (*)(ngx_conf_t* cf, ngx_command_t* command, void* conf);

/// Makes the C handler of a function `parse(Directive, Conf&)`.
template <auto parse, class Conf>
char* handle_directive(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
  return guard_directive(cf, [&] { parse(Directive{cf}, *static_cast<Conf*>(conf)); });
}

// parse_…(), one function a directive: beside it here, and in pages/.
// NOLINTBEGIN(bugprone-macro-parentheses): a name and a type
#define VNEID_DIRECTIVE(name, parse, Conf, contexts, arguments, syntax, default_value) \
  void parse(const Directive& directive, Conf& conf);
// NOLINTEND(bugprone-macro-parentheses)
#include "module/directives.def"

}  // namespace vneid::ngx
