#include "session/packed.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "session/stored_names.hpp"

namespace vneid {
namespace {

Session some_session() {
  Session session;
  session.proof = Session::Proof::vneid;
  session.portal = PortalName{"portal"};
  session.account_id = AccountId{std::numeric_limits<std::int64_t>::max()};
  session.kind = policy::Kind::foreign;
  session.person_id = PersonId{300};
  session.link_id = LinkId{-1};
  session.account = "Nguyễn \0 An";
  session.provider = "bca";
  session.subject_key = SubjectKey{std::string(32, '\xff')};
  session.sid = std::string(5000, 's');
  session.portal_cookie_key = "awaited";
  session.begun_at = Wall{Milliseconds{1'764'000'000'123}};
  return session;
}

TEST(PackedSession, IsReadAsItWasWritten) {
  const Session session = some_session();
  const auto read = packed::from_bytes<Session>(packed::to_bytes(session));
  ASSERT_TRUE(read);
  EXPECT_EQ(sealed::to_text(*read), sealed::to_text(session));
  EXPECT_EQ(sealed::to_text(*packed::from_bytes<Session>(packed::to_bytes(Session{}))),
            sealed::to_text(Session{}));
}

TEST(PackedSession, IsSmall) {
  Session session = some_session();
  session.account_id = AccountId{12'345'678};
  session.sid.clear();
  session.subject_key = {};
  EXPECT_LE(packed::to_bytes(session).size(), 64U);
}

TEST(PackedSession, CutAnywhereOrLongerItIsNone) {
  const std::string bytes = packed::to_bytes(some_session());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(packed::from_bytes<Session>(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(packed::from_bytes<Session>(bytes + '\0'));
}

TEST(PackedSession, OfAnotherLayoutItIsNone) {
  std::string bytes = packed::to_bytes(some_session());
  bytes.front() = static_cast<char>(bytes.front() + 1);
  EXPECT_FALSE(packed::from_bytes<Session>(bytes));
  EXPECT_FALSE(packed::from_bytes<Session>(sealed::to_text(some_session())));
}

/// No byte makes it read what is not there; what still reads is a session like any other.
TEST(PackedSession, WithAnyByteChangedItIsReadWithinItsBounds) {
  const std::string bytes = packed::to_bytes(some_session());
  for (std::size_t at = 0; at < 100; ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      if (auto read = packed::from_bytes<Session>(changed)) {
        EXPECT_LE(read->account.size() + read->sid.size(), bytes.size());
      }
    }
  }
}

enum class Old : std::uint8_t { legacy, vneid };
enum class New : std::uint8_t { none, legacy, vneid };

template <class Proof>
struct Kept {
  Proof proof = Proof::legacy;
  std::string account;
  static void fields(auto& field, auto& self) {
    field("proof", self.proof);
    field("account", self.account);
  }
};
struct Renamed {
  Old proof = Old::legacy;
  std::string owner;
  static void fields(auto& field, auto& self) {
    field("proof", self.proof);
    field("owner", self.owner);
  }
};

}  // namespace

template <>
struct sealed::Names<Old> {
  static constexpr std::array all{std::pair{Old::legacy, "legacy"}, std::pair{Old::vneid, "vneid"}};
};
template <>
struct sealed::Names<New> {
  static constexpr std::array all{std::pair{New::none, "none"}, std::pair{New::legacy, "legacy"},
                                  std::pair{New::vneid, "vneid"}};
};

namespace {

/// Whoever puts an enumerator in front, or another member in a place, need not think of it.
TEST(PackedSession, WhatAnotherListHasKeptIsNone) {
  const std::string bytes = packed::to_bytes(Kept<Old>{.proof = Old::vneid, .account = "an"});
  EXPECT_TRUE(packed::from_bytes<Kept<Old>>(bytes));
  EXPECT_FALSE(packed::from_bytes<Kept<New>>(bytes));
  EXPECT_FALSE(packed::from_bytes<Renamed>(bytes));
}

TEST(PackedSession, ANumberOfTooManyBytesIsNone) {
  const std::string bytes = packed::layout_of<Session>() + std::string(11, '\xff');
  EXPECT_FALSE(packed::from_bytes<Session>(bytes));
}

}  // namespace
}  // namespace vneid
