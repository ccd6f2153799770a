// Encrypted answers of profile vneid-direct: that they open, and that those which do not open tell
// nothing.
#include "oidc/direct_envelope.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/random.hpp"
#include "unit/oidc/direct_envelopes.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::Sealer;
using test::TestKey;

constexpr std::size_t max_size = 4096;
const std::string aes_key(32, 'k');
const std::string text = R"({"citizenPid":"052089999999"})";

const DecryptionKey& ours() {
  static const DecryptionKey key = *DecryptionKey::read(TestKey::rsa_a().pem());
  return key;
}
const Sealer& sealer() {
  static const Sealer made{TestKey::rsa_a().public_pem()};
  return made;
}
std::string sealed(const std::string& content, const std::string& key = aes_key) {
  return Sealer::envelope(Sealer::encrypt(key, content), sealer().wrap(key));
}

/// The opened JSON, or "no: text".
std::string opened(const std::string& body) {
  const auto answer = open_answer(ours(), body, max_size);
  EXPECT_EQ(ERR_peek_error(), 0U) << "nginx would report it against an innocent connection";
  return answer ? text::json_dump(answer->get()) : "no: " + answer.error().text;
}

TEST(Masks, AreAllOrNothing) {
  for (std::uint32_t a = 0; a < 40; ++a) {
    for (std::uint32_t b = 0; b < 40; ++b) {
      EXPECT_EQ(mask_equal(a, b), a == b ? ~0U : 0U);
      EXPECT_EQ(mask_less(a, b), a < b ? ~0U : 0U);
    }
  }
  EXPECT_EQ(mask_equal(0x80000000U, 0U), 0U);
  EXPECT_EQ(mask_equal(0xFFFFFFFFU, 1U), 0U);
  EXPECT_EQ(mask_equal(0xFFFFFFFFU, 0xFFFFFFFFU), ~0U);
}

TEST(DecryptionKey, IsAnRsaKeyOfGoodSize) {
  const auto problem = [](const std::string& pem) {
    const auto key = DecryptionKey::read(pem);
    return key ? "ok" : key.error();
  };
  EXPECT_EQ(problem(TestKey::rsa_a().pem()), "ok");
  for (const auto& pem : {TestKey::rsa_small().pem(), TestKey::ec_256().pem()}) {
    EXPECT_EQ(problem(pem), "the decryption key is not RSA of 2048 to 8192 bits");
  }
  for (const auto& pem : {std::string{}, std::string{"x"}, TestKey::rsa_a().public_pem()}) {
    EXPECT_EQ(problem(pem), "the decryption key is not an unencrypted PEM private key");
  }
}

TEST(DecryptionKey, AlwaysGivesAKeyThatAesTakes) {
  for (const std::size_t size : {16U, 24U, 32U}) {
    const std::string key(size, 'x');
    const AnswerKey unwrapped = ours().unwrap(sealer().wrap(key));
    EXPECT_EQ(unwrapped.genuine, ~0U);
    EXPECT_EQ(unwrapped.bytes.reveal(), key);
  }
  const std::string good = sealer().wrap(aes_key);
  const std::vector<std::string> strange{
      "",
      "x",
      good.substr(1),
      good + "x",
      std::string(256, '\0'),
      std::string(256, '\xFF'),
      std::string(1, '\0') + crypto::random_bytes(255),
      sealer().wrap(""),
      sealer().wrap(std::string(15, 'x')),
      sealer().wrap(std::string(31, 'x')),
      sealer().wrap(std::string(33, 'x')),
      sealer().wrap(std::string(245, 'x')),
      sealer().wrap(aes_key, RSA_PKCS1_OAEP_PADDING),
  };
  for (const auto& wrapped : strange) {
    const AnswerKey first = ours().unwrap(wrapped);
    EXPECT_EQ(first.genuine, 0U);
    EXPECT_EQ(first.bytes.reveal().size(), DecryptionKey::random_size);
    EXPECT_NE(first.bytes.reveal(), ours().unwrap(wrapped).bytes.reveal());
    EXPECT_NE(first.bytes.reveal(), std::string(32, '\0'));
  }
}

TEST(DecryptionKey, LooksAtEveryPartOfThePadding) {  // RFC 8017 §7.2.2, 0 2 PS 0 M
  const auto genuine = [](std::size_t at, char changed) {
    std::string block = std::string{"\0\2", 2} + std::string(221, 'p') + '\0' + aes_key;
    EXPECT_EQ(block.size(), 256U);
    block[at] = changed;
    return ours().unwrap(sealer().wrap(block, RSA_NO_PADDING)).genuine != 0U;
  };
  EXPECT_TRUE(genuine(2, 'q'));
  EXPECT_FALSE(genuine(0, '\1'));
  EXPECT_FALSE(genuine(1, '\1'));
  EXPECT_FALSE(genuine(2, '\0')) << "less than 8 bytes of padding";
  EXPECT_FALSE(genuine(9, '\0')) << "7 bytes of padding, and a key of no length of AES";
  EXPECT_FALSE(genuine(223, 'p')) << "no end of the padding";
}

TEST(OpenAnswer, OpensEveryKeyLengthAndSize) {
  for (const std::size_t size : {16U, 24U, 32U}) {
    EXPECT_EQ(opened(sealed(text, std::string(size, 'z'))), text);
  }
  for (std::size_t more = 0; more <= 33; ++more) {
    const std::string content = R"({"a":")" + std::string(more, 'x') + "\"}";
    EXPECT_EQ(opened(sealed(content)), content);
  }
  EXPECT_EQ(opened(sealed("{}")), "{}");
}

TEST(OpenAnswer, PlainAnswersAreTakenAsTheyAre) {
  EXPECT_EQ(opened(text), text);
  EXPECT_EQ(opened("{}"), "{}");
  EXPECT_EQ(opened(R"({"data":"x"})"), R"({"data":"x"})");
  EXPECT_EQ(opened(R"({"key":"x"})"), R"({"key":"x"})");
}

TEST(OpenAnswer, WhatIsNoJsonIsAnOutage) {
  for (const char* body : {"", "<html>Request Rejected</html>", "[]", "{", "null"}) {
    const auto answer = open_answer(ours(), body, max_size);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, AnswerFailure::Reason::not_json) << body;
  }
  EXPECT_EQ(opened("{\"a\":\"" + std::string(max_size, 'x') + "\"}"),
            "no: the answer is too large");
}

/// Every way not to open: all must give one and the same value.
std::vector<std::string> unopenable() {
  const std::string data = Sealer::encrypt(aes_key, text);
  const std::string key = sealer().wrap(aes_key);
  const Sealer stranger{TestKey::rsa_b().public_pem()};
  std::string flipped = key;
  flipped[128] = static_cast<char>(flipped[128] ^ 1);
  const auto with = [&](const std::string& content, bool padding) {
    return Sealer::envelope(Sealer::encrypt(aes_key, content, padding), key);
  };
  std::vector<std::string> bodies{
      // The key.
      Sealer::envelope(data, ""), Sealer::envelope(data, "x"), Sealer::envelope(data, flipped),
      Sealer::envelope(data, std::string(256, '\xFF')), Sealer::envelope(data, key + "x"),
      Sealer::envelope(data, stranger.wrap(aes_key)),
      Sealer::envelope(data, sealer().wrap(std::string(32, 'o'))),
      Sealer::envelope(data, sealer().wrap(aes_key + "x")),
      Sealer::envelope(data, sealer().wrap(aes_key, RSA_PKCS1_OAEP_PADDING)),
      // The data.
      Sealer::envelope("", key), Sealer::envelope("x", key), Sealer::envelope(data.substr(1), key),
      Sealer::envelope(data.substr(16), key),
      Sealer::envelope(data.substr(0, data.size() - 16), key),
      Sealer::envelope(crypto::random_bytes(64), key),
      // What is inside.
      with("", true), with("[]", true), with("null", true), with("<html></html>", true),
      with(R"({"a":1,"a":2})", true),
      // PKCS#7: none, zero, too long, not equal.
      with("{\"aaaaa\":123456}", false), with("{\"aaaa\":12345}" + std::string(2, '\0'), false),
      with("{}" + std::string(14, '\x11'), false),
      with("{}" + std::string(13, '\x0E') + "\x0D", false),
      with("{}" + std::string(1, '\x0D') + std::string(13, '\x0E'), false),
      with("{            }  ", false), with("{            }\x02\x03", false)};
  // Members of other kinds, and text that is not base64.
  for (const char* member : {"1", "null", "{}", "[]", "true", "\"*\"", "\"QQ\"", "\"QR==\""}) {
    bodies.push_back(R"({"data":)" + std::string{member} + R"(,"key":")" +
                     crypto::base64_encode(key) + "\"}");
    bodies.push_back(R"({"data":")" + crypto::base64_encode(data) + R"(","key":)" + member + "}");
  }
  return bodies;
}

TEST(OpenAnswer, EveryFailureIsTheSameValue) {
  const AnswerFailure only{AnswerFailure::Reason::not_decrypt, "the answer does not decrypt"};
  for (const auto& body : unopenable()) {
    const auto answer = open_answer(ours(), body, max_size);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error(), only) << body;
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

}  // namespace
}  // namespace vneid::oidc
