#include "audit/seal/head.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "unit/audit/tree_support.hpp"

namespace vneid::audit {
namespace {

using testing::HasSubstr;

struct Heads : testing::Test {
  Heads() { keys.add(key); }

  Head next(std::size_t size, std::int64_t at, const crypto::SigningKey& by) {
    const Head head = sign_head({.tree = test::numbered_tree(size),
                                 .last = last ? &*last : nullptr,
                                 .at = at,
                                 .complete = true,
                                 .marks = "marks"},
                                by);
    last = head;
    return head;
  }

  crypto::SigningKey key = crypto::SigningKey::generate();
  crypto::VerifyingKeys keys;
  std::optional<Head> last;
};

TEST_F(Heads, SignWhatTheHeaderSays) {
  Head head{.number = 1,
            .size = 2,
            .root = Hash(32, 'r'),
            .at = 3,
            .complete = true,
            .previous = Hash(32, 'p'),
            .marks_hash = Hash(32, 'm'),
            .key_id = Hash(32, 'k'),
            .signature = {},
            .peaks = {},
            .marks = {}};
  const std::string bytes = "vneid audit head \1" + std::string(7, '\0') + "\1" +
                            std::string(7, '\0') + "\2" + std::string(32, 'r') +
                            std::string(7, '\0') + "\3" + "\1" + std::string(32, 'p') +
                            std::string(32, 'm') + std::string(32, 'k');
  EXPECT_EQ(head.signed_bytes(), bytes);
  EXPECT_EQ(head.hash(), crypto::sha256(bytes));
  head.complete = false;
  EXPECT_NE(head.signed_bytes(), bytes);
}

TEST_F(Heads, NameTheOneBefore) {
  const Head first = next(3, 10, key);
  const Head second = next(5, 20, key);
  EXPECT_EQ(first.number, 0U);
  EXPECT_EQ(first.previous, Hash(32, '\0'));
  EXPECT_EQ(second.number, 1U);
  EXPECT_EQ(second.previous, first.hash());
  HeadChain chain{keys};
  EXPECT_TRUE(chain.take(first));
  EXPECT_TRUE(chain.take(second));
}

TEST_F(Heads, AreReadBackFromTheirLine) {
  const Head head = next(3, 1'764'331'200'000'001, key);
  const std::string line = text::json_dump(head.to_json().get());
  const Head again = head_of_line(line).value();
  EXPECT_EQ(again.signed_bytes(), head.signed_bytes());
  EXPECT_TRUE(check_signature(again, keys));
  EXPECT_FALSE(head_of_line("{}"));
  EXPECT_FALSE(head_of_line("x"));
  EXPECT_FALSE(head_of_line(line.substr(0, line.size() / 2)));
}

TEST_F(Heads, AreForgedWhateverIsChanged) {
  const Head head = next(3, 10, key);
  const auto forged = [&](auto change) {
    Head other = head;
    change(other);
    const auto fits = check_signature(other, keys);
    EXPECT_FALSE(fits);
    return fits ? std::string{} : fits.error();
  };
  for (const auto change :
       {+[](Head& h) { ++h.number; }, +[](Head& h) { ++h.size; }, +[](Head& h) { h.root[0] ^= 1; },
        +[](Head& h) { ++h.at; }, +[](Head& h) { h.complete = false; },
        +[](Head& h) { h.previous[31] ^= 1; }, +[](Head& h) { h.marks_hash[0] ^= 1; },
        +[](Head& h) { h.signature[0] ^= 1; }, +[](Head& h) { h.signature.clear(); }}) {
    EXPECT_THAT(forged(change), HasSubstr("is forged"));
  }
  EXPECT_THAT(forged([](Head& h) { h.key_id[0] ^= 1; }), HasSubstr("not among the public keys"));
}

TEST_F(Heads, OfAnotherKeyAreNotKnown) {
  const auto other = crypto::SigningKey::generate();
  EXPECT_THAT(check_signature(next(3, 10, other), keys).error(),
              HasSubstr("not among the public keys"));
}

TEST_F(Heads, FollowOneAnother) {
  const Head first = next(3, 10, key);
  const Head second = next(5, 20, key);
  const Head third = next(7, 30, key);
  HeadChain chain{keys};
  EXPECT_TRUE(chain.take(first));
  EXPECT_THAT(chain.take(third).error(), HasSubstr("head 1 is missing"));
  HeadChain from_the_middle{keys};
  EXPECT_THAT(from_the_middle.take(second).error(), HasSubstr("head 0 is missing"));

  last = first;
  const Head other_second = next(6, 20, key);
  HeadChain replaced{keys};
  EXPECT_TRUE(replaced.take(first));
  EXPECT_TRUE(replaced.take(other_second));
  EXPECT_THAT(replaced.take(third).error(), HasSubstr("does not name the head before it"));
}

TEST_F(Heads, GoNeitherBackInTimeNorInSize) {
  next(5, 20, key);
  const Head first = *last;
  const Head smaller = next(3, 30, key);
  last = first;
  const Head earlier = next(6, 10, key);
  for (const Head& head : {smaller, earlier}) {
    HeadChain chain{keys};
    EXPECT_TRUE(chain.take(first));
    EXPECT_THAT(chain.take(head).error(), HasSubstr("smaller tree or an earlier time"));
  }
}

TEST_F(Heads, MayChangeTheirKeyOnceAndForAll) {
  const auto fresh = crypto::SigningKey::generate();
  keys.add(fresh);
  HeadChain chain{keys};
  EXPECT_TRUE(chain.take(next(3, 10, key)));
  EXPECT_TRUE(chain.take(next(4, 20, fresh)));
  EXPECT_TRUE(chain.take(next(5, 30, fresh)));
  EXPECT_THAT(chain.take(next(6, 40, key)).error(), HasSubstr("another one had followed"));
}

}  // namespace
}  // namespace vneid::audit
