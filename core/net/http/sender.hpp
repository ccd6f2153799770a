#pragma once

#include <cstddef>
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

/// Who makes exchanges: a worker's Client, or what a test puts in its place.
class Sender {
 public:
  Sender() = default;
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  virtual ~Sender() = default;

  /// Makes the exchange; throws ExchangeFailed. An answer of any status is an answer; only the
  /// observer hears of a 5xx as a failure.
  virtual Task<IncomingResponse> send(OutgoingRequest request) = 0;
};

}  // namespace vneid::http
