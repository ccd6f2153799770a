#pragma once

#include <memory>

#include <cjose/cjose.h>
#include <openssl/err.h>

namespace vneid::oidc {

struct JwkRelease {
  void operator()(cjose_jwk_t* key) const noexcept { cjose_jwk_release(key); }
};
using JwkHandle = std::unique_ptr<cjose_jwk_t, JwkRelease>;

struct JwsRelease {
  void operator()(cjose_jws_t* jws) const noexcept { cjose_jws_release(jws); }
};
using JwsHandle = std::unique_ptr<cjose_jws_t, JwsRelease>;

struct JoseHeaderRelease {
  void operator()(cjose_header_t* header) const noexcept { cjose_header_release(header); }
};
using JoseHeaderHandle = std::unique_ptr<cjose_header_t, JoseHeaderRelease>;

/// cjose leaves what OpenSSL complained about in OpenSSL's queue, where nginx would report it
/// against an innocent connection.
class OpenSslQueueCleaner {
 public:
  OpenSslQueueCleaner() = default;
  OpenSslQueueCleaner(const OpenSslQueueCleaner&) = delete;
  OpenSslQueueCleaner& operator=(const OpenSslQueueCleaner&) = delete;
  ~OpenSslQueueCleaner() { ERR_clear_error(); }
};

}  // namespace vneid::oidc
