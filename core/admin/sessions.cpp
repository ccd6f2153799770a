#include "admin/sessions.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "async/epoll_loop.hpp"
#include "crypto/secret_file.hpp"
#include "net/unavailable.hpp"
#include "session/session.hpp"

namespace vneid::admin {

namespace {

/// An operator can wait longer than a request.
constexpr std::chrono::seconds timeout{5};

CommandFailed unusable(const std::string& why) { return {exit_usage, "--redis: " + why}; }

std::optional<std::string> value_of(const std::string& word, std::string_view name) {
  if (!word.starts_with(name)) return std::nullopt;
  return word.substr(name.size());
}

template <class Number>
void read_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    throw unusable("\"" + std::string{text} + "\" is no number");
  }
}

std::string password_in(const std::string& path) {
  const auto content = crypto::read_secret_file(path);
  if (!content) throw unusable(content.error());
  const std::string_view text = content->bytes();
  std::string password{text.substr(0, text.find_first_of("\r\n"))};
  if (password.empty()) throw unusable("the first line of " + path + " is no password");
  return password;
}

/// As nginx reads it: unix:PATH, or an address or name with or without a port.
void read_address(const std::string& word, redis::Settings& into) {
  if (auto path = value_of(word, "unix:")) {
    into.unix_path = *std::move(path);
    return;
  }
  std::string host = word;
  const auto colon = word.rfind(':');
  if (colon != std::string::npos && (word.find(':') == colon || word[colon - 1] == ']')) {
    read_number(std::string_view{word}.substr(colon + 1), into.port);
    host = word.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) {
    throw unusable("there is no host \"" + host + "\"");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                NI_NUMERICHOST);
  into.address = text.data();
}

}  // namespace

redis::Settings redis_of(const Options& options) {
  redis::Settings settings;
  settings.timeout = timeout;
  std::istringstream words{options.redis};
  std::string word;
  if (!(words >> word)) {
    throw CommandFailed(exit_usage,
                        "which Redis holds the sessions that must end? Give --redis or set "
                        "VNEID_REDIS, as vneid_redis in nginx.conf: \"127.0.0.1:6379\"");
  }
  read_address(word, settings);
  while (words >> word) {
    if (auto prefix = value_of(word, "prefix=")) {
      settings.prefix = *std::move(prefix);
    } else if (auto database = value_of(word, "db=")) {
      read_number(*database, settings.database);
    } else if (auto user = value_of(word, "user=")) {
      settings.user = *std::move(user);
    } else if (auto file = value_of(word, "password_file=")) {
      settings.password = password_in(*file);
    } else if (!word.starts_with("timeout=")) {
      throw unusable("unknown \"" + word + "\"");
    }
  }
  if (!settings.user.empty() && settings.password.empty()) {
    throw unusable("user= needs a password_file=");
  }
  return settings;
}

std::int64_t end_sessions(redis::Settings settings, std::shared_ptr<const crypto::KeyRing> keys,
                          AccountId account_id, const std::string& done) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    EpollLoop loop;
    redis::Client client{loop, std::move(settings)};
    Sessions sessions{client, std::move(keys)};
    return loop.run(sessions.end_all_of_account(account_id));
  } catch (const Unavailable& away) {
    throw CommandFailed(exit_partly, done + ", but its sessions may go on: " + away.what() +
                                         "; run the same command again when Redis is back");
  } catch (const std::invalid_argument& wrong) {
    throw CommandFailed(exit_partly, done + ", but its sessions may go on: --redis: " +
                                         wrong.what() + "; run it again with the right one");
  }
}

}  // namespace vneid::admin
