#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/call_observer.hpp"
#include "net/http/trusted_certificates.hpp"

namespace vneid::http {

using Header = std::pair<std::string, std::string>;

/// A request this program makes. TLS is verified always (1.2 or newer), redirects are never
/// followed, and only http and https are spoken. No proxy, cookie or netrc of the environment is
/// used.
struct OutgoingRequest {
  std::string method = "GET";
  std::string url;              ///< http or https, without user and password
  std::vector<Header> headers;  ///< a CR, LF or NUL in one makes the request fail
  std::string body;
  TrustedCertificates trusted_certificates;  ///< the only CAs trusted; null: the system's
  Milliseconds timeout{5000};                ///< for the whole exchange
  std::size_t max_body = 262'144;    ///< bytes; a larger answer (after decoding) is a failure
  CallObserver* observer = nullptr;  ///< of this call; null: nobody
};

struct IncomingResponse {
  int status = 0;
  std::vector<Header> headers;  ///< names in lower case; together at most 64 KiB; no trailers
  std::string body;             ///< decoded (gzip, deflate)

  /// The first value of a header (name in lower case), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Thrown when there is no complete answer: refused, timed out, certificate not trusted, too
/// large, cut off, or without a length, so that a cut would not be noticed. `what()` names the host
/// and the cause, never the query, headers or body.
class ExchangeFailed : public std::runtime_error {
 public:
  explicit ExchangeFailed(const std::string& cause, FailureKind kind = FailureKind::other)
      : std::runtime_error(cause), kind_(kind) {}
  [[nodiscard]] FailureKind kind() const noexcept { return kind_; }

 private:
  FailureKind kind_;
};

/// libcurl's multi-socket interface on the event loop; connections are kept alive and shared: at
/// most 32 to one host and 64 in all (further exchanges queue within their timeout), at most 16
/// idle ones, for a minute. More than 1000 exchanges at once are refused with ExchangeFailed.
/// Names are resolved by libcurl's own threads. HTTP/1.1 only.
/// Loop thread only. A caller may be destroyed while it waits: the exchange is then taken down.
class Client {
 public:
  explicit Client(EventLoop& loop);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Makes the exchange; throws ExchangeFailed. An answer of any status is an answer; only the
  /// observer hears of a 5xx as a failure.
  Task<IncomingResponse> send(OutgoingRequest request);

  /// Takes down what runs (ExchangeFailed) and closes kept connections. Used when the worker
  /// exits; nothing can be sent afterwards.
  void close() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::http
