#include "text/url.hpp"

#include <gtest/gtest.h>

namespace vneid::text {
namespace {

TEST(Url, GivesItsParts) {
  const auto url = parse_url("https://a.example:8443/b/../c?d=e");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->authority, "a.example:8443");
  EXPECT_EQ(url->host, "a.example");
  EXPECT_EQ(url->path, "/b/../c");
  EXPECT_TRUE(url->has_query);
  const auto bare = parse_url("http://[::1]:80");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->host, "[::1]");
  EXPECT_EQ(bare->path, "");
  EXPECT_FALSE(bare->has_query);
}

TEST(Url, IsNothingThatTwoReadersMayReadDifferently) {
  for (const char* text : {"",
                           "a.example",
                           "//a.example",
                           "ftp://a.example",
                           "https:/a.example",
                           "https:///a",
                           "https://",
                           "https://a.example:0",
                           "https://a.example:65536",
                           "https://a.example:",
                           "https://a.example:x",
                           "https://user@a.example",
                           "https://user:p@a.example",
                           "https://a.example@b.example",
                           "https://a b.example",
                           "https://a.example\n",
                           "https://-a.example",
                           "https://a..example",
                           "https://[::1",
                           "https://[x]",
                           "https://a]b",
                           "https://\xc3\xa1.example",
                           "HTTPS:/a",
                           "https://a.example\\b",
                           "https://%61.example"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Url, IsResolvedAsBrowsersDo) {
  const std::string base = "http://a.example:81/b/c?d=e#f";
  const std::pair<const char*, const char*> cases[] = {
      {"", "http://a.example:81/b/c?d=e"},      {"#x", "http://a.example:81/b/c?d=e"},
      {"?x=1", "http://a.example:81/b/c?x=1"},  {"/x", "http://a.example:81/x"},
      {" x?y#z ", "http://a.example:81/b/x?y"}, {"../x", "http://a.example:81/x"},
      {"//b.example/x", "http://b.example/x"},  {"https://b.example/x", "https://b.example/x"},
      {"/x y", "http://a.example:81/x%20y"},
  };
  for (const auto& [reference, expected] : cases) {
    EXPECT_EQ(resolve_url(base, reference), expected) << reference;
  }
  for (const char* none : {"javascript:go()", "mailto:a@b", "ftp://a.example/", "http://u@a/"}) {
    EXPECT_EQ(resolve_url(base, none), std::nullopt) << none;
  }
}

TEST(Endpoint, IsHttpsUnlessAllowed) {
  EXPECT_TRUE(is_endpoint_url("https://a.example/token?x=1", false));
  EXPECT_FALSE(is_endpoint_url("http://a.example/token", false));
  EXPECT_TRUE(is_endpoint_url("http://a.example/token", true));
  for (const char* text : {"https://a.example/#f", "https://a.example/\"", "https://a.example/<"}) {
    EXPECT_FALSE(is_endpoint_url(text, true)) << text;
  }
  EXPECT_FALSE(is_endpoint_url("https://a.example/" + std::string(2048, 'a'), true));
}

TEST(Loopback, IsThisMachineOnly) {
  for (const char* host : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"localhost.example", "127.evil.example", "128.0.0.1", "[::2]"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace vneid::text
