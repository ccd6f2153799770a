#include "net/redis/primary.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <sys/un.h>
#include <utility>

#include "net/redis/connection.hpp"
#include "net/unavailable.hpp"

namespace vneid::redis {

namespace {

/// Where a Sentinel says that the primary is.
struct Place {
  std::string address;
  std::uint16_t port = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// Of the reply [address, port]; nothing when it knows none, or names a host that a worker would
/// have to look up.
std::optional<Place> place_of(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return std::nullopt;
  const std::string_view port{reply.element[1]->str, reply.element[1]->len};
  Place place;
  place.address.assign(reply.element[0]->str, reply.element[0]->len);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
  const bool good = error == std::errc{} && end == port.data() + port.size() && place.port != 0;
  if (!good || !is_numeric_address(place.address)) return std::nullopt;
  return place;
}

/// What more than half of all say.
std::optional<Place> majority(const std::vector<std::optional<Place>>& said) {
  std::map<Place, std::size_t> votes;
  for (const auto& place : said) {
    if (place && 2 * ++votes[*place] > said.size()) return place;
  }
  return std::nullopt;
}

void check_settings(const Settings& settings) {
  if (!settings.sentinels.empty()) return;  // what they say is checked when they say it
  if (!settings.unix_path.empty()) {
    if (settings.unix_path.size() >= sizeof(sockaddr_un::sun_path)) {
      throw std::invalid_argument("redis: the socket's path is too long");
    }
  } else if (!is_numeric_address(settings.address)) {
    throw std::invalid_argument("redis: the address must be numeric");
  }
}

/// How to reach a Sentinel.
Settings settings_of(const Settings& watched, const Sentinel& sentinel) {
  Settings settings;
  settings.address = sentinel.address;
  settings.port = sentinel.port;
  settings.user = watched.sentinel_user;
  settings.password = watched.sentinel_password;
  return settings;
}

Command login_of(const Settings& settings) {
  if (settings.user.empty()) return {"AUTH", settings.password};
  return {"AUTH", settings.user, settings.password};
}

Command question_of(const Settings& settings) {
  return {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", settings.primary_name};
}

}  // namespace

std::string describe(const Settings& settings) {
  if (!settings.unix_path.empty()) return "redis at unix:" + settings.unix_path;
  if (settings.address.empty()) return "redis \"" + settings.primary_name + '"';
  return "redis at " + settings.address + " port " + std::to_string(settings.port);
}

/// The same wherever the primary moves.
std::string name_of_place(const Settings& settings) {
  std::string place = settings.sentinels.empty() ? describe(settings) : settings.primary_name;
  for (const auto& sentinel : settings.sentinels) {
    place.append(" ").append(sentinel.address).append(" ").append(std::to_string(sentinel.port));
  }
  return place + " db " + std::to_string(settings.database);
}

/// What ROLE answers to who has come to the right one.
bool is_primary(const redisReply& reply) {
  return reply.type == REDIS_REPLY_ARRAY && reply.elements > 0 &&
         reply.element[0]->type == REDIS_REPLY_STRING &&
         std::string_view{reply.element[0]->str, reply.element[0]->len} == "master";
}

class Primary::Impl final : private TimerWait {
 public:
  Impl(EventLoop& loop, Settings settings)
      : TimerWait(loop, TimerKind::background), loop_(loop), settings_(std::move(settings)) {
    check_settings(settings_);
    for (const auto& sentinel : settings_.sentinels) {
      witnesses_.push_back(std::make_unique<Witness>(*this, settings_of(settings_, sentinel)));
    }
    said_.resize(witnesses_.size());
    if (!witnesses_.empty()) TimerWait::arm(loop_.now());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() { close(); }

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  void follow(Follower& follower) { followers_.push_back(&follower); }
  void unfollow(Follower& follower) noexcept { std::erase(followers_, &follower); }
  void close() noexcept {
    TimerWait::disarm();
    witnesses_.clear();
  }

 private:
  /// The connection to one Sentinel.
  class Witness final : public Connection::Owner {
   public:
    Witness(Impl& whole, Settings settings) noexcept
        : whole_(whole), settings_(std::move(settings)) {}
    /// Asks; what was asked before and not answered has taken too long.
    void ask(EventLoop& loop, const Command& question);
    std::optional<Place> said;

   private:
    void replied(const redisReply& reply) noexcept override;
    void settled() noexcept override {
      if (whole_.loop_.leaving()) connection_.reset();
    }
    void lost(const std::string& /*cause*/) noexcept override { forget(); }
    void forget() noexcept {
      connection_.reset();
      said.reset();
      waits_ = logins_ = 0;
    }

    Impl& whole_;
    Settings settings_;
    std::unique_ptr<Connection> connection_;
    int waits_ = 0;   // answers that are still to come
    int logins_ = 0;  // replies to AUTH, which come before
  };

  void count_votes();
  void expired() noexcept override;

  EventLoop& loop_;
  Settings settings_;
  std::vector<std::unique_ptr<Witness>> witnesses_;
  std::vector<std::optional<Place>> said_;
  std::vector<Follower*> followers_;
};

void Primary::Impl::Witness::ask(EventLoop& loop, const Command& question) {
  if (waits_ > 0) forget();
  try {
    if (!connection_) {
      Connection::Owner& owner = *this;
      connection_ = std::make_unique<Connection>(loop, owner, settings_);
      if (!settings_.password.empty() && connection_->send(login_of(settings_))) ++logins_;
    }
    if (connection_->send(question)) ++waits_;
  } catch (const std::exception&) {
    forget();
  }
}

void Primary::Impl::Witness::replied(const redisReply& reply) noexcept {
  if (logins_ > 0) {
    --logins_;  // refused, it answers the question with an error, too
    return;
  }
  waits_ = 0;
  said = place_of(reply);
  whole_.count_votes();
}

void Primary::Impl::count_votes() {
  std::ranges::transform(witnesses_, said_.begin(), [](const auto& each) { return each->said; });
  auto place = majority(said_);
  if (!place || (place->address == settings_.address && place->port == settings_.port)) return;
  settings_.address = std::move(place->address);
  settings_.port = place->port;
  for (Follower* follower : followers_) follower->primary_moved();
}

void Primary::Impl::expired() noexcept {
  if (loop_.leaving()) return close();
  const Command question = question_of(settings_);
  for (const auto& witness : witnesses_) witness->ask(loop_, question);
  TimerWait::arm(loop_.now() + pause);
}

Primary::Primary(EventLoop& loop, Settings settings)
    : impl_(std::make_unique<Impl>(loop, std::move(settings))) {}

Primary::~Primary() = default;

const Settings& Primary::settings() const noexcept { return impl_->settings(); }

bool Primary::is_watched() const noexcept { return !impl_->settings().sentinels.empty(); }

void Primary::follow(Follower& follower) { impl_->follow(follower); }

void Primary::unfollow(Follower& follower) noexcept { impl_->unfollow(follower); }

void Primary::close() noexcept { impl_->close(); }

namespace {

using Context = std::unique_ptr<redisContext, decltype(&redisFree)>;
using Answer = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

Answer ask(redisContext& context, const Command& command) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  for (const auto& argument : command) {
    arguments.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  void* reply =
      redisCommandArgv(&context, static_cast<int>(command.size()), arguments.data(), sizes.data());
  return {static_cast<redisReply*>(reply), &freeReplyObject};
}

std::optional<Place> ask_one(const Settings& watched, const Sentinel& sentinel) {
  constexpr timeval patience{.tv_sec = 1, .tv_usec = 0};
  const Settings settings = settings_of(watched, sentinel);
  const Context context{redisConnectWithTimeout(settings.address.c_str(), settings.port, patience),
                        &redisFree};
  if (!context || context->err != 0) return std::nullopt;
  redisSetTimeout(context.get(), patience);
  if (!settings.password.empty() && !ask(*context, login_of(settings))) return std::nullopt;
  const Answer answer = ask(*context, question_of(watched));
  return answer ? place_of(*answer) : std::nullopt;
}

}  // namespace

std::expected<void, std::string> find_primary(Settings& settings) {
  if (settings.sentinels.empty()) return {};
  std::vector<std::optional<Place>> said;
  said.reserve(settings.sentinels.size());
  for (const auto& sentinel : settings.sentinels) said.push_back(ask_one(settings, sentinel));
  auto place = majority(said);
  if (!place) {
    const auto heard = std::ranges::count_if(said, [](const auto& one) { return one.has_value(); });
    return std::unexpected(
        "no majority of the Sentinels of \"vneid_redis\" says where the primary "
        "of \"" +
        settings.primary_name + "\" is: " + std::to_string(heard) + " of " +
        std::to_string(said.size()) + " name one");
  }
  settings.address = std::move(place->address);
  settings.port = place->port;
  return {};
}

}  // namespace vneid::redis
