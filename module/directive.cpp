#include "directive.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "block.hpp"
#include "text.hpp"

namespace vneid::ngx {

namespace {

constexpr std::size_t most_file_bytes = std::size_t{64} * 1024;

[[nodiscard]] std::string quote(std::string_view text) { return "\"" + std::string{text} + "\""; }

}  // namespace

Position Directive::position() const {
  if (cf_->conf_file == nullptr) return {};
  return {copy(cf_->conf_file->file.name), cf_->conf_file->line};
}

std::optional<std::string_view> Directive::value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=') return {};
  return word.substr(key.size() + 1);
}

void Directive::refuse_duplicate(bool seen) const {
  if (seen) fail(quote(name()) + " directive is duplicate");
}

void Directive::fail_parameter(std::string_view word) const {
  fail("invalid parameter " + quote(word) + " in " + quote(name()));
}

std::string Directive::path(std::string_view word) const {
  if (word.empty()) fail("empty file name in " + quote(name()));
  ngx_str_t full = in_pool(cf_->pool, word);
  if (ngx_conf_full_name(cf_->cycle, &full, 1) != NGX_OK) throw std::bad_alloc();
  return copy(full);
}

std::string Directive::file(std::string_view word, std::string_view what) const {
  const std::string name = path(word);
  const auto refuse = [&](const std::string& why) {
    fail(std::string{what} + " " + quote(name) + " " + why);
  };
  struct stat status{};
  if (::stat(name.c_str(), &status) != 0) refuse(std::string{"cannot be read: "} + strerror(errno));
  if (!S_ISREG(status.st_mode)) refuse("is not a regular file");
  if (static_cast<std::size_t>(status.st_size) > most_file_bytes) refuse("is larger than 64 KB");
  errno = 0;
  const std::ifstream stream(name, std::ios::binary);
  if (!stream) refuse(std::string{"cannot be read: "} + strerror(errno));
  std::ostringstream content;
  content << stream.rdbuf();
  if (content.str().empty()) refuse("is empty");
  return content.str();
}

std::string Directive::secret(std::string_view word, std::string_view what) const {
  std::string content = file(word, what);
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
  if (content.empty() || std::ranges::any_of(content, is_control)) {
    fail(std::string{what} + " " + quote(path(word)) + " must hold one line that is not empty");
  }
  return content;
}

std::string Directive::certificate(std::string_view word) const {
  std::string name = path(word);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_file(name.c_str(), "r"), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr, X509_free);
  if (!certificate) {
    fail("trusted certificate \"" + name + "\" cannot be read or holds no certificate in PEM form");
  }
  return name;
}

Milliseconds Directive::time(std::string_view word, std::string_view key) const {
  ngx_str_t text = in_pool(cf_->temp_pool, word);
  const ngx_int_t value = ngx_parse_time(&text, 0);
  if (value == NGX_ERROR || value < 1 || value > 60'000) {
    fail("invalid time " + quote(word) + " for " + quote(key) + " in " + quote(name()) +
         ", expected 1ms to 60s");
  }
  return Milliseconds{value};
}

unsigned Directive::number(std::string_view word, std::string_view key, unsigned least,
                           unsigned most) const {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value < least || value > most) {
    fail("invalid number " + quote(word) + " for " + quote(key) + " in " + quote(name()) +
         ", expected " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

ngx_http_complex_value_t* Directive::complex_value(std::string_view word) const {
  auto* value = plain_in_pool<ngx_http_complex_value_t>(cf_->pool);
  ngx_str_t text = in_pool(cf_->pool, word);
  ngx_http_compile_complex_value_t compile{};
  compile.cf = cf_;
  compile.value = &text;
  compile.complex_value = value;
  if (ngx_http_compile_complex_value(&compile) != NGX_OK) throw AlreadyReported();
  return value;
}

std::string block_name(const Directive& directive, std::string_view kind, bool taken) {
  constexpr std::size_t longest = 32;
  std::string name{directive.word(0)};
  if (name.size() > longest || !consists_of(name, "_-") || name == "off") {
    directive.fail("invalid " + std::string{kind} + " name \"" + name +
                   "\", expected 1 to 32 of A-Z a-z 0-9 _ - and not \"off\"");
  }
  if (taken) directive.fail(std::string{kind} + " \"" + name + "\" is duplicate");
  return name;
}

void report(ngx_conf_t* cf, const ConfigurationError& error) noexcept {
  if (!error.at()) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", error.what());
    return;
  }
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s in %s:%ui", error.what(), error.at()->file.c_str(),
                error.at()->line);
}

}  // namespace vneid::ngx
