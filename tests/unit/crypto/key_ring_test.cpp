#include "crypto/key_ring.hpp"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace vneid::crypto {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::year_month_day today = 2026y / 11 / 23;

std::string key_text(char first) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(first + i);
  return base64_encode(bytes);
}

std::string seal_line(const std::string& id, char first) {
  return "seal " + id + " " + key_text(first) + "\n";
}

const std::string lookup_line = "lookup look " + key_text(100) + "\n";

KeyRing ring(const std::string& text) {
  auto parsed = KeyRing::parse(text);
  if (!parsed) throw std::runtime_error(parsed.error());
  return *std::move(parsed);
}

KeyRing simple_ring() { return ring(seal_line("a", 1) + lookup_line); }

TEST(KeyRing, OpensWhatItSealed) {
  const KeyRing keys = simple_ring();
  for (const std::size_t length : {0U, 1U, 15U, 16U, 17U, 1000U, 100'000U}) {
    const std::string plain = random_bytes(length);
    const std::string sealed = keys.seal("ticket", "session-1", plain);
    EXPECT_EQ(sealed.size(), length + keys.overhead());
    EXPECT_EQ(keys.open("ticket", "session-1", sealed), plain);
    const std::string text = keys.seal_text("ticket", "session-1", plain);
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
              std::string::npos);
    EXPECT_EQ(keys.open_text("ticket", "session-1", text), plain);
  }
}

TEST(KeyRing, SealsTheDocumentedFormat) {
  const KeyRing keys = ring(seal_line("2026-11-23", 1) + lookup_line);
  const std::string id = "2026-11-23";
  const std::string sealed = keys.seal("ticket", "who", "content");
  ASSERT_EQ(sealed.size(), 2 + id.size() + 12 + 7 + 16);
  const std::string header = std::string("\x01\x0a", 2) + id;
  EXPECT_EQ(sealed.substr(0, header.size()), header);

  // Opened here by OpenSSL's plain calls, so that the format is not only whatever open() undoes.
  const std::string nonce = sealed.substr(header.size(), 12);
  const std::string body = sealed.substr(header.size() + 12, 7);
  std::string tag = sealed.substr(sealed.size() - 16);
  const std::string authenticated = header + std::string("\0\0\0\0\0\0\0\6", 8) + "ticket" + "who";
  const std::string key = *base64_decode(key_text(1));
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  ASSERT_EQ(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)),
            1);
  int length = 0;
  ASSERT_EQ(EVP_DecryptUpdate(context.get(), nullptr, &length, bytes(authenticated),
                              static_cast<int>(authenticated.size())),
            1);
  std::string plain(7, '\0');
  ASSERT_EQ(EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char*>(plain.data()),
                              &length, bytes(body), 7),
            1);
  ASSERT_EQ(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, tag.data()), 1);
  unsigned char none[16];
  EXPECT_EQ(EVP_DecryptFinal_ex(context.get(), none, &length), 1);
  EXPECT_EQ(plain, "content");
}

TEST(KeyRing, RefusesEveryAlteredByteAndEveryCut) {
  const KeyRing keys = simple_ring();
  const std::string sealed = keys.seal("ticket", "who", "content");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string altered = sealed;
      altered[i] = static_cast<char>(altered[i] ^ (1 << bit));
      EXPECT_EQ(keys.open("ticket", "who", altered), std::nullopt) << i << " bit " << bit;
    }
    EXPECT_EQ(keys.open("ticket", "who", sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(keys.open("ticket", "who", sealed + "x"), std::nullopt);
}

TEST(KeyRing, RefusesAnotherPurposeOrAssociation) {
  const KeyRing keys = simple_ring();
  const std::string sealed = keys.seal("ticket", "who", "content");
  EXPECT_EQ(keys.open("flow", "who", sealed), std::nullopt);
  EXPECT_EQ(keys.open("ticket", "other", sealed), std::nullopt);
  EXPECT_EQ(keys.open("ticket", "", sealed), std::nullopt);
  EXPECT_EQ(keys.open("", "ticketwho", sealed), std::nullopt);
}

TEST(KeyRing, NoByteMovesBetweenPurposeAndAssociation) {
  const KeyRing keys = simple_ring();
  const std::string whole = "abcdef";
  for (std::size_t sealed_at = 0; sealed_at <= whole.size(); ++sealed_at) {
    const std::string sealed =
        keys.seal(whole.substr(0, sealed_at), whole.substr(sealed_at), "content");
    for (std::size_t i = 0; i <= whole.size(); ++i) {
      EXPECT_EQ(keys.open(whole.substr(0, i), whole.substr(i), sealed).has_value(), i == sealed_at);
    }
  }
}

TEST(KeyRing, OneKeyDoesNotOpenUnderAnothersName) {
  // The same two keys with their ids exchanged.
  const KeyRing keys = ring(seal_line("a", 1) + seal_line("b", 50) + lookup_line);
  const KeyRing exchanged = ring(seal_line("b", 1) + seal_line("a", 50) + lookup_line);
  const std::string sealed = keys.seal("ticket", "who", "content");
  EXPECT_EQ(exchanged.open("ticket", "who", sealed), std::nullopt);
  std::string renamed = sealed;
  renamed[2] = 'b';
  EXPECT_EQ(exchanged.open("ticket", "who", renamed), std::nullopt);
}

TEST(KeyRing, LookupKeyDoesNotOpen) {
  // What is sealed under a key of the same id does not reach the lookup key.
  const KeyRing other = ring("seal look " + key_text(100) + "\nlookup x " + key_text(7) + "\n");
  const std::string sealed = other.seal("ticket", "who", "content");
  EXPECT_EQ(simple_ring().open("ticket", "who", sealed), std::nullopt);
}

TEST(KeyRing, LeavesNothingInTheErrorQueue) {
  const KeyRing keys = simple_ring();
  std::string sealed = keys.seal("ticket", "who", "content");
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  ASSERT_EQ(keys.open("ticket", "who", sealed), std::nullopt);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(KeyRing, NeverRepeatsANonce) {
  const KeyRing keys = simple_ring();
  std::set<std::string> nonces;
  for (int i = 0; i < 5000; ++i) {
    EXPECT_TRUE(nonces.insert(keys.seal("p", "a", "same").substr(3, 12)).second);
  }
}

TEST(KeyRing, OpenTextWantsTheOneSpelling) {
  const KeyRing keys = simple_ring();
  const std::string text = keys.seal_text("ticket", "who", "content");
  EXPECT_EQ(keys.open_text("ticket", "who", text + "="), std::nullopt);
  EXPECT_EQ(keys.open_text("ticket", "who", " " + text), std::nullopt);
  EXPECT_EQ(keys.open_text("ticket", "who", text + "\n"), std::nullopt);
  EXPECT_EQ(keys.open_text("ticket", "who", ""), std::nullopt);
}

TEST(KeyRing, FirstKeySealsAndAllOpen) {
  const KeyRing old_ring = ring(seal_line("old", 1) + lookup_line);
  const std::string sealed = old_ring.seal("p", "a", "kept");
  EXPECT_TRUE(old_ring.sealed_with_current_key(sealed));

  const KeyRing rotated = ring(seal_line("new", 50) + seal_line("old", 1) + lookup_line);
  EXPECT_EQ(rotated.open("p", "a", sealed), "kept");
  EXPECT_FALSE(rotated.sealed_with_current_key(sealed));
  EXPECT_EQ(old_ring.open("p", "a", rotated.seal("p", "a", "x")), std::nullopt);

  const KeyRing retired = ring(seal_line("new", 50) + lookup_line);
  EXPECT_EQ(retired.open("p", "a", sealed), std::nullopt);
}

TEST(KeyRing, CurrentKeyIsToldFromALongerIdWithTheSameStart) {
  const KeyRing longer = ring(seal_line("key-2", 1) + lookup_line);
  const KeyRing shorter = ring(seal_line("key", 1) + lookup_line);
  EXPECT_FALSE(shorter.sealed_with_current_key(longer.seal("p", "a", "x")));
  EXPECT_FALSE(shorter.sealed_with_current_key(""));
}

TEST(KeyRing, LookupKeysAreStableAndSeparate) {
  const KeyRing before = ring(seal_line("old", 1) + lookup_line);
  const KeyRing after = ring(seal_line("new", 50) + seal_line("old", 1) + lookup_line);
  const std::string value = before.lookup_key("citizen", "052089999999");
  EXPECT_EQ(value.size(), 32U);
  EXPECT_EQ(after.lookup_key("citizen", "052089999999"), value);
  EXPECT_EQ(value, hmac_sha256(*base64_decode(key_text(100)),
                               std::string("\0\0\0\0\0\0\0\7", 8) + "citizen052089999999"));
  EXPECT_NE(before.lookup_key("subject", "052089999999"), value);
  EXPECT_NE(before.lookup_key("citizen0", "52089999999"), value);
  EXPECT_NE(before.lookup_key("citizen", "052089999998"), value);
  const KeyRing other = ring(seal_line("old", 1) + "lookup look " + key_text(70) + "\n");
  EXPECT_NE(other.lookup_key("citizen", "052089999999"), value);
}

TEST(KeyRing, IsSafeToShare) {
  const KeyRing keys = simple_ring();
  const std::string expected = keys.lookup_key("p", "v");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&keys, &expected] {
      for (int i = 0; i < 500; ++i) {
        EXPECT_EQ(keys.open("p", "a", keys.seal("p", "a", "text")), "text");
        EXPECT_EQ(keys.lookup_key("p", "v"), expected);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(KeyRing, TellsItsKeysWithoutTheirSecrets) {
  const KeyRing keys = ring(seal_line("2026-11-23-2", 1) + seal_line("2026-02-30", 40) +
                            seal_line("2026-11-230", 70) + lookup_line);
  const auto list = keys.keys();
  ASSERT_EQ(list.size(), 4U);
  EXPECT_EQ(list[0].id, "2026-11-23-2");
  EXPECT_EQ(list[0].created, today);
  EXPECT_EQ(list[1].created, std::nullopt) << "no such day";
  EXPECT_EQ(list[2].created, std::nullopt) << "no end of the date";
  EXPECT_EQ(list[3].use, KeyRing::Use::lookup);
  EXPECT_EQ(list[3].created, std::nullopt);
}

TEST(KeyRingGenerate, MakesAWorkingRing) {
  const std::string text = KeyRing::generate_text(today);
  const KeyRing keys = ring(text);
  ASSERT_EQ(keys.keys().size(), 2U);
  EXPECT_EQ(keys.keys()[0].id, "2026-11-23");
  EXPECT_EQ(keys.keys()[0].created, today);
  EXPECT_EQ(keys.open("p", "a", keys.seal("p", "a", "x")), "x");
  EXPECT_NE(KeyRing::generate_text(today), text) << "keys are fresh each time";
}

TEST(KeyRingGenerate, RotationKeepsEverythingElse) {
  const std::string first = KeyRing::generate_text(today);
  const std::string second = KeyRing::rotate_text(first, today).value();
  const std::string third = KeyRing::rotate_text(second, 2027y / 1 / 2).value();
  const KeyRing keys = ring(third);
  std::vector<std::string> ids;
  for (const auto& key : keys.keys()) ids.push_back(key.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"2027-01-02", "2026-11-23-2", "2026-11-23", "lookup"}));

  EXPECT_EQ(keys.open("p", "a", ring(first).seal("p", "a", "x")), "x");
  EXPECT_EQ(keys.open("p", "a", ring(second).seal("p", "a", "x")), "x");
  EXPECT_EQ(keys.lookup_key("p", "v"), ring(first).lookup_key("p", "v"));
  // Nothing but the new line came in, and before it stand the comments that explain it.
  const std::size_t at = second.find("seal 2026-11-23-2 ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(second.substr(0, at) + second.substr(second.find('\n', at) + 1), first);
}

TEST(KeyRingGenerate, RotatesATextWithoutLineEnd) {
  const std::string text = lookup_line + "\r\n\n# comment\n" + "seal a " + key_text(1);
  const std::string rotated = KeyRing::rotate_text(text, today).value();
  EXPECT_EQ(ring(rotated).keys()[1].id, "2026-11-23");
  EXPECT_EQ(ring(rotated).keys()[2].id, "a");
}

TEST(KeyRingGenerate, DoesNotRotateWhatDoesNotParse) {
  EXPECT_FALSE(KeyRing::rotate_text("", today));
  EXPECT_FALSE(KeyRing::rotate_text("seal a AAAA\n", today));
}

}  // namespace
}  // namespace vneid::crypto
