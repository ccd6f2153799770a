#include "audit/seal/stored_event.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace vneid::audit {
namespace {

StoredEvent event_of(const std::string& json) {
  const auto object = text::parse_json_object(json, 65'536).value();
  return StoredEvent::of_json(object.get()).value();
}

std::string error_of(const std::string& json) {
  const auto object = text::parse_json_object(json, 65'536).value();
  return StoredEvent::of_json(object.get()).error();
}

const std::string& whole() {
  static const std::string json =
      R"({"id":17,"at":"2026-11-28T12:00:00.000001Z","event":"link.made","result":"ok",)"
      R"("reason":"a,b","request_id":"r1","account_id":7,"pid_masked":"052******999",)"
      R"("pid_key":")" +
      crypto::base64_encode(std::string(32, 'k')) +
      R"(","provider":"bca","level":2,"ip":"192.0.2.7/32","port":65535,"user_agent_hash":")" +
      crypto::base64_encode(std::string(32, 'u')) + R"(","session_hash":")" +
      crypto::base64_encode(std::string(32, '\0')) +
      R"(","notice_version":"v1","link_id":9,"officer":"lan"})";
  return json;
}

std::string null_columns(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "00";
  return text;
}

// Byte for byte: what was sealed once must be the same for ever.
TEST(CanonicalEvent, IsVersionThenEachColumn) {
  EXPECT_EQ(crypto::hex(event_of(R"({"id":1})").canonical()),
            "01"
            "01000000080000000000000001" +
                null_columns(17));
  EXPECT_EQ(
      crypto::hex(
          event_of(R"({"id":-2,"at":"1970-01-01T00:00:01.000000Z","event":"ab"})").canonical()),
      "01"
      "0100000008fffffffffffffffe"
      "010000000800000000000f4240"
      "01000000026162" +
          null_columns(15));
}

// Made with Python's struct and hashlib from the header's words.
TEST(CanonicalEvent, OfAllColumnsIsWhatItWas) {
  EXPECT_EQ(crypto::hex(crypto::sha256(event_of(whole()).canonical())),
            "9949de174f8f8b36b1f6f48aa272288897c958e405d00580e83c006468344e37");
}

TEST(CanonicalEvent, KeepsNullApartFromEmptyAndColumnsApart) {
  const std::string none = event_of(R"({"id":1})").canonical();
  const std::string empty = event_of(R"({"id":1,"reason":""})").canonical();
  const std::string reason = event_of(R"({"id":1,"reason":"x"})").canonical();
  const std::string request = event_of(R"({"id":1,"request_id":"x"})").canonical();
  EXPECT_NE(none, empty);
  EXPECT_NE(reason, request);
  EXPECT_NE(event_of(R"({"id":1,"reason":"ab","request_id":"c"})").canonical(),
            event_of(R"({"id":1,"reason":"a","request_id":"bc"})").canonical());
}

TEST(CanonicalEvent, DependsOnEachColumn) {
  const std::string before = event_of(whole()).canonical();
  const auto object = text::parse_json_object(whole(), 65'536).value();
  for (const EventColumn& column : event_columns) {
    if (column.name == "id") continue;
    const text::Json changed{json_copy(object.get())};
    json_object_del(changed.get(), std::string{column.name}.c_str());
    EXPECT_NE(StoredEvent::of_json(changed.get()).value().canonical(), before) << column.name;
  }
}

TEST(StoredEvent, ComesBackFromJson) {
  const StoredEvent event = event_of(whole());
  const StoredEvent again = StoredEvent::of_json(event.to_json().get()).value();
  EXPECT_EQ(text::json_dump(event.to_json().get()), whole());
  EXPECT_EQ(again.canonical(), event.canonical());
  EXPECT_EQ(event.id(), 17);
  EXPECT_EQ(event.number("account_id"), 7);
  EXPECT_EQ(event.value("pid_key"), std::string(32, 'k'));
  EXPECT_THROW(static_cast<void>(event.value("colour")), std::out_of_range);
}

TEST(StoredEvent, OfNoTimeThatPeopleReadComesBackToo) {
  for (const char* at : {"9223372036854775807", "-9223372036854775808"}) {
    const StoredEvent event = event_of(R"({"id":1,"at":)" + std::string{at} + "}");
    const StoredEvent again = StoredEvent::of_json(event.to_json().get()).value();
    EXPECT_EQ(std::to_string(again.at()), at);
  }
}

TEST(StoredEvent, TakesNothingElse) {
  EXPECT_EQ(error_of("{}"), "an event has no \"id\"");
  EXPECT_EQ(error_of(R"({"id":"1"})"), "\"id\" of an event is not readable");
  EXPECT_EQ(error_of(R"({"id":1,"level":"2"})"), "\"level\" of an event is not readable");
  EXPECT_EQ(error_of(R"({"id":1,"pid_key":"???"})"), "\"pid_key\" of an event is not readable");
  EXPECT_EQ(error_of(R"({"id":1,"at":"yesterday"})"), "\"at\" of an event is not readable");
  EXPECT_EQ(error_of(R"({"id":1,"event":5})"), "\"event\" of an event is not readable");
  EXPECT_EQ(error_of(R"({"id":1,"colour":"red"})"),
            "an event has a member that is no column of audit_event");
}

TEST(InstantText, IsReadBackToTheMicrosecond) {
  for (const char* text :
       {"1970-01-01T00:00:00.000000Z", "2026-11-28T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z",
        "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}) {
    EXPECT_EQ(instant_text(instant_from_text(text).value()), text);
  }
  EXPECT_EQ(instant_from_text("1969-12-31T23:59:59.999999Z"), -1);
  for (const char* text :
       {"", "2026-11-28", "2026-02-30T00:00:00.000000Z", "2026-11-28T24:00:00.000000Z",
        "2026-11-28 12:00:00.000000Z", "2026-11-28T12:00:00.00000Z", "-026-11-28T12:00:00.000000Z",
        "2026-11-28T12:00:00.000000+", "2026-1a-28T12:00:00.000000Z"}) {
    EXPECT_FALSE(instant_from_text(text)) << text;
  }
  EXPECT_EQ(instant_text(std::numeric_limits<std::int64_t>::max()), "");
  EXPECT_EQ(instant_text(std::numeric_limits<std::int64_t>::min()), "");
}

}  // namespace
}  // namespace vneid::audit
