#include "net/redis/words.hpp"

#include <algorithm>
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
    words_.settings.address = read_host(word, words_.settings.port);
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
      read_file(*file, words_.password_file);
    } else if (const auto sentinel = value_of(word, "sentinel")) {
      Sentinel& one = words_.settings.sentinels.emplace_back();
      one.address = read_host(*sentinel, one.port);
    } else if (const auto name = value_of(word, "name")) {
      words_.settings.primary_name = *name;
    } else if (const auto sentinel_user = value_of(word, "sentinel_user")) {
      words_.settings.sentinel_user = *sentinel_user;
    } else if (const auto sentinel_file = value_of(word, "sentinel_password_file")) {
      read_file(*sentinel_file, words_.sentinel_password_file);
    } else {
      fail("invalid parameter " + in_quotes(word) + " in \"vneid_redis\"");
    }
  }

  Words finish() {
    if (!words_.settings.user.empty() && words_.password_file.empty()) {
      fail("\"user=\" of \"vneid_redis\" needs a \"password_file=\"");
    }
    if (!words_.settings.sentinel_user.empty() && words_.sentinel_password_file.empty()) {
      fail("\"sentinel_user=\" of \"vneid_redis\" needs a \"sentinel_password_file=\"");
    }
    check_sentinels();
    return std::move(words_);
  }

  void fail(std::string fault) {
    if (words_.fault.empty()) words_.fault = std::move(fault);
  }

 private:
  /// The host of "host", "host:port", "[::1]:port"; the port is left alone where there is none.
  std::string read_host(std::string_view word, std::uint16_t& port) {
    const auto colon = port_colon(word);
    std::string_view host = word.substr(0, colon);
    if (colon != std::string_view::npos &&
        !read_number<std::uint16_t>(word.substr(colon + 1), port, 1,
                                    std::numeric_limits<std::uint16_t>::max())) {
      fail_address("invalid port", word);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) fail_address("no host", word);
    return std::string{host};
  }

  void read_file(std::string_view file, std::string& into) {
    into = file;
    if (file.empty()) fail("empty file name in \"vneid_redis\"");
  }

  void check_sentinels() {
    const Settings& settings = words_.settings;
    const bool watched = !settings.sentinels.empty();
    if (watched && (!settings.address.empty() || !settings.unix_path.empty())) {
      fail("\"vneid_redis\" takes an address or \"sentinel=\", not both");
    }
    if (watched && settings.primary_name.empty()) {
      fail("\"sentinel=\" of \"vneid_redis\" needs a \"name=\"");
    }
    if (watched) return;
    const bool theirs = !settings.primary_name.empty() || !words_.sentinel_password_file.empty();
    if (theirs)
      fail("\"name=\" and \"sentinel_password_file=\" of \"vneid_redis\" need a \"sentinel=\"");
  }

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
  const bool watched = words.front().starts_with("sentinel=") || words.front().starts_with("name=");
  if (!watched) reader.read_address(words.front());
  for (const std::string& word : words.subspan(watched ? 0 : 1)) reader.read_option(word);
  return reader.finish();
}

namespace {

std::expected<void, std::string> resolve_host(std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) {
    return std::unexpected("host not found in " + in_quotes(host) + " of \"vneid_redis\"");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                NI_NUMERICHOST);
  host = text.data();
  return {};
}

}  // namespace

std::expected<void, std::string> resolve(Settings& settings) {
  for (Sentinel& sentinel : settings.sentinels) {
    if (auto found = resolve_host(sentinel.address); !found) return found;
    // It would have two votes.
    if (std::ranges::count(settings.sentinels, sentinel) > 1) {
      return std::unexpected("the Sentinel at " + sentinel.address + " port " +
                             std::to_string(sentinel.port) + " is named twice in \"vneid_redis\"");
    }
  }
  if (!settings.unix_path.empty() || !settings.sentinels.empty()) return {};
  return resolve_host(settings.address);
}

}  // namespace vneid::redis
