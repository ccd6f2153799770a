#include "pages/escape.hpp"

#include <string>

#include <gtest/gtest.h>

#include "pages/security_headers.hpp"
#include "text/local_path.hpp"

namespace vneid::pages {
namespace {

TEST(Escape, MakesReferencesOfTheFiveCharacters) {
  EXPECT_EQ(escape_html("'\"<>&\u2028"), "&#39;&quot;&lt;&gt;&amp;\u2028");
  EXPECT_EQ(escape_html("Nguyễn Văn An – K'Brêu"), "Nguyễn Văn An – K&#39;Brêu");
}

TEST(Escape, ReplacesWhatIsNoText) {
  EXPECT_EQ(escape_html(std::string("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(escape_html("a\x1B[31mb\x7F"), "a\uFFFD[31mb\uFFFD");
  EXPECT_EQ(escape_html("a\tb\r\nc"), "a\tb\r\nc");
  EXPECT_EQ(escape_html("\xC3"), "\uFFFD");
  EXPECT_EQ(escape_html("\xC3\""), "\uFFFD&quot;");
  EXPECT_EQ(escape_html("\xED\xA0\x80").find('\xED'), std::string::npos);  // a surrogate
  EXPECT_EQ(escape_html("\xC0\xBC").find('<'), std::string::npos);         // '<', overlong
}

TEST(Escape, LeavesOutCharactersThatTurnTheDirection) {
  EXPECT_EQ(escape_html("052\u202E089\u2066\u200F"), "052089");
}

TEST(Href, IsAPathHereOrAnHttpAddress) {
  for (const std::string href :
       {"/", "/vneid/links", "/a?b=c&d#e", "https://a.example/", "http://localhost:8080/x"}) {
    EXPECT_TRUE(text::is_safe_href(href)) << href;
  }
  for (const std::string href :
       {"", "x", "//evil.example", "/\\evil.example", "javascript:alert(1)", "data:text/html,x",
        " /x", "/x\r\ny", "/x y", "HTTPS:evil", "\\\\evil", "mailto:a@b"}) {
    EXPECT_FALSE(text::is_safe_href(href)) << href;
  }
}

TEST(ContentSecurityPolicy, NamesWhereFormsMayEnd) {
  const std::string targets[] = {"https://sso.example.vn", "https://x; script-src *", "a\r\nb"};
  EXPECT_EQ(content_security_policy(targets),
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            "frame-ancestors 'none'; form-action 'self' https://sso.example.vn");
}

}  // namespace
}  // namespace vneid::pages
