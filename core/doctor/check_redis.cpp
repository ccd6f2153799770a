#include <algorithm>
#include <charconv>
#include <string_view>

#include "async/epoll_loop.hpp"
#include "async/wait.hpp"
#include "crypto/random.hpp"
#include "doctor/checks.hpp"
#include "doctor/peer_look.hpp"
#include "doctor/report/words.hpp"
#include "net/redis/client.hpp"
#include "net/redis/invalidations.hpp"
#include "net/redis/words.hpp"
#include "net/unavailable.hpp"

namespace vneid::doctor {

namespace {

constexpr Milliseconds patience{2000};
constexpr double fullest_ok = 0.8;
constexpr double fullest = 0.95;

/// What a user needs to listen to what is taken back.
constexpr const char* tracking_rules =
    " &__redis__:invalidate +subscribe +select +client|id +client|tracking";

/// What the module sends, scripts included. With KEY in place of a key.
constexpr std::string_view key_mark = "KEY";
const std::vector<redis::Command> used_commands{
    {"GET", "KEY"},
    {"SET", "KEY", "v", "PX", "1"},
    {"GETDEL", "KEY"},
    {"GETEX", "KEY", "PX", "1"},
    {"DEL", "KEY"},
    {"EXISTS", "KEY"},
    {"PTTL", "KEY"},
    {"PEXPIRE", "KEY", "1"},
    {"HMGET", "KEY", "f"},
    {"HSET", "KEY", "f", "v"},
    {"ZADD", "KEY", "1", "v"},
    {"ZCARD", "KEY"},
    {"ZRANGE", "KEY", "0", "-1"},
    {"ZREMRANGEBYSCORE", "KEY", "-inf", "1"},
    {"ZPOPMIN", "KEY"},
    {"ZREM", "KEY", "v"},
    {"INCRBY", "KEY", "1"},
    {"TIME"},
    {"EVAL", "return 1", "1", "KEY"},
};

/// And where Sentinels watch.
const std::vector<redis::Command> watched_commands{{"ROLE"}, {"WAIT", "1", "1"}};

/// The value of "name:value" in what INFO answers.
std::string value_in(const std::string& info, std::string_view name) {
  const std::string wanted = "\n" + std::string{name} + ":";
  const auto at = ("\n" + info).find(wanted);
  if (at == std::string::npos) return {};
  const std::string_view rest = std::string_view{info}.substr(at + wanted.size() - 1);
  return std::string{rest.substr(0, rest.find_first_of("\r\n"))};
}

double number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string title(const redis::Settings& settings) {
  if (!settings.unix_path.empty()) return "unix:" + settings.unix_path;
  return settings.address + ":" + std::to_string(settings.port);
}

std::string cure_of(const redis::Settings& settings, const Refusal& refusal) {
  const std::string_view cause = refusal.cause;
  if (cause.contains("Permission denied")) {
    return "Let the workers' user use the socket: unixsocketperm 770 in redis.conf, and "
           "usermod -aG redis USER";
  }
  if (cause.contains("No such file")) {
    return "Turn the socket on in redis.conf (unixsocket " + settings.unix_path +
           "), or correct vneid_redis";
  }
  if (cause.contains("WRONGPASS") || cause.contains("NOAUTH") || cause.contains("AUTH")) {
    return "Correct user= and password_file= of vneid_redis";
  }
  return refusal.cure.empty() ? "Start redis-server, or correct vneid_redis" : refusal.cure;
}

/// What Redis tells of sessions that are not believed any more.
class Heard final : public redis::Invalidations::Listener {
 public:
  void began() noexcept override {}
  void moved() noexcept override {}
  void taken_back(std::string_view /*key*/) noexcept override {}
  void all_taken_back() noexcept override {}
  void proven(Monotonic /*moment*/) noexcept override { proof = true; }
  void ended(Monotonic /*last*/) noexcept override {}
  void failed(const std::string& cause) noexcept override { failure = cause; }

  bool proof = false;
  std::string failure;
};

/// One look at one Redis.
class RedisLook {
 public:
  RedisLook(redis::Settings settings, const About& about)
      : about_(about),
        settings_(std::move(settings)),
        primary_(loop_, settings_),
        client_(loop_, primary_) {}

  void look() {
    if (!reach()) return;
    const bool new_enough = look_at_server();
    look_at_memory();
    look_at_role();
    if (primary_.is_watched()) look_at_failover();
    if (look_at_commands() && new_enough) look_at_tracking();
  }

 private:
  /// The text of INFO's section; empty: not allowed to ask.
  std::string info(const std::string& section) {
    try {
      return loop_.run(client_.call({"INFO", section})).text;
    } catch (const Unavailable&) {
      return {};
    }
  }

  bool reach() {
    try {
      loop_.run(client_.call({"EXISTS", client_.key("doctor:" + crypto::random_token())}));
    } catch (const Unavailable& away) {
      const Refusal refusal = split_refusal(away.what());
      const std::string& cause = refusal.cause;
      if (cause.ends_with("NOPERM")) return true;  // look_at_commands tells what is refused
      if (cause.ends_with("LOADING") || cause.ends_with("MASTERDOWN")) {
        about_.wrong("redis.state", "is not ready: " + cause, "Wait, then try again");
      } else {
        about_.wrong("redis.reach", "the workers cannot reach it: " + cause,
                     cure_of(settings_, refusal));
      }
      return false;
    }
    about_.ok("redis.reach", "answers the workers at " + title(settings_));
    return true;
  }

  /// False: it is too old for more.
  bool look_at_server() {
    const std::string version = value_in(info("server"), "redis_version");
    if (version.empty()) {
      about_.warning("redis.version", "INFO is not allowed: version and memory cannot be judged",
                     "Add +info to the user's ACL");
      return true;
    }
    int major = 0;
    int minor = 0;
    const auto dot = std::from_chars(version.data(), version.data() + version.size(), major).ptr;
    if (*dot == '.') std::from_chars(dot + 1, version.data() + version.size(), minor);
    if (major < 6 || (major == 6 && minor < 2)) {
      about_.wrong("redis.version", "is " + version + ", which has no GETEX and GETDEL",
                   "Install Redis 6.2 or newer");
      return false;
    }
    about_.ok("redis.version", "is " + version);
    return true;
  }

  void look_at_memory() {
    const std::string memory = info("memory");
    const std::string policy = value_in(memory, "maxmemory_policy");
    if (policy.empty()) return;
    if (policy == "noeviction") {
      about_.ok("redis.memory_policy", "maxmemory-policy is noeviction");
    } else {
      about_.wrong(
          "redis.memory_policy",
          "maxmemory-policy is " + policy + ": Redis would throw sessions away under pressure",
          "Set \"maxmemory-policy noeviction\" in redis.conf");
    }
    const double most = number(value_in(memory, "maxmemory"));
    const double used = number(value_in(memory, "used_memory"));
    const std::string percent = std::to_string(most > 0 ? static_cast<int>(100 * used / most) : 0);
    if (most <= 0) {
      about_.warning("redis.memory", "maxmemory is not set: Redis may take all of this machine's",
                     "Set e.g. \"maxmemory 512mb\" in redis.conf");
    } else if (used > fullest * most) {
      about_.wrong("redis.memory", "is full to " + percent + "%: logins are about to be refused",
                   "Raise maxmemory in redis.conf");
    } else if (used > fullest_ok * most) {
      about_.warning("redis.memory", "is full to " + percent + "%",
                     "Raise maxmemory in redis.conf");
    } else {
      about_.ok("redis.memory", "is full to " + percent + "%");
    }
  }

  void look_at_role() {
    const std::string role = value_in(info("replication"), "role");
    if (role.empty()) return;
    if (role == "master") {
      about_.ok("redis.role", "is a primary, it can be written to");
    } else {
      about_.wrong("redis.role", "is a replica: no session can be written",
                   "Name the primary in vneid_redis");
    }
  }

  /// Nothing is carried out: the second command has no key, so Redis drops the transaction, but
  /// judges the first by the ACL before.
  bool is_refused(redis::Command command) {
    std::ranges::replace(command, std::string{key_mark}, client_.key("doctor:probe"));
    try {
      std::vector<redis::Command> commands;
      commands.push_back(std::move(command));
      commands.push_back({"GET"});
      loop_.run(client_.transaction(std::move(commands)));
    } catch (const Unavailable& refused) {
      return std::string_view{refused.what()}.contains("NOPERM");
    }
    return false;
  }

  bool look_at_commands() {
    // Without MULTI the probes would be carried out.
    if (is_refused({"EXISTS", "KEY"})) {
      tell_refused(primary_.is_watched() ? "ROLE, MULTI, EXEC or EXISTS" : "MULTI, EXEC or EXISTS");
      return false;
    }
    std::string refused;
    const auto look_at = [&](const redis::Command& command) {
      if (is_refused(command)) refused += (refused.empty() ? "" : ", ") + command.front();
    };
    std::ranges::for_each(used_commands, look_at);
    if (primary_.is_watched()) std::ranges::for_each(watched_commands, look_at);
    if (refused.empty()) {
      about_.ok("redis.acl", "lets the module send all commands that it uses");
      return true;
    }
    tell_refused(refused);
    return false;
  }

  void tell_refused(const std::string& refused) const {
    about_.wrong("redis.acl",
                 "the ACL refuses " + refused + " under the prefix " + settings_.prefix,
                 "ACL SETUSER " + (settings_.user.empty() ? "default" : settings_.user) + " ~" +
                     settings_.prefix + "* +@read +@write +@scripting +@transaction +info +time" +
                     (primary_.is_watched() ? " +role +wait" : "") + tracking_rules);
  }

  /// Cut off from its Sentinels, a primary goes on as if nothing were, unless it needs a replica.
  void look_at_failover() {
    const std::string replication = info("replication");
    if (replication.empty() || replication.contains("min_slaves_good_slaves:")) {
      about_.ok("redis.failover", "a majority of " + std::to_string(settings_.sentinels.size()) +
                                      " Sentinels names it the primary");
      return;
    }
    about_.warning("redis.failover",
                   "takes writes without any replica: cut off from its Sentinels it would let in "
                   "whose sign-out it does not hear of",
                   "min-replicas-to-write 1 and min-replicas-max-lag 5 in redis.conf, on each");
  }

  /// Listens as a worker does, until something was told.
  void look_at_tracking() {
    Heard heard;
    redis::Invalidations listening{loop_, primary_, client_, client_.key("session:"), heard};
    listening.keep_running();
    const Monotonic deadline = loop_.now() + redis::Invalidations::patience * 2;
    while (!heard.proof && heard.failure.empty() && loop_.now() < deadline) {
      loop_.run(
          [](EventLoop& loop) -> Task<void> { co_await sleep_for(loop, Milliseconds{10}); }(loop_));
    }
    if (heard.proof) {
      about_.ok("redis.tracking", "tells what it takes back of sessions: gates need not ask it");
      return;
    }
    const std::string why = heard.failure.empty() ? "no answer" : heard.failure;
    about_.warning(
        "redis.tracking",
        "does not tell what it takes back of sessions, so every gated request asks it: " +
            quoted_from_peer(why),
        "ACL SETUSER " + (settings_.user.empty() ? "default" : settings_.user) + tracking_rules);
  }

  About about_;
  redis::Settings settings_;
  EpollLoop loop_;
  redis::Primary primary_;
  redis::Client client_;
};

}  // namespace

void check_redis(const RedisPlace& place, Findings& findings) {
  const About about{findings, "redis", place.at};
  redis::Settings settings = place.settings;
  settings.timeout = std::max(settings.timeout, patience);
  if (!place.fault.empty()) {
    about.wrong("redis.reach", "nginx refuses it: " + place.fault, "Correct vneid_redis");
    return;
  }
  if (const auto found = redis::resolve(settings); !found) {
    about.wrong("redis.reach", found.error(), "Correct the name in vneid_redis");
    return;
  }
  if (const auto found = redis::find_primary(settings); !found) {
    about.wrong("redis.reach", found.error(),
                "Start the Sentinels, or correct sentinel= and name= of vneid_redis");
    return;
  }
  RedisLook{settings, about}.look();
}

}  // namespace vneid::doctor
