#include "session/fields.hpp"

#include <string>

#include <gtest/gtest.h>

#include "session/stored_names.hpp"
#include "session/ticket.hpp"

namespace vneid {
namespace {

TEST(Fields, AWithheldAnswerComesBackByteForByte) {
  WithheldAnswer answer;
  answer.status = 302;
  answer.headers = {{"Location", "/trang-chủ?a=1"},
                    {"Set-Cookie", "a=1; Path=/"},
                    {"Set-Cookie", std::string("b=\xff\xfe\0x", 6)}};
  answer.body = std::string("\0\x01\xff body", 9);
  const auto back = sealed::from_text<WithheldAnswer>(sealed::to_text(answer));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->status, answer.status);
  EXPECT_EQ(back->headers, answer.headers);
  EXPECT_EQ(back->body, answer.body);
}

TEST(Fields, AnythingElseIsNothing) {
  for (const char* text : {"", "{}", "[]", "null", "{\"status\":200}",
                           "{\"status\":200,\"headers\":[\"YQ\"],\"body\":\"\"}",
                           "{\"status\":\"200\",\"headers\":[],\"body\":\"\"}",
                           "{\"status\":200,\"headers\":[1,2],\"body\":\"\"}",
                           "{\"status\":200,\"headers\":{},\"body\":\"\"}",
                           "{\"status\":200,\"headers\":[],\"body\":\"!\"}",
                           "{\"status\":200,\"headers\":[],\"body\":\"\"}x",
                           "{\"status\":4294967296,\"headers\":[],\"body\":\"\"}",
                           "{\"status\":200,\"status\":200,\"headers\":[],\"body\":\"\"}"}) {
    EXPECT_FALSE(sealed::from_text<WithheldAnswer>(text).has_value()) << text;
  }
  EXPECT_TRUE(sealed::from_text<WithheldAnswer>("{\"status\":200,\"headers\":[],\"body\":\"\"}"));
}

TEST(Fields, ASessionComesBackWhole) {
  Session session;
  session.proof = Session::Proof::vneid;
  session.portal = PortalName{"cổng"};
  session.account_id = AccountId{1};
  session.kind = policy::Kind::foreign;
  session.person_id = PersonId{2};
  session.link_id = LinkId{3};
  session.account = "le.van.a";
  session.provider = "bca";
  session.subject_key = SubjectKey{std::string(32, '\xff')};
  session.sid = "sid";
  session.portal_cookie_key = std::string("\0k", 2);
  session.begun_at = Wall{Milliseconds{1'780'000'000'123}};
  const std::string text = sealed::to_text(session);
  const auto back = sealed::from_text<Session>(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->proof, session.proof);
  EXPECT_EQ(back->portal, session.portal);
  EXPECT_EQ(back->account_id, session.account_id);
  EXPECT_EQ(back->kind, session.kind);
  EXPECT_EQ(back->person_id, session.person_id);
  EXPECT_EQ(back->link_id, session.link_id);
  EXPECT_EQ(back->account, session.account);
  EXPECT_EQ(back->provider, session.provider);
  EXPECT_EQ(back->subject_key, session.subject_key);
  EXPECT_EQ(back->sid, session.sid);
  EXPECT_EQ(back->portal_cookie_key, session.portal_cookie_key);
  EXPECT_EQ(back->begun_at, session.begun_at);
  EXPECT_TRUE(text.contains("\"proof\":\"vneid\"")) << "by name: " << text;
}

// What an older release kept as a number must not be taken for the first of the names.
TEST(Fields, AnEnumerationIsReadByItsNameOnly) {
  Session session;
  std::string text = sealed::to_text(session);
  const std::string name = "\"proof\":\"legacy\"";
  const auto at = text.find(name);
  ASSERT_NE(at, std::string::npos);
  for (const char* other : {"\"proof\":0", "\"proof\":1", "\"proof\":\"none\"", "\"proof\":null"}) {
    std::string changed = text;
    changed.replace(at, name.size(), other);
    EXPECT_FALSE(sealed::from_text<Session>(changed)) << other;
  }
}

struct Left {
  static constexpr std::string_view name = "left";
  int value = 0;
  static void fields(auto& field, auto& self) { field("value", self.value); }
};
struct Right {
  static constexpr std::string_view name = "right";
  std::optional<std::string> value;
  std::vector<Left> more;
  bool flag = false;
  static void fields(auto& field, auto& self) {
    field("value", self.value);
    field("more", self.more);
    field("flag", self.flag);
  }
};
using Either = std::variant<Left, Right>;

TEST(Fields, OneOfSeveralRecordsGoesByItsName) {
  const Either right{Right{"x", {Left{1}, Left{2}}, true}};
  const auto back = sealed::from_text<Either>(sealed::to_text(right));
  ASSERT_TRUE(back && std::holds_alternative<Right>(*back));
  EXPECT_EQ(std::get<Right>(*back).value, "x");
  EXPECT_EQ(std::get<Right>(*back).more.at(1).value, 2);
  EXPECT_TRUE(std::get<Right>(*back).flag);
  EXPECT_TRUE(
      std::holds_alternative<Left>(*sealed::from_text<Either>("{\"is\":\"left\",\"value\":1}")));
  for (const char* text :
       {"{\"value\":1}", "{\"is\":\"up\",\"value\":1}", "{\"is\":\"left\"}", "1"}) {
    EXPECT_FALSE(sealed::from_text<Either>(text)) << text;
  }
}

}  // namespace
}  // namespace vneid
