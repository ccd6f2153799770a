#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "crypto/openssl.hpp"

namespace vneid::oidc {

using KeyHandle = std::unique_ptr<EVP_PKEY, crypto::HandleDeleter<EVP_PKEY_free>>;

/// The unencrypted private keys of a PEM text, one behind the other. Text around the blocks and
/// the parameters that `openssl ecparam` writes before a key are passed over. Any other block is
/// an error, which says which block and what is wrong, and nothing of a key.
std::expected<std::vector<KeyHandle>, std::string> read_pem_keys(std::string_view pem);

}  // namespace vneid::oidc
