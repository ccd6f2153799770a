#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hiredis/hiredis.h>

#include "async/event_loop.hpp"
#include "async/wake.hpp"
#include "net/redis/client.hpp"
#include "net/unavailable.hpp"

namespace vneid::redis {

/// Whether an error reply speaks of the server's state rather than of the command.
[[nodiscard]] bool is_state_error(std::string_view error) noexcept;
/// The first word of an error reply. The rest may repeat arguments, so it is not for logs.
[[nodiscard]] std::string_view error_code(std::string_view error) noexcept;
/// What an operator does about a Redis that was not set up for us (FailureKind::misconfigured), by
/// its error reply; empty for other errors.
[[nodiscard]] std::string_view cure_of(std::string_view error) noexcept;
/// Throws std::invalid_argument of a command that is not for a connection which others use, too.
void check_shareable(const Command& command);
/// Copies a reply out of hiredis, which frees it after the callback.
[[nodiscard]] Reply copy_reply(const redisReply& reply);

/// One call or transaction on its way: commands that are sent together and the replies they are
/// owed. Shared by the caller's frame and the client's queue. When the caller goes away it stays
/// as a tombstone, so that the replies of those behind it are not taken for its own.
class Operation {
 public:
  Operation(EventLoop& loop, std::vector<Command> commands, Monotonic deadline)
      : answered_(loop),
        commands_(std::move(commands)),
        owed_(commands_.size()),
        deadline_(deadline) {}

  [[nodiscard]] Monotonic deadline() const noexcept { return deadline_; }
  [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }
  [[nodiscard]] std::size_t commands() const noexcept { return owed_; }
  [[nodiscard]] std::vector<Command> take_commands() noexcept { return std::move(commands_); }

  /// Takes the next reply; true when it was the last one owed.
  [[nodiscard]] bool add(const redisReply& reply) noexcept;
  void fail(const std::string& cause, FailureKind kind) noexcept;

  [[nodiscard]] Wakeup& answered() noexcept { return answered_; }
  void abandon() noexcept;
  /// The replies; throws Unavailable when it failed or one of them is a state error.
  [[nodiscard]] std::vector<Reply> take();

 private:
  Wakeup answered_;
  std::vector<Command> commands_;
  std::size_t owed_;
  std::size_t received_ = 0;
  Monotonic deadline_;
  std::vector<Reply> replies_;
  std::string failure_;
  FailureKind kind_ = FailureKind::other;
  bool abandoned_ = false;
};

/// The caller's hold on its operation, in the caller's frame.
class Caller {
 public:
  explicit Caller(std::shared_ptr<Operation> operation) noexcept
      : operation_(std::move(operation)) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { operation_->abandon(); }

  [[nodiscard]] Wakeup& answered() const noexcept { return operation_->answered(); }
  [[nodiscard]] std::vector<Reply> take() const { return operation_->take(); }

 private:
  std::shared_ptr<Operation> operation_;
};

}  // namespace vneid::redis
