#include "net/redis/words.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/un.h>

#include "text/date.hpp"

namespace vneid::redis {

namespace {

constexpr Milliseconds shortest{1};
constexpr Milliseconds longest{60'000};
constexpr unsigned last_database = 65'535;

std::string in_quotes(std::string_view text) { return '"' + std::string{text} + '"'; }

/// Where the port is in "host:port", "[::1]:port"; npos: none.
std::size_t port_colon(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || address.ends_with(']')) return std::string_view::npos;
  const bool bare_ipv6 = !address.starts_with('[') && address.find(':') != colon;
  return bare_ipv6 ? std::string_view::npos : colon;
}

template <class Number>
bool read_number(std::string_view text, Number& into, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || value < least || value > most) return false;
  into = value;
  return true;
}

/// Reads word by word, and remembers the first fault.
class Reader {
 public:
  void read_address(std::string_view word) {
    if (word.starts_with("unix:")) {
      words_.settings.unix_path = word.substr(5);
      if (words_.settings.unix_path.empty())
        fail_address("no path in the unix domain socket", word);
      if (words_.settings.unix_path.size() >= sizeof(sockaddr_un::sun_path)) {
        fail_address("too long path in the unix domain socket", word);
      }
      return;
    }
    const auto colon = port_colon(word);
    std::string_view host = word.substr(0, colon);
    if (colon != std::string_view::npos &&
        !read_number<std::uint16_t>(word.substr(colon + 1), words_.settings.port, 1,
                                    std::numeric_limits<std::uint16_t>::max())) {
      fail_address("invalid port", word);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) fail_address("no host", word);
    words_.settings.address = host;
  }

  void read_option(std::string_view word) {
    if (const auto prefix = value_of(word, "prefix")) {
      words_.settings.prefix = *prefix;
    } else if (const auto time = value_of(word, "timeout")) {
      read_timeout(*time);
    } else if (const auto database = value_of(word, "db")) {
      if (!read_number(*database, words_.settings.database, 0U, last_database)) {
        fail("invalid number " + in_quotes(*database) +
             " for \"db\" in \"vneid_redis\", expected 0 to 65535");
      }
    } else if (const auto user = value_of(word, "user")) {
      words_.settings.user = *user;
    } else if (const auto file = value_of(word, "password_file")) {
      words_.password_file = *file;
      if (file->empty()) fail("empty file name in \"vneid_redis\"");
    } else {
      fail("invalid parameter " + in_quotes(word) + " in \"vneid_redis\"");
    }
  }

  Words finish() {
    if (!words_.settings.user.empty() && words_.password_file.empty()) {
      fail("\"user=\" of \"vneid_redis\" needs a \"password_file=\"");
    }
    return std::move(words_);
  }

  void fail(std::string fault) {
    if (words_.fault.empty()) words_.fault = std::move(fault);
  }

 private:
  static std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
    const bool has_it = word.starts_with(key) && word.substr(key.size()).starts_with('=');
    return has_it ? std::optional{word.substr(key.size() + 1)} : std::nullopt;
  }

  void read_timeout(std::string_view word) {
    const auto time = text::parse_duration(word);
    if (!time || *time < shortest || *time > longest) {
      fail("invalid time " + in_quotes(word) +
           " for \"timeout\" in \"vneid_redis\", expected 1ms to 60s");
      return;
    }
    words_.settings.timeout = *time;
  }

  void fail_address(std::string_view what, std::string_view word) {
    fail(std::string{what} + " in " + in_quotes(word) + " of \"vneid_redis\"");
  }

  Words words_;
};

}  // namespace

Words read_words(std::span<const std::string> words) {
  Reader reader;
  if (words.empty()) {
    reader.fail("no address in \"vneid_redis\"");
    return reader.finish();
  }
  reader.read_address(words.front());
  for (const std::string& word : words.subspan(1)) reader.read_option(word);
  return reader.finish();
}

std::expected<void, std::string> resolve(Settings& settings) {
  if (!settings.unix_path.empty()) return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(settings.address.c_str(), nullptr, &hints, &found) != 0) {
    return std::unexpected("host not found in " + in_quotes(settings.address) +
                           " of \"vneid_redis\"");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                NI_NUMERICHOST);
  settings.address = text.data();
  return {};
}

}  // namespace vneid::redis
