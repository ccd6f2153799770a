#include "oidc/direct_envelope.hpp"

#include <optional>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace vneid::oidc {

namespace {

constexpr std::size_t block_size = 16;

/// What base64 of a member says. Nothing: it is none, and something else must take its place.
std::optional<std::string> bytes_of(const json_t* member) {
  return crypto::base64_decode(text::json_text(member).value_or("-"));
}

const EVP_CIPHER* cipher_for(std::size_t key_size) noexcept {
  if (key_size == 16) return EVP_aes_128_ecb();
  return key_size == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
}

/// `data` is whole blocks. Padding stays on: the library would tell whether it was right.
Secret decrypt(const Secret& key, std::string_view data) {
  const crypto::CipherContext context{EVP_CIPHER_CTX_new()};
  const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.reveal().data());
  std::string plain(data.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  int size = 0;
  if (!context ||
      EVP_DecryptInit_ex2(context.get(), cipher_for(key.reveal().size()), key_bytes, nullptr,
                          nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_DecryptUpdate(context.get(), out, &size,
                        reinterpret_cast<const unsigned char*>(data.data()),
                        static_cast<int>(data.size())) != 1) {
    throw crypto::OpenSslError("EVP_DecryptUpdate");
  }
  return Secret{std::move(plain)};
}

struct Unpadded {
  std::string_view text;    ///< all of the blocks when the padding is wrong
  std::uint32_t good = 0U;  ///< mask
};

/// PKCS#7 (RFC 5652 §6.3), looking at the whole last block whatever it holds.
Unpadded unpad(std::string_view blocks) noexcept {
  const auto from_end = [blocks](std::uint32_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(blocks[blocks.size() - 1 - i]));
  };
  const std::uint32_t count = from_end(0);
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < block_size; ++i) {
    wrong |= mask_less(i, count) & (from_end(i) ^ count);
  }
  const std::uint32_t good =
      mask_equal(wrong, 0U) & ~mask_equal(count, 0U) & mask_less(count, block_size + 1U);
  return {blocks.substr(0, blocks.size() - (count & good)), good};
}

std::expected<text::Json, AnswerFailure> open_envelope(const DecryptionKey& key,
                                                       const json_t* envelope,
                                                       std::size_t max_size) {
  const auto wrapped = bytes_of(json_object_get(envelope, "key"));
  auto data = bytes_of(json_object_get(envelope, "data"));
  const bool blocks = data && !data->empty() && data->size() % block_size == 0;
  // From here on everything is done, whatever has failed, and judged at the end.
  if (!blocks) data.emplace(block_size, '\0');
  const AnswerKey answer_key = key.unwrap(wrapped.value_or(""));
  const Secret plain = decrypt(answer_key.bytes, *data);
  const Unpadded unpadded = unpad(plain.reveal());
  auto content = text::parse_json_object(unpadded.text, max_size);
  const std::uint32_t opened = answer_key.genuine & unpadded.good;
  if (opened == 0U || !blocks || !content) {
    return std::unexpected{
        AnswerFailure{AnswerFailure::Reason::not_decrypt, "the answer does not decrypt"}};
  }
  return std::move(*content);
}

}  // namespace

std::expected<text::Json, AnswerFailure> open_answer(const DecryptionKey& key,
                                                     std::string_view body, std::size_t max_size) {
  auto answer = text::parse_json_object(body, max_size);
  if (!answer) {
    return std::unexpected{
        AnswerFailure{AnswerFailure::Reason::not_json, "the answer " + answer.error()}};
  }
  const bool is_envelope = json_object_get(answer->get(), "data") != nullptr &&
                           json_object_get(answer->get(), "key") != nullptr;
  if (!is_envelope) return std::move(*answer);
  return open_envelope(key, answer->get(), max_size);
}

}  // namespace vneid::oidc
