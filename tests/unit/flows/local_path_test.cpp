#include "text/local_path.hpp"

#include <gtest/gtest.h>

namespace vneid {
namespace {

TEST(ReturnPath, KeepsPathsOfThisServer) {
  for (const std::string path :
       {"/", "/ho-so", "/a?b=c&d=%20", "/a?u=https://x.example//y", "/a/b/"}) {
    EXPECT_EQ(text::safe_return(path), path);
  }
}

TEST(ReturnPath, NeverLeavesTheServer) {
  for (const std::string path :
       {"", "a", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "/a\\b", "https://evil.example/", "javascript:alert(1)", "/.//evil.example", "/a//b",
        "/a b", "/a\tb", "/a\r\nSet-Cookie: b=c", "/\xc3\xa1", "/\x7f", " /a"}) {
    EXPECT_EQ(text::safe_return(path), "/") << path;
  }
}

TEST(ReturnPath, IsOfALengthThatIsKept) {
  EXPECT_EQ(text::safe_return("/" + std::string(999, 'a')).size(), 1000U);
  EXPECT_EQ(text::safe_return("/" + std::string(1000, 'a')), "/");
}

}  // namespace
}  // namespace vneid
