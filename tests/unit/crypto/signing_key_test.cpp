#include "crypto/signing_key.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/digest.hpp"

namespace vneid::crypto {
namespace {

using testing::HasSubstr;

// RFC 8032 §7.1, test 2, as PEM (RFC 8410).
constexpr const char* known_private =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* known_signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

struct SigningKeyFile : testing::Test {
  SigningKeyFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vneid-key-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path = pattern + "/key";
  }
  ~SigningKeyFile() override {
    std::filesystem::remove_all(std::filesystem::path(path).parent_path());
  }
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
  }
  std::string path;
};

TEST_F(SigningKeyFile, SignsAsTheRfcDoes) {
  write(known_private);
  const auto key = SigningKey::load(path).value();
  EXPECT_EQ(hex(key.sign("r")), known_signature);
  const auto keys = VerifyingKeys::parse(key.public_pem(), "p").value();
  EXPECT_TRUE(keys.verify(key.id(), "r", key.sign("r")));
}

TEST_F(SigningKeyFile, IsReadBackAsItWasWritten) {
  const auto made = SigningKey::generate();
  write(made.private_pem());
  const auto read = SigningKey::load(path).value();
  EXPECT_EQ(read.id(), made.id());
  EXPECT_EQ(read.id().size(), 32U);
  EXPECT_NE(SigningKey::generate().id(), made.id());
}

TEST_F(SigningKeyFile, MustBeItsOwnersAndEd25519) {
  write(SigningKey::generate().private_pem(), 0644);
  EXPECT_THAT(SigningKey::load(path).error(), HasSubstr("others than its owner may use it"));
  write("something else");
  EXPECT_THAT(SigningKey::load(path).error(), HasSubstr("is no private Ed25519 key"));
  write(SigningKey::generate().public_pem());
  EXPECT_THAT(SigningKey::load(path).error(), HasSubstr("is no private Ed25519 key"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(VerifyingKeys, AreSeveralInOneFile) {
  const auto old = SigningKey::generate();
  const auto fresh = SigningKey::generate();
  const auto keys =
      VerifyingKeys::parse("# old\n" + old.public_pem() + "# new\n" + fresh.public_pem(), "p");
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_TRUE(keys->verify(old.id(), "m", old.sign("m")));
  EXPECT_TRUE(keys->verify(fresh.id(), "m", fresh.sign("m")));
  EXPECT_FALSE(keys->verify(fresh.id(), "m", old.sign("m")));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(VerifyingKeys, TakeNothingThatIsNotSigned) {
  const auto key = SigningKey::generate();
  VerifyingKeys keys;
  EXPECT_FALSE(keys.verify(key.id(), "m", key.sign("m")));
  keys.add(key);
  EXPECT_TRUE(keys.verify(key.id(), "m", key.sign("m")));
  EXPECT_FALSE(keys.verify(key.id(), "n", key.sign("m")));
  EXPECT_FALSE(keys.verify(key.id(), "m", ""));
  EXPECT_FALSE(keys.verify(key.id(), "m", std::string(64, '\0')));
}

TEST(VerifyingKeys, RefuseAFileThatIsNone) {
  EXPECT_THAT(VerifyingKeys::parse("", "p").error(),
              HasSubstr("p: is not a list of public Ed25519 keys"));
  EXPECT_FALSE(
      VerifyingKeys::parse("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "p"));
  EXPECT_FALSE(VerifyingKeys::parse(SigningKey::generate().private_pem(), "p"));
  EXPECT_FALSE(VerifyingKeys::load("/nowhere"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace vneid::crypto
