#include "crypto/signing_key.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/digest.hpp"
#include "crypto/secret_file.hpp"

namespace vneid::crypto {

namespace {

using Bio = std::unique_ptr<BIO, HandleDeleter<BIO_free_all>>;
using Context = std::unique_ptr<EVP_MD_CTX, HandleDeleter<EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Bio reader_of(std::string_view text) {
  Bio bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (!bio) throw OpenSslError("BIO_new_mem_buf");
  return bio;
}

template <class Write>
std::string written(const char* call, Write write) {
  const Bio bio{BIO_new(BIO_s_mem())};
  if (!bio || write(bio.get()) != 1) throw OpenSslError(call);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string id_of(EVP_PKEY* key) {
  const std::string der =
      written("i2d_PUBKEY_bio", [key](BIO* bio) { return i2d_PUBKEY_bio(bio, key); });
  return sha256(der);
}

/// The DER of the next public key; nothing at the end and for anything else, with OpenSSL's reason.
std::optional<std::string> next_public(BIO* bio) {
  struct Free {
    void operator()(void* memory) const noexcept { OPENSSL_free(memory); }
  };
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(bio, &name, &header, &data, &size) != 1) return std::nullopt;
  const std::unique_ptr<char, Free> name_owner{name};
  const std::unique_ptr<char, Free> header_owner{header};
  const std::unique_ptr<unsigned char, Free> data_owner{data};
  if (std::string_view{name} != PEM_STRING_PUBLIC) return std::nullopt;
  return std::string{reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool is_ed25519(const EVP_PKEY* key) { return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519; }

/// Without asking at the terminal for the password of an encrypted key.
int no_password(char* /*into*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

}  // namespace

SigningKey::SigningKey(PrivateKeyHandle key) : key_(std::move(key)), id_(id_of(key_.get())) {}

SigningKey SigningKey::generate() {
  PrivateKeyHandle key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  if (!key) throw OpenSslError("EVP_PKEY_Q_keygen");
  return SigningKey{std::move(key)};
}

std::expected<SigningKey, std::string> SigningKey::load(const std::string& path) {
  const auto text = read_secret_file(path);
  if (!text) return std::unexpected(text.error());
  const Bio bio = reader_of(text->bytes());
  PrivateKeyHandle key{PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_password, nullptr)};
  ERR_clear_error();
  if (!key || !is_ed25519(key.get())) {
    return std::unexpected(path +
                           ": is no private Ed25519 key in PEM without password; make one "
                           "with \"vneidctl audit key FILE\"");
  }
  return SigningKey{std::move(key)};
}

std::string SigningKey::sign(std::string_view message) const {
  const Context context{EVP_MD_CTX_new()};
  if (!context) throw OpenSslError("EVP_MD_CTX_new");
  std::string signature(signature_size, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(message), message.size()) != 1) {
    throw OpenSslError("EVP_DigestSign");
  }
  return signature;
}

std::string SigningKey::private_pem() const {
  return written("PEM_write_bio_PKCS8PrivateKey", [this](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string SigningKey::public_pem() const {
  return written("PEM_write_bio_PUBKEY",
                 [this](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::expected<VerifyingKeys, std::string> VerifyingKeys::load(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::unexpected(path + ": cannot be read");
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  return parse(text, path);
}

std::expected<VerifyingKeys, std::string> VerifyingKeys::parse(std::string_view pem,
                                                               const std::string& source) {
  VerifyingKeys found;
  const Bio bio = reader_of(pem);
  bool sound = true;
  while (const auto der = next_public(bio.get())) {
    const unsigned char* bytes = bytes_of(*der);
    PrivateKeyHandle key{d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der->size()))};
    sound = sound && key && is_ed25519(key.get());
    if (!sound) break;
    std::string id = id_of(key.get());
    found.keys_.emplace(std::move(id), std::move(key));
  }
  sound = sound && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!sound || found.keys_.empty()) {
    return std::unexpected(source + ": is not a list of public Ed25519 keys in PEM");
  }
  return found;
}

void VerifyingKeys::add(const SigningKey& key) {
  const auto parsed = parse(key.public_pem(), "");
  if (!parsed) throw OpenSslError("PEM_read_bio_PUBKEY");
  for (const auto& [id, handle] : parsed->keys_) {
    EVP_PKEY_up_ref(handle.get());
    keys_.emplace(id, PrivateKeyHandle{handle.get()});
  }
}

bool VerifyingKeys::verify(const std::string& id, std::string_view message,
                           std::string_view signature) const {
  const auto key = keys_.find(id);
  if (key == keys_.end() || signature.size() != signature_size) return false;
  const Context context{EVP_MD_CTX_new()};
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key->second.get()) != 1) {
    throw OpenSslError("EVP_DigestVerifyInit");
  }
  const bool fits = EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                     bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace vneid::crypto
