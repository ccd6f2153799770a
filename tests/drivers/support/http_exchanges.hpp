#pragma once

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "async/epoll_loop.hpp"
#include "drivers/support/started.hpp"
#include "drivers/support/tls_server.hpp"
#include "net/http/client.hpp"

namespace vneid::test {

/// What an exchange came to.
struct Exchanged {
  std::optional<http::IncomingResponse> response;
  std::string failure;
};

inline Exchanged result_of(EpollLoop& loop, Started<http::IncomingResponse>& exchange) {
  try {
    return {.response = exchange.wait(loop), .failure = {}};
  } catch (const http::ExchangeFailed& failure) {
    return {.response = {}, .failure = failure.what()};
  }
}

inline Exchanged exchange(EpollLoop& loop, http::Client& client, http::OutgoingRequest request) {
  Started<http::IncomingResponse> started(client.send(std::move(request)));
  return result_of(loop, started);
}

/// A number of tls_server.py's own counts.
inline int server_count(EpollLoop& loop, http::Client& client, const std::string& url,
                        const std::string& name, const http::TrustedCertificates& trusted = {}) {
  http::OutgoingRequest request{.url = url, .trusted_certificates = trusted};
  const http::IncomingResponse response = loop.run(client.send(std::move(request)));
  const auto at = response.body.find("\"" + name + "\": ");
  return std::atoi(response.body.c_str() + at + name.size() + 4);
}

}  // namespace vneid::test
