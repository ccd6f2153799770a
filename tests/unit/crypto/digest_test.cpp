#include "crypto/digest.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/random.hpp"

namespace vneid::crypto {
namespace {

TEST(Sha256, GivesThePublishedValues) {
  // FIPS 180-4 examples, and the empty text.
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HmacSha256, GivesThePublishedValues) {
  // RFC 4231, cases 1, 2, 3 and 6 (a key longer than a block).
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, TakesEmptyKeyAndMessage) {
  EXPECT_EQ(hex(hmac_sha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hex, WritesEveryByte) {
  EXPECT_EQ(hex(std::string("\x00\x7f\x80\xff", 4)), "007f80ff");
  EXPECT_EQ(hex({}), "");
}

TEST(Base64, GivesThePublishedValues) {
  // RFC 4648 §10.
  const std::pair<const char*, const char*> table[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : table) {
    EXPECT_EQ(base64_encode(plain), encoded);
    EXPECT_EQ(base64_decode(encoded), plain);
    std::string unpadded = encoded;
    while (unpadded.ends_with('=')) unpadded.pop_back();
    EXPECT_EQ(base64url_encode(plain), unpadded);
    EXPECT_EQ(base64url_decode(unpadded), plain);
  }
}

TEST(Base64, HasTwoAlphabets) {
  const std::string bytes = "\xfb\xff\xbf";
  EXPECT_EQ(base64_encode(bytes), "+/+/");
  EXPECT_EQ(base64url_encode(bytes), "-_-_");
  EXPECT_EQ(base64_decode("-_-_"), std::nullopt);
  EXPECT_EQ(base64url_decode("+/+/"), std::nullopt);
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const char* text :
       {"Zg==", "Zg=", "Zh", "Zm9", "Z", "A", "AAAAA", "Zm9vY", "Zm 9v", "Zm9v\n", "=", "Zm9v="}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "=Zg="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64url_decode(std::string("Zm9v\0Zm9", 8)), std::nullopt);
  EXPECT_EQ(base64url_decode("Zm9\xe1"), std::nullopt);
}

TEST(Base64, ComesBackForEveryLength) {
  for (std::size_t length = 0; length < 100; ++length) {
    const std::string bytes = random_bytes(length);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
}

TEST(EqualConstantTime, ComparesWholeTexts) {
  EXPECT_TRUE(equal_constant_time({}, {}));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "xbc"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
  EXPECT_FALSE(equal_constant_time("", "a"));
}

TEST(Random, HasTheLengthAskedFor) {
  for (const std::size_t length : {0U, 1U, 12U, 32U, 257U, 70'000U}) {
    EXPECT_EQ(random_bytes(length).size(), length);
  }
}

TEST(Random, FillsTheWholeString) {
  // A part that stays zero in 64 draws (chance 2^-512 a byte) was never written.
  std::string seen(1000, '\0');
  for (int draw = 0; draw < 64; ++draw) {
    const std::string bytes = random_bytes(seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      seen[i] = static_cast<char>(seen[i] | bytes[i]);
    }
  }
  EXPECT_EQ(seen.find('\0'), std::string::npos);
}

TEST(Random, TokensAreCanonicalAndDoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::string token = random_token();
    EXPECT_EQ(token.size(), 43U);
    const auto bytes = base64url_decode(token);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 32U);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

}  // namespace
}  // namespace vneid::crypto
