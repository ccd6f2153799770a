#pragma once

#include <string>
#include <utility>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "async/event_loop.hpp"
#include "net/redis/client.hpp"

namespace vneid::redis {

/// Whether the address can be connected to without asking a name server.
[[nodiscard]] bool is_numeric_address(const std::string& address) noexcept;

/// One hiredis connection on the event loop. It owns the hiredis context, which hiredis itself
/// frees on any failure: `context_` is null from then on. Made for Client alone.
class Connection final : private IoWait, private Posted {
 public:
  class Owner {
   public:
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    /// The next reply, in the order of `send`. Runs inside hiredis: it may send, and may not
    /// destroy the connection.
    virtual void replied(const redisReply& reply) noexcept = 0;
    /// hiredis has done what it could for an event. May destroy the connection.
    virtual void settled() noexcept = 0;
    /// The connection is gone. May destroy it.
    virtual void lost(const std::string& cause) noexcept = 0;

   protected:
    ~Owner() = default;
  };

  /// Begins to connect. Throws Unavailable when that fails at once.
  Connection(EventLoop& loop, Owner& owner, const Settings& settings);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Queues the command; what is sent in one turn of the loop is written together. False: hiredis
  /// does not take it, and the connection is not to be used any more.
  [[nodiscard]] bool send(const Command& command);
  /// For `replied`: the connection is dropped, and `lost` told, once hiredis has returned.
  void give_up(std::string cause) { give_up_cause_ = std::move(cause); }

 private:
  static void on_reply(redisAsyncContext* context, void* reply, void* self) noexcept;
  static void on_add_write(void* self) noexcept;
  static void on_delete_write(void* self) noexcept;
  static void on_cleanup(void* self) noexcept;

  void ready(Readiness readiness) noexcept override;
  void run() noexcept override;
  void settle() noexcept;
  [[nodiscard]] bool watch() noexcept;

  Owner& owner_;
  redisAsyncContext* context_ = nullptr;
  bool connected_ = false;
  bool wants_write_ = true;  // a connect ends with writability
  Interest watched_ = Interest::write;
  std::string give_up_cause_;
  std::string cause_;
};

}  // namespace vneid::redis
