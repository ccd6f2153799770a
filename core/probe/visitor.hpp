#pragma once

#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/http/sender.hpp"
#include "probe/seen.hpp"

namespace vneid::probe {

/// Scheme and authority of a URL; empty when it is none.
std::string origin_of(const std::string& url);

/// A browser of the probe's: it keeps cookies, whatever their path, and stays at one host. Loop
/// thread only.
class Visitor {
 public:
  /// `sender` and `loop` must outlive it.
  Visitor(http::Sender& sender, EventLoop& loop) : sender_(&sender), loop_(&loop) {}

  /// Sends with the cookies held, and keeps what the answer sets. Throws http::ExchangeFailed,
  /// also for an answer of more than 1 MiB or one that takes longer than ten seconds.
  Task<http::IncomingResponse> send(http::OutgoingRequest request);

  /// The Cookie header of its next request; empty: none.
  [[nodiscard]] const std::string& cookies() const noexcept { return cookies_; }
  void hold(std::string cookies) { cookies_ = std::move(cookies); }

 private:
  http::Sender* sender_;
  EventLoop* loop_;
  std::string cookies_;
};

/// What is compared of an answer.
struct Asked {
  std::string_view name;     ///< of the test account
  std::string_view cookies;  ///< that came with the request
  Wall now;
};
Answer describe(const http::IncomingResponse& response, const Asked& asked);

/// Whether the portal asks to slow down, or has locked somebody out.
bool says_stop(const Answer& answer);

}  // namespace vneid::probe
