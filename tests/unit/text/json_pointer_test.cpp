#include "text/json_pointer.hpp"

#include <gtest/gtest.h>

namespace vneid::text {
namespace {

std::string found(std::string_view document, std::string_view pointer) {
  const auto text = json_text_at(document, {pointer}, 1000);
  if (!text) return "! " + text.error();
  return text->value_or("nothing");
}

TEST(JsonPointer, FindsTextAndWholeNumbers) {
  constexpr std::string_view document =
      R"({"user": {"name": "an", "id": 17, "a/b": "slash", "m~n": "tilde", "": "empty"},
          "list": ["x", {"y": "z"}], "none": null, "no": false, "blank": ""})";
  EXPECT_EQ(found(document, "/user/name"), "an");
  EXPECT_EQ(found(document, "/user/id"), "17");
  EXPECT_EQ(found(document, "/user/a~1b"), "slash");
  EXPECT_EQ(found(document, "/user/m~0n"), "tilde");
  EXPECT_EQ(found(document, "/user/"), "empty");
  EXPECT_EQ(found(document, "/list/0"), "x");
  EXPECT_EQ(found(document, "/list/1/y"), "z");
}

TEST(JsonPointer, FindsNothing) {
  constexpr std::string_view document =
      R"({"none": null, "no": false, "blank": "", "list": ["x"], "text": "x"})";
  for (const char* pointer : {"/none", "/no", "/blank", "/absent", "/absent/deep", "/list/1",
                              "/list/00", "/list/-", "/list/x", "/text/x", "/"}) {
    EXPECT_EQ(found(document, pointer), "nothing") << pointer;
  }
}

TEST(JsonPointer, TellsWhatCannotBeRead) {
  EXPECT_TRUE(found("", "/a").starts_with("! "));
  EXPECT_TRUE(found("[1]", "/0").starts_with("! "));
  EXPECT_TRUE(found(R"({"a": 1} x)", "/a").starts_with("! "));
  EXPECT_EQ(found(R"({"a": ["x"]})", "/a"), "! has neither text nor a whole number there");
  EXPECT_EQ(found(R"({"a": 1.5})", "/a"), "! has neither text nor a whole number there");
  EXPECT_EQ(found(R"({"a": true})", "/a"), "! has neither text nor a whole number there");
  EXPECT_EQ(found(R"({"a": ")" + std::string(1000, 'x') + "\"}", "/a"), "! is too large");
}

TEST(JsonPointer, IsOne) {
  for (const char* good : {"/", "/a", "/a/b", "/a~0b", "/~1", "//"})
    EXPECT_TRUE(is_json_pointer(good));
  for (const char* bad : {"", "a", "a/b", "/~", "/~2", "/a~"}) EXPECT_FALSE(is_json_pointer(bad));
}

}  // namespace
}  // namespace vneid::text
