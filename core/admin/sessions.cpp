#include "admin/sessions.hpp"

#include <csignal>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "async/epoll_loop.hpp"
#include "async/wait.hpp"
#include "crypto/secret_file.hpp"
#include "net/redis/primary.hpp"
#include "net/redis/words.hpp"
#include "net/unavailable.hpp"
#include "session/session.hpp"

namespace vneid::admin {

namespace {

/// An operator can wait longer than a request.
constexpr std::chrono::seconds timeout{5};

Task<void> wait(EventLoop& loop, Milliseconds time) { co_await sleep_for(loop, time); }

CommandFailed unusable(const std::string& why) { return {exit_usage, "--redis: " + why}; }

}  // namespace

redis::Settings redis_of(const Options& options) {
  std::istringstream stream{options.redis};
  const std::vector<std::string> words{std::istream_iterator<std::string>{stream}, {}};
  if (words.empty()) {
    throw CommandFailed(exit_usage,
                        "which Redis holds the sessions that must end? Give --redis or set "
                        "VNEID_REDIS, as vneid_redis in nginx.conf: \"127.0.0.1:6379\"");
  }
  const redis::Words read = redis::read_words(words);
  if (!read.fault.empty()) throw unusable(read.fault);
  redis::Settings settings = read.settings;
  if (!read.password_file.empty()) {
    auto password = crypto::read_secret_line(read.password_file);
    if (!password) throw unusable(password.error());
    settings.password = *std::move(password);
  }
  if (!read.sentinel_password_file.empty()) {
    auto password = crypto::read_secret_line(read.sentinel_password_file);
    if (!password) throw unusable(password.error());
    settings.sentinel_password = *std::move(password);
  }
  if (const auto found = redis::resolve(settings); !found) throw unusable(found.error());
  if (const auto found = redis::find_primary(settings); !found) throw unusable(found.error());
  settings.timeout = timeout;
  return settings;
}

std::int64_t end_sessions(redis::Settings settings, std::shared_ptr<const crypto::KeyRing> keys,
                          std::span<const AccountId> accounts, const std::string& done) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    EpollLoop loop;
    redis::Client client{loop, std::move(settings)};
    Sessions sessions{client, std::move(keys), SessionTable::own(8)};
    std::int64_t ended = 0;
    for (const AccountId account_id : accounts) {
      ended += loop.run(sessions.end_all_of_account(account_id));
    }
    // After that nobody anywhere believes what he has read before (D16). There may be none left,
    // and an answer that said so lost.
    loop.run(wait(loop, SessionTable::trusted_for));
    return ended;
  } catch (const Unavailable& away) {
    throw CommandFailed(exit_partly, done + ", but its sessions may go on: " + away.what() +
                                         "; run the same command again when Redis is back");
  } catch (const std::invalid_argument& wrong) {
    throw CommandFailed(exit_partly, done + ", but its sessions may go on: --redis: " +
                                         wrong.what() + "; run it again with the right one");
  }
}

}  // namespace vneid::admin
