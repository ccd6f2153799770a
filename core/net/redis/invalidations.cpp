#include "net/redis/invalidations.hpp"

#include <optional>
#include <utility>

#include "async/scope.hpp"
#include "crypto/random.hpp"
#include "net/redis/back_off.hpp"
#include "net/redis/connection.hpp"
#include "net/redis/operation.hpp"
#include "net/redis/primary.hpp"
#include "net/unavailable.hpp"

namespace vneid::redis {

namespace {

constexpr const char* channel = "__redis__:invalidate";
/// Sorts behind every name that goes on with ':'.
constexpr const char* beat_name = "~beat:";
constexpr std::chrono::seconds unused_for{60};
constexpr const char* beat_life = "1000";  // ms

std::string_view text_of(const redisReply& reply) noexcept { return {reply.str, reply.len}; }

Task<void> write(Database& redis, Command command) {
  try {
    co_await redis.call(std::move(command));
  } catch (const Unavailable&) {
    co_return;  // it does not come back, and nothing is proven
  }
}

}  // namespace

class Invalidations::Impl final : private Primary::Follower, private TimerWait {
 public:
  Impl(EventLoop& loop, Primary& primary, Database& reader, std::string prefix, Listener& listener)
      : TimerWait(loop, TimerKind::background),
        loop_(loop),
        primary_(primary),
        reader_(reader),
        scope_(loop),
        prefix_(std::move(prefix)),
        beat_prefix_(prefix_.substr(0, prefix_.size() - 1) + beat_name + crypto::random_token() +
                     ':'),
        listener_(listener) {
    primary_.follow(*this);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() {
    close();
    primary_.unfollow(*this);
  }

  void keep_running() noexcept {
    last_use_ = loop_.now();
    if (step_ != Step::off || closed_ || loop_.leaving()) return;
    if (back_off_.over(last_use_)) start();
  }
  void close() noexcept {
    closed_ = true;
    stop();
  }

 private:
  /// What is waited for. Each connection logs in before it is asked for more.
  enum class Step : std::uint8_t { off, name, subscription, tracking, on };

  /// One of the two connections.
  class Half final : public Connection::Owner {
   public:
    explicit Half(Impl& whole) noexcept : whole_(whole) {}
    void open(EventLoop& loop, const Settings& settings, const Command& first);
    void send(const Command& command) {
      if (connection_ && !connection_->send(command)) give_up("hiredis refused a command");
    }
    void give_up(const std::string& cause) {
      if (connection_) connection_->give_up(cause);
    }
    void close() noexcept {
      connection_.reset();
      logins_ = 0;
    }

   private:
    void replied(const redisReply& reply) noexcept override;
    void settled() noexcept override {
      if (whole_.loop_.leaving()) whole_.stop();
    }
    void lost(const std::string& cause) noexcept override { whole_.fail(cause); }

    Impl& whole_;
    std::unique_ptr<Connection> connection_;
    int logins_ = 0;  // replies to AUTH and SELECT that are still to come
  };

  void start() noexcept;
  void stop() noexcept;
  void fail(const std::string& cause) noexcept;
  void replied(Half& half, const redisReply& reply) noexcept;
  void heard(const redisReply& message) noexcept;
  void begin_tracking();
  void beat() noexcept;
  void expired() noexcept override;
  void primary_moved() noexcept override {
    if (step_ != Step::off) fail("the primary has moved");
    listener_
        .moved();  // also when nobody listens here: others may, and answer for what this one read
    back_off_ = {};
  }

  EventLoop& loop_;
  Primary& primary_;
  Database& reader_;
  Scope scope_;
  std::string prefix_;
  std::string beat_prefix_;  // of this object alone
  Listener& listener_;
  Half subscriber_{*this};
  Half tracker_{*this};
  Step step_ = Step::off;
  std::int64_t subscriber_id_ = 0;
  Monotonic last_use_{};
  Monotonic deadline_{};  // of the step, or of the beat
  std::uint64_t beats_ = 0;
  std::string beat_key_;                // of the last beat: no other proves it
  std::optional<Monotonic> beat_sent_;  // the one that is on its way
  std::optional<Monotonic> proven_;     // the last that came back
  BackOff back_off_;
  bool failure_told_ = false;
  bool closed_ = false;
};

void Invalidations::Impl::Half::open(EventLoop& loop, const Settings& settings,
                                     const Command& first) {
  Connection::Owner& owner = *this;
  connection_ = std::make_unique<Connection>(loop, owner, settings);
  logins_ = 0;
  if (!settings.password.empty()) {
    Command login{"AUTH"};
    if (!settings.user.empty()) login.push_back(settings.user);
    login.push_back(settings.password);
    ++logins_;
    send(login);
  }
  ++logins_;
  send({"SELECT", std::to_string(settings.database)});
  send(first);
}

void Invalidations::Impl::Half::replied(const redisReply& reply) noexcept {
  if (reply.type == REDIS_REPLY_ERROR) {
    give_up("redis answered with an error: " + std::string{error_code(text_of(reply))});
  } else if (logins_ > 0) {
    --logins_;
  } else {
    whole_.replied(*this, reply);
  }
}

void Invalidations::Impl::start() noexcept {
  try {
    step_ = Step::name;
    subscriber_.open(loop_, primary_.settings(), {"CLIENT", "ID"});
    deadline_ = loop_.now() + patience;
    TimerWait::arm(deadline_);
  } catch (const std::exception& failure) {
    fail(failure.what());
  }
}

void Invalidations::Impl::stop() noexcept {
  step_ = Step::off;
  beat_sent_.reset();
  if (const auto last = std::exchange(proven_, std::nullopt)) listener_.ended(*last);
  TimerWait::disarm();
  subscriber_.close();
  tracker_.close();
}

void Invalidations::Impl::fail(const std::string& cause) noexcept {
  stop();
  back_off_.failed(loop_.now());
  if (!std::exchange(failure_told_, true)) listener_.failed(cause);
}

void Invalidations::Impl::replied(Half& half, const redisReply& reply) noexcept {
  switch (step_) {
    case Step::name:
      step_ = Step::subscription;
      subscriber_id_ = reply.integer;
      half.send({"SUBSCRIBE", channel});
      return;
    case Step::subscription:
      step_ = Step::tracking;
      begin_tracking();
      return;
    case Step::tracking:
      if (&half == &subscriber_) return heard(reply);
      step_ = Step::on;
      listener_.began();
      beat();
      return;
    case Step::on:
      if (&half == &subscriber_) heard(reply);
      return;
    case Step::off:
      return;
  }
}

void Invalidations::Impl::begin_tracking() {
  try {
    tracker_.open(loop_, primary_.settings(),
                  {"CLIENT", "TRACKING", "ON", "REDIRECT", std::to_string(subscriber_id_), "BCAST",
                   "PREFIX", prefix_, "PREFIX", beat_prefix_});
  } catch (const std::exception& failure) {
    subscriber_.give_up(failure.what());
  }
}

/// ["message", channel, keys], where no keys are all keys.
void Invalidations::Impl::heard(const redisReply& message) noexcept {
  if (message.type != REDIS_REPLY_ARRAY || message.elements != 3 ||
      text_of(*message.element[0]) != "message") {
    return;
  }
  const redisReply& keys = *message.element[2];
  if (keys.type != REDIS_REPLY_ARRAY) {
    listener_.all_taken_back();
    return;
  }
  bool is_beat = false;
  for (std::size_t i = 0; i < keys.elements; ++i) {
    const std::string_view key = text_of(*keys.element[i]);
    if (key == beat_key_) is_beat = true;
    if (key.starts_with(prefix_)) listener_.taken_back(key.substr(prefix_.size()));
  }
  if (!is_beat || !beat_sent_) return;
  back_off_.succeeded();
  failure_told_ = false;
  const Monotonic moment = *beat_sent_;
  beat_sent_.reset();
  proven_ = moment;
  listener_.proven(moment);
}

void Invalidations::Impl::beat() noexcept {
  beat_key_ = beat_prefix_ + std::to_string(++beats_);
  beat_sent_ = loop_.now();
  deadline_ = *beat_sent_ + patience;
  tracker_.send({"CLIENT", "ID"});  // or a server that has "timeout" set takes it for idle
  scope_.start(write(reader_, {"SET", beat_key_, "", "PX", beat_life}));
  TimerWait::arm(*beat_sent_ + beat_time);
}

void Invalidations::Impl::expired() noexcept {
  const Monotonic now = loop_.now();
  if (step_ == Step::on && now - last_use_ > unused_for) {
    stop();
  } else if (step_ == Step::on && !beat_sent_) {
    beat();
  } else if (now >= deadline_) {
    fail(step_ == Step::subscription
             ? "no answer to SUBSCRIBE: its user needs the channel __redis__:invalidate"
             : "no answer in time");
  } else {
    TimerWait::arm(step_ == Step::on ? now + beat_time : deadline_);
  }
}

Invalidations::Invalidations(EventLoop& loop, Primary& primary, Database& reader,
                             std::string prefix, Listener& listener)
    : impl_(std::make_unique<Impl>(loop, primary, reader, std::move(prefix), listener)) {}

Invalidations::~Invalidations() = default;

void Invalidations::keep_running() noexcept { impl_->keep_running(); }

void Invalidations::close() noexcept { impl_->close(); }

}  // namespace vneid::redis
