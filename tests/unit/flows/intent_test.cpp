#include "flows/reply/intent.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid {
namespace {

using Method = flows::Request::Method;

flows::Request request(Method method, std::string mode,
                       std::string accept = "text/html,*/*;q=0.8") {
  flows::Request made;
  made.method = method;
  made.sec_fetch_mode = std::move(mode);
  made.accept = std::move(accept);
  return made;
}

TEST(Asked, NavigationsAreKnownBySecFetchModeOrElseByAccept) {
  EXPECT_EQ(flows::asked(request(Method::get, "navigate", "*/*")), flows::Asked::page);
  EXPECT_EQ(flows::asked(request(Method::head, "navigate")), flows::Asked::page);
  EXPECT_EQ(flows::asked(request(Method::post, "navigate")), flows::Asked::form);
  EXPECT_EQ(flows::asked(request(Method::get, "")), flows::Asked::page);
  EXPECT_EQ(flows::asked(request(Method::post, "")), flows::Asked::form);
  for (const char* mode : {"cors", "no-cors", "same-origin", "websocket", "NAVIGATE"}) {
    EXPECT_EQ(flows::asked(request(Method::get, mode)), flows::Asked::other) << mode;
    EXPECT_EQ(flows::asked(request(Method::post, mode)), flows::Asked::other) << mode;
  }
  for (const char* accept : {"", "*/*", "application/json", "image/avif,image/webp,*/*"}) {
    EXPECT_EQ(flows::asked(request(Method::get, "", accept)), flows::Asked::other) << accept;
  }
  EXPECT_EQ(flows::asked(request(Method::other, "navigate")), flows::Asked::other);
  flows::Request script = request(Method::get, "");
  script.requested_with = "XMLHttpRequest";
  EXPECT_EQ(flows::asked(script), flows::Asked::other);
  flows::Request guess = request(Method::get, "navigate");
  guess.purpose = "prefetch;prerender";
  EXPECT_EQ(flows::asked(guess), flows::Asked::guessed);
}

}  // namespace
}  // namespace vneid
