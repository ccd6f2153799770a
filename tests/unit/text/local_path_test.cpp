#include "text/local_path.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid::text {
namespace {

TEST(LocalPath, KeepsPathsOfThisServer) {
  for (const std::string path :
       {"/", "/ho-so", "/a?b=c&d=%20", "/a?u=https://x.example//y", "/a/b/", "/a//b", "/a/..//b",
        "/...//b", "/.", "/..", "/h%E1%BB%93", "/%2e%2E/a"}) {
    ASSERT_TRUE(LocalPath::parse(path)) << path;
    EXPECT_EQ(LocalPath::parse(path)->text(), path);
  }
}

TEST(LocalPath, NeverLeavesTheServer) {
  for (const std::string path : {"",
                                 "a",
                                 "//evil.example",
                                 "///evil.example",
                                 "/\\evil.example",
                                 "\\\\evil.example",
                                 "/a\\b",
                                 "https://evil.example/",
                                 "javascript:alert(1)",
                                 "/.//evil.example",
                                 "/..//evil.example",
                                 "/%2e//evil.example",
                                 "/%2E.//evil.example",
                                 "/././/evil.example",
                                 "/a b",
                                 "/a\tb",
                                 "/a\r\nSet-Cookie: b=c",
                                 "/\xc3\xa1",
                                 "/\x7f",
                                 " /a"}) {
    EXPECT_FALSE(LocalPath::parse(path)) << path;
    EXPECT_EQ(LocalPath::parse_or_front(path).text(), "/") << path;
  }
}

TEST(LocalPath, IsOfALengthThatIsKept) {
  EXPECT_TRUE(LocalPath::parse("/" + std::string(2047, 'a')));
  EXPECT_FALSE(LocalPath::parse("/" + std::string(2048, 'a')));
}

TEST(SafeHref, IsAPathOrAnAddressOfTheWeb) {
  for (const char* href : {"/", "/a?b=c", "https://x.example/", "http://x.example"}) {
    EXPECT_TRUE(is_safe_href(href)) << href;
  }
  for (const char* href : {"", "//x.example", "javascript:alert(1)", "data:text/html,x", "/a b",
                           "https://x.example/ a", "x", "\\x", "mailto:a@b"}) {
    EXPECT_FALSE(is_safe_href(href)) << href;
  }
}

}  // namespace
}  // namespace vneid::text
