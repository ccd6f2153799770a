#include "net/redis/client.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <stdexcept>

#include "net/redis/back_off.hpp"
#include "net/redis/connection.hpp"
#include "net/redis/operation.hpp"
#include "net/redis/primary.hpp"
#include "net/unavailable.hpp"

namespace vneid::redis {

namespace {

constexpr std::size_t most_pending_commands = 10'000;

/// connect(2)'s EACCES as hiredis tells it; nginx never leaves the C locale.
constexpr std::string_view not_permitted = "Permission denied";

constexpr const char* role = "ROLE";

}  // namespace

class Client::Impl final : private Connection::Owner, private Primary::Follower, private TimerWait {
 public:
  Impl(EventLoop& loop, Settings settings)
      : TimerWait(loop, TimerKind::holds_worker),
        loop_(loop),
        own_primary_(std::make_unique<Primary>(loop, std::move(settings))),
        primary_(*own_primary_) {
    primary_.follow(*this);
  }
  Impl(EventLoop& loop, Primary& primary)
      : TimerWait(loop, TimerKind::holds_worker), loop_(loop), primary_(primary) {
    primary_.follow(*this);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() {
    close();
    primary_.unfollow(*this);
  }

  [[nodiscard]] const Settings& settings() const noexcept { return primary_.settings(); }
  [[nodiscard]] EventLoop& loop() const noexcept { return loop_; }
  std::shared_ptr<Operation> submit(std::vector<Command> commands);
  Task<Reply> call(Command command);
  Task<std::vector<Reply>> transaction(std::vector<Command> commands);
  Task<bool> replicated();
  void close() noexcept;

 private:
  void connect();
  void shake_hands();
  void greet(const char* name, const Command& command);
  void handshake_replied(const redisReply& reply);
  void refuse(const std::string& cause);
  void send(const std::shared_ptr<Operation>& operation);
  void lose(const std::string& cause, bool stalled) noexcept;
  [[nodiscard]] const Operation* oldest() const noexcept;
  void watch_oldest();

  void replied(const redisReply& reply) noexcept override;
  void settled() noexcept override;
  void lost(const std::string& cause) noexcept override { lose(cause, false); }
  void primary_moved() noexcept override {
    if (connection_) lose("is the primary now, and the one before is left", false);
    back_off_ = {};  // it was the other one that failed
  }
  void expired() noexcept override;

  EventLoop& loop_;
  std::unique_ptr<Primary> own_primary_;  // null: somebody else's
  Primary& primary_;
  std::unique_ptr<Connection> connection_;
  std::deque<const char*> handshake_;  // what it still waits for
  bool answered_ = false;              // this connection has answered a command
  bool closed_ = false;
  BackOff back_off_;
  std::optional<Unavailable> refusal_;  // of the last attempt to connect, when it was misconfigured
  std::deque<std::shared_ptr<Operation>> sent_;     // in the order of their replies
  std::deque<std::shared_ptr<Operation>> waiting_;  // for the handshake
  std::size_t pending_commands_ = 0;
  bool waits_ = false;  // for a replica
  Monotonic no_wait_before_{};
};

std::shared_ptr<Operation> Client::Impl::submit(std::vector<Command> commands) {
  if (closed_) throw Unavailable(Unavailable::Dependency::redis, "redis: the client is closed");
  if (pending_commands_ + commands.size() > most_pending_commands) {
    throw Unavailable(Unavailable::Dependency::redis, "redis: too many commands wait",
                      FailureKind::overload);
  }
  if (!connection_) connect();
  auto operation =
      std::make_shared<Operation>(loop_, std::move(commands), loop_.now() + settings().timeout);
  pending_commands_ += operation->commands();
  if (handshake_.empty()) {
    send(operation);
  } else {
    waiting_.push_back(operation);
  }
  watch_oldest();
  return operation;
}

void Client::Impl::connect() {
  const Settings& at = settings();
  if (at.unix_path.empty() && at.address.empty()) {
    throw Unavailable(Unavailable::Dependency::redis,
                      describe(at) + ": no majority of its Sentinels has said where it is",
                      FailureKind::refused);
  }
  if (!back_off_.over(loop_.now())) {
    if (refusal_) throw *refusal_;
    throw Unavailable(Unavailable::Dependency::redis, describe(settings()) + " was just away",
                      FailureKind::refused);
  }
  try {
    Connection::Owner& owner = *this;
    connection_ = std::make_unique<Connection>(loop_, owner, settings());
  } catch (const Unavailable& failure) {
    const std::string cause = failure.what();
    if (cause == not_permitted) refuse(cause + "; let nginx's user reach the socket");
    back_off_.failed(loop_.now());
    if (refusal_) throw *refusal_;
    throw Unavailable(Unavailable::Dependency::redis, describe(settings()) + ": " + cause,
                      FailureKind::refused);
  }
  refusal_.reset();
  answered_ = false;
  shake_hands();
}

void Client::Impl::shake_hands() {
  const Settings& with = settings();
  if (!with.password.empty()) {
    Command auth{"AUTH"};
    if (!with.user.empty()) auth.push_back(with.user);
    auth.push_back(with.password);
    greet("AUTH", auth);
  }
  // Without AUTH, SELECT is sent even for database 0: a server that refuses the connection says so
  // in an error nobody asked for, which must not be taken for the answer to a caller's command.
  if (with.database != 0 || with.password.empty()) {
    greet("SELECT", {"SELECT", std::to_string(with.database)});
  }
  // A replica would answer what only reads, and not with what is true now.
  if (primary_.is_watched()) greet(role, {role});
}

void Client::Impl::greet(const char* name, const Command& command) {
  handshake_.push_back(name);
  if (!connection_->send(command)) connection_->give_up("hiredis refused a command");
}

void Client::Impl::handshake_replied(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_ERROR) {
    const std::string_view error(reply.str, reply.len);
    std::string cause = handshake_.front() + (" refused: " + std::string(error_code(error)));
    if (const auto cure = cure_of(error); !cure.empty()) refuse(cause.append("; ").append(cure));
    connection_->give_up(cause);
    return;
  }
  if (handshake_.front() == role && !is_primary(reply)) {
    connection_->give_up("it is no primary any more");
    return;
  }
  handshake_.pop_front();
  if (!handshake_.empty()) return;
  while (!waiting_.empty()) {
    auto operation = std::move(waiting_.front());
    waiting_.pop_front();
    if (operation->abandoned()) {
      pending_commands_ -= operation->commands();
    } else {
      send(operation);
    }
  }
  watch_oldest();
}

void Client::Impl::refuse(const std::string& cause) {
  refusal_.emplace(Unavailable::Dependency::redis, describe(settings()) + ": " + cause,
                   FailureKind::misconfigured);
}

void Client::Impl::send(const std::shared_ptr<Operation>& operation) {
  sent_.push_back(operation);
  const std::vector<Command> commands = operation->take_commands();
  for (const Command& command : commands) {
    // Then the replies can no longer be told apart; the deadline ends it if nothing else does.
    if (!connection_->send(command)) connection_->give_up("hiredis refused a command");
  }
}

void Client::Impl::replied(const redisReply& reply) noexcept {
  if (!handshake_.empty()) {
    handshake_replied(reply);
    return;
  }
  if (sent_.empty()) return;
  back_off_.succeeded();
  answered_ = true;
  if (!sent_.front()->add(reply)) return;
  pending_commands_ -= sent_.front()->commands();
  sent_.pop_front();
  watch_oldest();
}

void Client::Impl::settled() noexcept {
  if (oldest() == nullptr && loop_.leaving()) connection_.reset();
}

const Operation* Client::Impl::oldest() const noexcept {
  if (!sent_.empty()) return sent_.front().get();
  return waiting_.empty() ? nullptr : waiting_.front().get();
}

void Client::Impl::watch_oldest() {
  const Operation* operation = oldest();
  if (operation == nullptr) {
    TimerWait::disarm();
  } else if (!TimerWait::armed()) {
    // Otherwise it fires for one that was answered, and is then set for the next.
    TimerWait::arm(operation->deadline());
  }
}

void Client::Impl::expired() noexcept {
  const Operation* operation = oldest();
  if (operation != nullptr && operation->deadline() <= loop_.now()) {
    lose("no reply in time", true);
  } else {
    watch_oldest();
  }
}

void Client::Impl::lose(const std::string& cause, bool stalled) noexcept {
  const std::string told = describe(settings()) + ": " + cause;
  FailureKind kind = stalled ? FailureKind::timeout : FailureKind::refused;
  if (refusal_) kind = refusal_->kind();
  connection_.reset();
  handshake_.clear();
  TimerWait::disarm();
  if (stalled || !answered_) back_off_.failed(loop_.now());
  for (auto* queue : {&sent_, &waiting_}) {
    for (const auto& operation : *queue) operation->fail(told, kind);
    queue->clear();
  }
  pending_commands_ = 0;
}

void Client::Impl::close() noexcept {
  closed_ = true;
  lose("the client is closed", false);
}

Task<Reply> Client::Impl::call(Command command) {
  check_shareable(command);
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  Caller caller{submit(std::move(commands))};
  // From here on the client may be gone.
  co_await caller.answered();
  std::vector<Reply> replies = caller.take();
  co_return std::move(replies.front());
}

Task<std::vector<Reply>> Client::Impl::transaction(std::vector<Command> commands) {
  std::vector<Command> sent;
  sent.push_back({"MULTI"});
  for (Command& command : commands) {
    check_shareable(command);
    sent.push_back(std::move(command));
  }
  sent.push_back({"EXEC"});
  Caller caller{submit(std::move(sent))};
  co_await caller.answered();
  std::vector<Reply> replies = caller.take();
  Reply executed = std::move(replies.back());
  if (executed.type == Reply::Type::array) co_return std::move(executed.elements);

  // Nothing was carried out. The queued commands' own replies say which was at fault.
  std::vector<Reply> refusals;
  bool refused = false;
  for (std::size_t i = 1; i + 1 < replies.size(); ++i) {
    const bool at_fault = replies[i].type == Reply::Type::error;
    refused = refused || at_fault;
    refusals.push_back(at_fault ? replies[i] : executed);
  }
  if (!refused || executed.type != Reply::Type::error) {
    throw Unavailable(Unavailable::Dependency::redis, "redis did not carry out a transaction");
  }
  co_return refusals;
}

/// What others ask meanwhile waits behind it. So there is one at a time, a short one, and none for
/// a while after one in vain: with no replica there is nothing to wait for.
Task<bool> Client::Impl::replicated() {
  if (!primary_.is_watched()) co_return true;
  if (waits_ || loop_.now() < no_wait_before_) co_return false;
  constexpr Milliseconds longest{100};
  constexpr Milliseconds rest{5'000};
  const Milliseconds time = std::min(longest, settings().timeout / 4);
  waits_ = true;
  bool done = false;
  try {
    const Reply reply = co_await call({"WAIT", "1", std::to_string(time.count())});
    done = reply.type == Reply::Type::integer && reply.integer >= 1;
  } catch (const Unavailable&) {
    done = false;  // nobody knows
  }
  waits_ = false;
  if (!done) no_wait_before_ = loop_.now() + rest;
  co_return done;
}

Client::Client(EventLoop& loop, Settings settings)
    : Database(settings.prefix, name_of_place(settings)),
      impl_(std::make_unique<Impl>(loop, std::move(settings))) {}

Client::Client(EventLoop& loop, Primary& primary)
    : Database(primary.settings().prefix, name_of_place(primary.settings())),
      impl_(std::make_unique<Impl>(loop, primary)) {}

Client::~Client() = default;

Task<Reply> Client::call(Command command) {
  return observed(impl_->settings().observer, impl_->loop(), impl_->call(std::move(command)));
}

Task<std::vector<Reply>> Client::transaction(std::vector<Command> commands) {
  return observed(impl_->settings().observer, impl_->loop(),
                  impl_->transaction(std::move(commands)));
}

Task<bool> Client::replicated() { return impl_->replicated(); }

void Client::close() noexcept { impl_->close(); }

}  // namespace vneid::redis
