#include "module/conf/directive.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/openssl.hpp"
#include "crypto/secret_file.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

/// Debian's bundle of all CAs has a quarter of a megabyte.
constexpr std::size_t most_certificate_bytes = std::size_t{4} * 1024 * 1024;

[[nodiscard]] std::string quote(std::string_view text) { return "\"" + std::string{text} + "\""; }

using Bio = std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, crypto::HandleDeleter<X509_free>>;

/// What is wrong with certificates in PEM; empty: nothing. Text between them is passed over.
[[nodiscard]] std::string certificates_problem(const std::string& pem) {
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (!bio) throw std::bad_alloc();
  std::size_t count = 0;
  while (const Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    ++count;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (count == 0) return "holds no certificate in PEM form";
  if (!at_end) return "is broken behind certificate " + std::to_string(count);
  return {};
}

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

bool Directive::on_or_off() const {
  const auto value = word(0);
  if (value != "on" && value != "off") {
    fail("invalid value " + quote(value) + " in " + quote(name()) + ", expected on or off");
  }
  return value == "on";
}

std::string Directive::path(std::string_view word) const {
  if (word.empty()) fail("empty file name in " + quote(name()));
  ngx_str_t full = in_pool(cf_->pool, word);
  if (ngx_conf_full_name(cf_->cycle, &full, 1) != NGX_OK) throw std::bad_alloc();
  return copy(full);
}

std::string Directive::secret_file(std::string_view word, const std::string& what) const {
  const auto content = crypto::read_secret_file(path(word));
  if (!content) fail(what + " " + content.error());
  return std::string{content->bytes()};
}

std::string Directive::secret(std::string_view word, const std::string& what) const {
  auto line = crypto::read_secret_line(path(word));
  if (!line) fail(what + " " + line.error());
  return *std::move(line);
}

http::TrustedCertificates Directive::certificates(std::string_view word) const {
  const std::string name = path(word);
  const auto refuse = [&](const std::string& why) {
    fail("trusted certificate \"" + name + "\" " + why);
  };
  std::error_code failure;
  if (!std::filesystem::is_regular_file(name, failure)) refuse("is not a file that can be read");
  if (std::filesystem::file_size(name, failure) > most_certificate_bytes) {
    refuse("is larger than 4 MB");
  }
  std::ifstream stream(name, std::ios::binary);
  auto pem = std::make_shared<const std::string>(std::istreambuf_iterator<char>{stream},
                                                 std::istreambuf_iterator<char>{});
  if (!stream) refuse("is not a file that can be read");
  const auto problem = certificates_problem(*pem);
  if (!problem.empty()) refuse(problem);
  return pem;
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

std::uint64_t Directive::bytes(std::string_view word, std::string_view key) const {
  constexpr off_t least = off_t{64} << 10;
  constexpr off_t most = off_t{64} << 30;
  ngx_str_t text = in_pool(cf_->temp_pool, word);
  const off_t value = ngx_parse_offset(&text);
  if (value < least || value > most) {
    fail("invalid size " + quote(word) + " for " + quote(key) + " in " + quote(name()) +
         ", expected 64k to 64g");
  }
  return static_cast<std::uint64_t>(value);
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

void report(ngx_conf_t* cf, const ConfigurationError& error) noexcept {
  const auto& at = error.at();
  if (!at) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", error.what());
    return;
  }
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s in %s:%ui", error.what(), at->file.c_str(),
                at->line);
}

}  // namespace vneid::ngx
