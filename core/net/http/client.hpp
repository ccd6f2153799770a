#pragma once

#include <memory>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/http/sender.hpp"

namespace vneid::http {

/// libcurl's multi-socket interface on the event loop; connections are kept alive and shared: at
/// most 32 to one host and 64 in all (further exchanges queue within their timeout), at most 16
/// idle ones, for a minute. More than 1000 exchanges at once are refused with ExchangeFailed.
/// Names are resolved by libcurl's own threads. HTTP/1.1 only.
/// Loop thread only. A caller may be destroyed while it waits: the exchange is then taken down.
class Client final : public Sender {
 public:
  explicit Client(EventLoop& loop);
  ~Client() override;

  Task<IncomingResponse> send(OutgoingRequest request) override;

  /// Takes down what runs (ExchangeFailed) and closes kept connections. Used when the worker
  /// exits; nothing can be sent afterwards.
  void close() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::http
