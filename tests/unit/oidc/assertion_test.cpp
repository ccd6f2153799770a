#include "oidc/token/assertion.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "oidc/jose/key_set.hpp"
#include "text/json.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::TestKey;

constexpr Wall now{std::chrono::milliseconds{1'770'000'000'900}};

AssertionClaims claims() {
  AssertionClaims claims;
  claims.issuer = "https://portal.example/vneid/";
  claims.audience = "https://portal.example";
  claims.subject = "c3ViamVjdA";
  claims.account = "le.minh.mẫu";
  claims.level = 2;
  claims.issued_at = now;
  return claims;
}

AssertionKeys keys_of(const std::string& pem) { return AssertionKeys::parse(pem).value(); }

/// A part of a compact token, decoded.
std::string part(const std::string& token, int number) {
  std::size_t begin = 0;
  for (int i = 0; i < number; ++i) begin = token.find('.', begin) + 1;
  return crypto::base64url_decode(token.substr(begin, token.find('.', begin) - begin)).value();
}

text::Json object(const std::string& text) {
  return text::parse_json_object(text, 1U << 16U).value();
}

/// OpenSSL's verdict on the signature with the public key alone: nothing of ours or of cjose.
bool openssl_verifies(const std::string& token, const TestKey& key) {
  const std::string pem = key.public_pem();
  const std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>> source{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const std::unique_ptr<EVP_PKEY, crypto::HandleDeleter<EVP_PKEY_free>> public_key{
      PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr)};
  const std::string raw = part(token, 2);
  if (raw.size() != 64) return false;
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const std::unique_ptr<ECDSA_SIG, crypto::HandleDeleter<ECDSA_SIG_free>> pair{ECDSA_SIG_new()};
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  const std::unique_ptr<EVP_MD_CTX, crypto::HandleDeleter<EVP_MD_CTX_free>> context{
      EVP_MD_CTX_new()};
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, public_key.get());
  const std::string input = token.substr(0, token.rfind('.'));
  const int verdict =
      EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size),
                       reinterpret_cast<const unsigned char*>(input.data()), input.size());
  OPENSSL_free(der);
  return verdict == 1;
}

std::string thumbprint(const TestKey& key) {
  const std::string x = TestKey::encoded(key.number(OSSL_PKEY_PARAM_EC_PUB_X, 32));
  const std::string y = TestKey::encoded(key.number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
  return TestKey::encoded(
      crypto::sha256(R"({"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y + "\"}"));
}

TEST(Assertion, IsSignedSoThatOthersCanVerifyIt) {
  const TestKey& key = TestKey::ec_256();
  const std::string token = keys_of(key.pem()).sign(claims());
  EXPECT_TRUE(openssl_verifies(token, key));
  EXPECT_FALSE(openssl_verifies(token, TestKey::ec()));
  const text::Json header = object(part(token, 0));
  EXPECT_EQ(text::json_text(header.get(), "alg"), "ES256");
  EXPECT_EQ(text::json_text(header.get(), "kid"), thumbprint(key));
  EXPECT_EQ(text::json_text(header.get(), "typ"), "JWT");
}

TEST(Assertion, SaysWhatThePortalIsToLearn) {
  const auto keys = keys_of(TestKey::ec_256().pem());
  const text::Json told = object(part(keys.sign(claims()), 1));
  EXPECT_EQ(text::json_text(told.get(), "iss"), "https://portal.example/vneid/");
  EXPECT_EQ(text::json_text(told.get(), "aud"), "https://portal.example");
  EXPECT_EQ(text::json_text(told.get(), "sub"), "c3ViamVjdA");
  EXPECT_EQ(text::json_text(told.get(), "account"), "le.minh.mẫu");
  EXPECT_EQ(text::json_number(told.get(), "level"), 2.0);
  EXPECT_EQ(text::json_number(told.get(), "iat"), 1'770'000'000.0);
  EXPECT_EQ(text::json_number(told.get(), "nbf"), 1'770'000'000.0);
  EXPECT_EQ(text::json_number(told.get(), "exp"), 1'770'000'060.0);
  EXPECT_EQ(text::json_text(told.get(), "jti")->size(), 43U);
  EXPECT_EQ(json_object_size(told.get()), 9U) << "and nothing else of the person";
  const text::Json again = object(part(keys.sign(claims()), 1));
  EXPECT_NE(text::json_text(told.get(), "jti"), text::json_text(again.get(), "jti"));
}

TEST(Assertion, SaysMoreOnlyWhenItIsGiven) {
  AssertionClaims more = claims();
  more.level.reset();
  more.name = "Lê Minh Mẫu";
  more.citizen_id = "052089999999";
  more.lifetime = std::chrono::seconds{5};
  const auto keys = keys_of(TestKey::ec_256().pem());
  const text::Json told = object(part(keys.sign(more), 1));
  EXPECT_EQ(text::json_text(told.get(), "name"), "Lê Minh Mẫu");
  EXPECT_EQ(text::json_text(told.get(), "citizen_id"), "052089999999");
  EXPECT_EQ(json_object_get(told.get(), "level"), nullptr);
  EXPECT_EQ(text::json_number(told.get(), "exp"), 1'770'000'005.0);
  more.account = "\xFF";
  EXPECT_THROW(static_cast<void>(keys.sign(more)), std::invalid_argument);
}

TEST(Assertion, IsKnownAgainWhenThePortalShowsIt) {
  const auto keys = keys_of(TestKey::ec_256().pem());
  const AssertionExpectations expected{.issuer = "https://portal.example/vneid/",
                                       .audience = "https://portal.example",
                                       .now = claims().issued_at + std::chrono::seconds{59}};
  const std::string token = keys.sign(claims());
  const auto known = keys.verify(token, expected);
  ASSERT_TRUE(known) << known.error();
  EXPECT_EQ(known->account, "le.minh.mẫu");
  EXPECT_EQ(known->subject, "c3ViamVjdA");
  const TestKey fresh = TestKey::ec();
  EXPECT_TRUE(keys_of(fresh.pem() + TestKey::ec_256().pem()).verify(token, expected)) << "rotated";

  const auto refused = [&](const std::string& shown, AssertionExpectations wanted) {
    const auto verdict = keys.verify(shown, wanted);
    return verdict ? std::string{"believed"} : verdict.error();
  };
  auto late = expected;
  late.now += std::chrono::seconds{1};
  EXPECT_EQ(refused(token, late), "exp has passed");
  auto early = expected;
  early.now = claims().issued_at - std::chrono::seconds{1};
  EXPECT_EQ(refused(token, early), "iat is in the future");
  auto other = expected;
  other.audience = "other";
  EXPECT_EQ(refused(token, other), "aud is another portal");
  other = expected;
  other.issuer = "https://portal.example/";
  EXPECT_EQ(refused(token, other), "iss is not ours");
  EXPECT_EQ(refused(keys_of(fresh.pem()).sign(claims()), expected), "no key of the provider fits");
  std::string forged = token;
  forged[forged.rfind('.') - 2] ^= 1;
  EXPECT_NE(refused(forged, expected), "believed");
  for (const std::string& strange : {std::string{}, std::string{"a.b.c"}, token + "x",
                                     part(token, 0) + "." + part(token, 1) + "."}) {
    EXPECT_NE(refused(strange, expected), "believed") << strange;
  }
}

TEST(Assertion, NoOtherStatementOfOursIsTakenForOne) {
  const auto keys = keys_of(TestKey::ec_256().pem());
  const text::Json same = object(part(keys.sign(claims()), 1));
  const std::string receipt = keys.sign(same, "vneid-reuse+jwt");
  EXPECT_TRUE(openssl_verifies(receipt, TestKey::ec_256()));
  EXPECT_EQ(text::json_text(object(part(receipt, 0)).get(), "typ"), "vneid-reuse+jwt");
  const auto verdict = keys.verify(receipt, {.issuer = "https://portal.example/vneid/",
                                             .audience = "https://portal.example",
                                             .now = claims().issued_at});
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error(), "typ is another kind of token");
}

TEST(AssertionKeys, TheFirstSignsAndAllArePublished) {
  const TestKey second = TestKey::ec();
  const auto keys = keys_of("a comment\n" + TestKey::ec_256().pem() + "\n" + second.pem());
  const text::Json document = object(keys.jwks());
  const json_t* published = json_object_get(document.get(), "keys");
  ASSERT_EQ(json_array_size(published), 2U);
  EXPECT_EQ(text::json_text(json_array_get(published, 0), "kid"), thumbprint(TestKey::ec_256()));
  EXPECT_EQ(text::json_text(json_array_get(published, 1), "kid"), thumbprint(second));
  EXPECT_TRUE(openssl_verifies(keys.sign(claims()), TestKey::ec_256()));
  const auto set = KeySet::parse(keys.jwks());
  EXPECT_EQ(set->size(), 2U) << "as a relying party reads it";
}

TEST(AssertionKeys, PublishNoPrivateMember) {
  const auto keys = keys_of(TestKey::ec_256().pem());
  const text::Json document = object(keys.jwks());
  const json_t* key = json_array_get(json_object_get(document.get(), "keys"), 0);
  std::string members;
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(key), name, value) members += std::string{name} + " ";
  EXPECT_EQ(members, "kty crv x y use alg kid ");
  const std::string secret =
      TestKey::encoded(TestKey::ec_256().number(OSSL_PKEY_PARAM_PRIV_KEY, 32));
  EXPECT_EQ(keys.jwks().find(secret), std::string::npos);
}

TEST(AssertionKeys, CoordinatesKeepTheirLeadingZeros) {
  for (int i = 0; i < 5000; ++i) {
    const TestKey key = TestKey::ec();
    if (key.number(OSSL_PKEY_PARAM_EC_PUB_X).size() == 32) continue;
    const auto keys = keys_of(key.pem());
    EXPECT_NE(keys.jwks().find(thumbprint(key)), std::string::npos);
    const std::string x = TestKey::encoded(key.number(OSSL_PKEY_PARAM_EC_PUB_X, 32));
    EXPECT_NE(keys.jwks().find("\"x\":\"" + x + "\""), std::string::npos);
    EXPECT_TRUE(openssl_verifies(keys.sign(claims()), key));
    return;
  }
  FAIL() << "no key begins with a zero byte";
}

std::string refusal(const std::string& pem) {
  const auto keys = AssertionKeys::parse(pem, "keys.pem");
  return keys ? "ok" : keys.error();
}

constexpr const char* encrypted_key =
    "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\nAAAA\n"
    "-----END EC PRIVATE KEY-----\n";

TEST(AssertionKeys, OtherKeysAreRefusedWithAReason) {
  const std::string good = TestKey::ec_256().pem();
  EXPECT_EQ(refusal(good), "ok");
  EXPECT_EQ(refusal(""), "keys.pem: holds no private key in PEM");
  EXPECT_EQ(refusal("not a key"), "keys.pem: holds no private key in PEM");
  EXPECT_EQ(refusal(TestKey::ec_384().pem()), "keys.pem: key 1 is not EC on P-256");
  EXPECT_EQ(refusal(good + TestKey::rsa_a().pem()), "keys.pem: key 2 is not EC on P-256");
  EXPECT_EQ(refusal(TestKey::ec("secp256k1").pem()), "keys.pem: key 1 is not EC on P-256");
  EXPECT_EQ(refusal(TestKey::ec_256().public_pem()), "keys.pem: block 1 is not a private key");
  const std::string encrypted =
      "keys.pem: block 1 is encrypted: a worker has nobody to ask for the passphrase";
  EXPECT_EQ(refusal("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                    "-----END ENCRYPTED PRIVATE KEY-----\n"),
            encrypted);
  EXPECT_EQ(refusal(encrypted_key), encrypted);
  EXPECT_EQ(refusal(good.substr(0, good.size() / 2)), "keys.pem: block 1 is cut or damaged");
  EXPECT_EQ(refusal("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "keys.pem: block 1 cannot be read as a private key");
  std::string many;
  for (std::size_t i = 0; i < AssertionKeys::max_keys; ++i) many += good;
  EXPECT_EQ(refusal(many), "ok");
  EXPECT_EQ(refusal(many + good), "keys.pem: holds more than 8 keys");
}

TEST(AssertionKeys, WhatOpensslEcparamWritesIsRead) {
  EXPECT_EQ(refusal("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                    "-----END EC PARAMETERS-----\n" +
                    TestKey::ec_256().pem()),
            "ok");
}

TEST(AssertionKeys, HalvesOfDifferentKeysAreRefused) {
  EXPECT_EQ(refusal(TestKey::ec_256().pem_with_public_of(TestKey::ec())),
            "keys.pem: key 1 is not a whole private key");
}

TEST(AssertionKeys, AreReadFromAFileThatOthersCannotRead) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("vneid-assertion-" + std::to_string(::getpid()) + ".pem");
  std::ofstream(path) << TestKey::ec_256().pem();
  std::filesystem::permissions(path, std::filesystem::perms{0600});
  EXPECT_TRUE(AssertionKeys::load(path));
  std::filesystem::permissions(path, std::filesystem::perms{0644});
  const auto open = AssertionKeys::load(path);
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error(), testing::HasSubstr(path.string()));
  std::filesystem::remove(path);
  EXPECT_FALSE(AssertionKeys::load(path));
}

}  // namespace
}  // namespace vneid::oidc
