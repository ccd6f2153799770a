#pragma once

#include <optional>
#include <string>

#include "async/epoll_loop.hpp"
#include "doctor/checks.hpp"
#include "net/http/client.hpp"

namespace vneid::doctor {

/// What the checks of all HTTP peers have in common. Blocking; one a check.
class PeerLook {
 public:
  PeerLook(const About& about, const char* directive, http::TrustedCertificates trusted,
           Milliseconds timeout)
      : about_(about), directive_(directive), trusted_(std::move(trusted)), timeout_(timeout) {}

  /// Reach and certificate of the URL's host, told under `check`. False: nothing can be asked.
  bool look_at_transport(const char* check, const std::string& url) const;

  /// The answer; or nothing, and the cause was told as wrong under `check`. Compares clocks when it
  /// is the first.
  std::optional<http::IncomingResponse> send(const char* check, http::OutgoingRequest request);

  [[nodiscard]] const About& about() const noexcept { return about_; }
  [[nodiscard]] EpollLoop& loop() noexcept { return loop_; }

 private:
  void compare_clocks(const http::IncomingResponse& response, Wall before);

  About about_;
  std::string directive_;
  http::TrustedCertificates trusted_;
  Milliseconds timeout_;
  EpollLoop loop_;
  http::Client client_{loop_};
  bool clocks_compared_ = false;
};

/// A server's short text for a line of ours: printable ASCII, cut.
std::string quoted_from_peer(std::string_view text);

}  // namespace vneid::doctor
