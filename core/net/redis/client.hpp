#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/call_observer.hpp"
#include "net/redis/database.hpp"

namespace vneid::redis {

class Primary;

/// One of those that watch over several Redis; numeric, as Settings::address.
struct Sentinel {
  std::string address;
  std::uint16_t port = 26379;

  friend bool operator==(const Sentinel&, const Sentinel&) = default;
};

/// Where Redis is. Read from `vneid_redis` (design §4.2).
struct Settings {
  std::string unix_path;  ///< set: connect there; empty: use address and port
  /// Numeric IPv4 or IPv6: nothing in a worker resolves names. With Sentinels what they said last,
  /// and empty while they have not said it.
  std::string address;
  std::uint16_t port = 6379;
  std::string user;      ///< empty: AUTH with the password alone
  std::string password;  ///< empty: no AUTH
  unsigned database = 0;
  std::string prefix = "vneid:";     ///< put before every key by the callers of Client::key
  Milliseconds timeout{300};         ///< from the call to its reply, connecting included
  CallObserver* observer = nullptr;  ///< of every call; null: nobody
  std::vector<Sentinel> sentinels;   ///< none: there is one Redis, at the address
  std::string primary_name;          ///< what they call it
  std::string sentinel_user;
  std::string sentinel_password;  ///< empty: they ask for none
};

/// One pipelined connection to Redis, made when first needed and made again after a failure (with
/// exponential back-off and jitter, 50 ms to 5 s; commands meanwhile fail at once). A connection
/// that had been answering is made again without waiting.
///
/// Loop thread only. `call` throws Unavailable{redis} when the server is away, the timeout passes,
/// more than 10 000 commands wait, or the server answers LOADING, READONLY, MASTERDOWN, NOAUTH,
/// NOPERM, OOM, MISCONF, NOREPLICAS, BUSY, TRYAGAIN, MOVED, ASK, CLUSTERDOWN: states in which
/// nothing may be taken for absent (design D7). Other error replies come back as values.
/// The server answers in order, so when the oldest command is overdue the connection has stalled:
/// it is dropped, and everything on it fails.
/// A caller may be destroyed while it waits: the reply then finds nobody and is dropped. Whether
/// the command was carried out is then unknown, as after Unavailable.
///
/// The connection is shared, so commands that change its state (MULTI, WATCH, SELECT, SUBSCRIBE…)
/// are refused with std::invalid_argument, and commands that block the server's side (BLPOP…) must
/// not be sent. SIGPIPE must be ignored in the process, as nginx does: hiredis 0.14 writes plainly.
class Client final : public Database {
 public:
  /// Connects nothing yet. Throws std::invalid_argument when the address is not numeric or the
  /// socket's path is too long.
  Client(EventLoop& loop, Settings settings);
  /// To where the primary is, and again when it moves: what waits on the old one fails. `primary`
  /// outlives the client.
  Client(EventLoop& loop, Primary& primary);
  ~Client() override;

  Task<Reply> call(Command command) override;
  Task<std::vector<Reply>> transaction(std::vector<Command> commands) override;
  /// On one replica, where Sentinels could make it the primary: WAIT, which holds up what this
  /// connection is asked meanwhile, for 100 ms and a quarter of the timeout at most. False at once
  /// while another one waits, and for five seconds after one in vain.
  Task<bool> replicated() override;

  /// Closes the connection; what waits gets Unavailable, and so does every later call. Used when
  /// the worker exits.
  void close() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::redis
