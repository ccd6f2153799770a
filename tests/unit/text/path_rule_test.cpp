#include "text/path_rule.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid::text {
namespace {

TEST(PathRule, RefusesWhatTwoParsersReadDifferently) {
  struct {
    const char* path;
    const char* fault;
  } const table[] = {
      {"/gated;a/x", "path parameter"},
      {"/gated/x;jsessionid=B", "path parameter"},
      {"/a/..;/gated/x", "path parameter"},
      {"/gated%3ba/x", "path parameter"},
      {"/gated%3B", "path parameter"},
      {"//gated/x", "empty segment"},
      {"/a//x", "empty segment"},
      {"/a//", "empty segment"},
      {"/a/../gated/x", "dot segment"},
      {"/a/./x", "dot segment"},
      {"/a/..", "dot segment"},
      {"/.", "dot segment"},
      {"/a/%2e%2e/gated", "dot segment"},
      {"/a/.%2E/gated", "dot segment"},
      {"/a/%2e/gated", "dot segment"},
      {"/a%2fgated", "encoded slash"},
      {"/a/..%2Fgated", "encoded slash"},
      {"/a\\..\\gated", "backslash"},
      {"/a/..%5cgated", "backslash"},
      {"/a%5Cx", "backslash"},
      {"/gated%00", "control character"},
      {"/gated%0a", "control character"},
      {"/gated%0d%0aX: y", "control character"},
      {"/gated%7f", "control character"},
      {"/gated\x01", "control character"},
      {"/gated\t", "control character"},
      {"/gated%c2%85", "control character"},
      {"/gated./x", "segment that ends with a dot"},
      {"/gated%2e", "segment that ends with a dot"},
      {"/gated.../x", "segment that ends with a dot"},
      {"/gated%20/x", "segment that ends with a blank"},
      {"/gated%20", "segment that ends with a blank"},
      {"/gated%c2%a0", "segment that ends with a blank"},
      {"/gated%e3%80%80/x", "segment that ends with a blank"},
      {"/gated%e2%80%8b/x", "segment that ends with a blank"},
      {"/%20gated/x", "segment that begins with a blank"},
      {"/%ef%bb%bfgated", "segment that begins with a blank"},
      {"/%2567ated/x", "double encoding"},
      {"/a/%252e%252e/gated", "double encoding"},
      {"/a%252fgated", "double encoding"},
      {"/a%255cgated", "double encoding"},
      {"/gated%253b", "double encoding"},
      {"/gated%2500", "double encoding"},
      {"/%25%36%37ated", "double encoding"},
      {"/%25u0067ated", "double encoding"},
      {"/%u0067ated", "percent sign that begins no escape"},
      {"/gated%", "percent sign that begins no escape"},
      {"/gated%2", "percent sign that begins no escape"},
      {"/gated%zz", "percent sign that begins no escape"},
      {"/gated%ff", "bytes that are no UTF-8"},
      {"/a/%c0%ae%c0%ae/gated", "bytes that are no UTF-8"},
      {"/a%c0%afgated", "bytes that are no UTF-8"},
      {"/a%e0%80%afgated", "bytes that are no UTF-8"},
      {"/gated%ed%a0%80", "bytes that are no UTF-8"},
      {"/gated%3fx", "encoded question mark"},
      {"/gated%23x", "number sign"},
      {"/mo#/../gated", "number sign"},
      {"gated", "no slash at the beginning"},
      {"", "no slash at the beginning"},
  };
  for (const auto& [path, fault] : table) {
    const char* found = path_fault(path, PathRule::plain);
    ASSERT_NE(found, nullptr) << path;
    EXPECT_STREQ(found, fault) << path;
    EXPECT_EQ(path_fault(path, PathRule::any), nullptr) << path;
  }
}

/// Most paths are let through at a glance: exactly those that the closer look, which an escape
/// forces, lets through.
TEST(PathRule, AtAGlanceIsAsACloserLook) {
  const std::string letters = "/.aA_";
  for (int number = 0; number < 5 * 5 * 5 * 5 * 5 * 5; ++number) {
    std::string path;
    for (int rest = number; rest > 0; rest /= 5)
      path += letters[static_cast<std::size_t>(rest % 5)];
    const auto at = path.find('a');
    if (at == std::string::npos) continue;
    std::string escaped = path;
    escaped.replace(at, 1, "%61");
    for (const auto rule : {PathRule::plain, PathRule::lower, PathRule::no_parameters}) {
      EXPECT_STREQ(path_fault(path, rule), path_fault(escaped, rule)) << path;
    }
  }
}

TEST(PathRule, LetsWhatAllReadAlike) {
  for (const char* path :
       {"/", "/a", "/a/", "/nop-ho-so/to-khai", "/%6eop-ho-so/x", "/index.php/nop-ho-so/1",
        "/.well-known/acme", "/a/..b/c", "/a/b..c", "/100%25", "/giay%20khai%20sinh.pdf",
        "/h%E1%BB%93-s%C6%A1/m%E1%BA%ABu.pdf", "/hồ-sơ", "/A/B.PDF", "/a(b)[c]{d}'e\"f", "/c++/x",
        "/a=b,c:d@e!f$g&h", "/~user"}) {
    EXPECT_EQ(path_fault(path, PathRule::plain), nullptr)
        << path << ": " << path_fault(path, PathRule::plain);
  }
}

TEST(PathRule, LowerRefusesUpperCaseAsWell) {
  EXPECT_STREQ(path_fault("/Gated/x", PathRule::lower), "letter in upper case");
  EXPECT_STREQ(path_fault("/%47ated/x", PathRule::lower), "letter in upper case");
  EXPECT_STREQ(path_fault("/gated;x", PathRule::lower), "path parameter");
  EXPECT_EQ(path_fault("/gated/x", PathRule::lower), nullptr);
  EXPECT_EQ(path_fault("/%E1%BB%93", PathRule::lower), nullptr) << "an escape is no letter";
}

TEST(PathRule, WithoutAGateOnlyParametersMatter) {
  EXPECT_STREQ(path_fault("/x;jsessionid=B", PathRule::no_parameters), "path parameter");
  EXPECT_STREQ(path_fault("/x%3Bjsessionid=B", PathRule::no_parameters), "path parameter");
  for (const char* path : {"//a", "/a/../b", "/a%2fb", "/a%"}) {
    EXPECT_EQ(path_fault(path, PathRule::no_parameters), nullptr) << path;
  }
}

}  // namespace
}  // namespace vneid::text
