#pragma once

#include <expected>
#include <string>

#include "async/event_loop.hpp"
#include "net/http/trusted_certificates.hpp"

namespace vneid::doctor {

/// What kept TLS from being trusted, told apart (libcurl says one sentence for all).
struct TlsProblem {
  enum class Kind {
    unreachable,
    expired,
    expired_ca,  ///< the one that we trust; its own certificates are good
    not_yet_valid,
    wrong_host,
    unknown_ca,
    handshake,
  };
  Kind kind = Kind::unreachable;
  std::string text;
};

struct TlsFacts {
  int days_left = 0;  ///< until the first certificate of the chain expires
};

/// Shakes hands with the host of an https URL and ends. Blocking, at most about `patience`.
/// `trusted`: the only CAs trusted; null: the system's.
std::expected<TlsFacts, TlsProblem> probe_tls(const std::string& url,
                                              const http::TrustedCertificates& trusted,
                                              Milliseconds patience);

}  // namespace vneid::doctor
