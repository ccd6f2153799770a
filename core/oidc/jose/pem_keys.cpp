#include "oidc/jose/pem_keys.hpp"

#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "oidc/jose/cjose_handles.hpp"

namespace vneid::oidc {

namespace {

using Bio = std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>>;

/// One block of a PEM text, as OpenSSL hands it out.
struct Block {
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }

  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

/// A key, nothing for a block without one that belongs to the next, or what is wrong.
std::expected<KeyHandle, std::string> key_of(const Block& block) {
  const std::string_view name{block.name};
  if (name == "EC PARAMETERS") return KeyHandle{};
  const bool encrypted = std::string_view{block.header}.contains("ENCRYPTED");
  if (name == "ENCRYPTED PRIVATE KEY" || encrypted) {
    return std::unexpected{"is encrypted: a worker has nobody to ask for the passphrase"};
  }
  if (!name.ends_with("PRIVATE KEY")) return std::unexpected{"is not a private key"};
  const unsigned char* data = block.data;
  KeyHandle key{d2i_AutoPrivateKey(nullptr, &data, block.size)};
  if (!key) return std::unexpected{"cannot be read as a private key"};
  return key;
}

bool at_end() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

}  // namespace

std::expected<std::vector<KeyHandle>, std::string> read_pem_keys(std::string_view pem) {
  const OpenSslQueueCleaner cleaner;
  ERR_clear_error();  // at_end looks at the newest
  const Bio source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::vector<KeyHandle> keys;
  for (std::size_t number = 1;; ++number) {
    const std::string which = "block " + std::to_string(number) + " ";
    Block block;
    if (PEM_read_bio(source.get(), &block.name, &block.header, &block.data, &block.size) != 1) {
      if (at_end()) return keys;
      return std::unexpected{which + "is cut or damaged"};
    }
    auto key = key_of(block);
    if (!key) return std::unexpected{which + key.error()};
    if (*key) keys.push_back(std::move(*key));
  }
}

}  // namespace vneid::oidc
