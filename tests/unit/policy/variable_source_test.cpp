#include "policy/variable_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(VariableSource, FindsTheNamesAsNginxKnowsThem) {
  EXPECT_THAT(variables_in("$upstream_http_x"), ElementsAre("upstream_http_x"));
  EXPECT_THAT(variables_in("${Upstream_HTTP_x}:$a-b"), ElementsAre("upstream_http_x", "a"));
  EXPECT_THAT(variables_in("plain"), IsEmpty());
  EXPECT_THAT(variables_in("$"), ElementsAre(""));
}

TEST(VariableSource, IsThePortalsOnlyWhereNobodyElseHasASay) {
  struct Row {
    const char* value;
    bool portals;
  };
  for (const Row& row :
       {Row{"$upstream_http_x_account", true}, Row{"${upstream_http_x}", true},
        Row{"$UPSTREAM_HTTP_X", true}, Row{"$upstream_cookie_user", true},
        Row{"$sent_http_x", true}, Row{"$upstream_http_a:$sent_http_b", true},
        // Also nginx's own, and tells of nobody.
        Row{"$upstream_status", false}, Row{"$upstream_addr", false},
        Row{"$upstream_trailer_x", false},
        // One word of the browser's is enough.
        Row{"$upstream_http_x$vneid_form_user", false}, Row{"$vneid_form_user", false},
        Row{"$cookie_user", false}, Row{"$my_map", false}, Row{"admin", false}, Row{"", false}}) {
    EXPECT_EQ(is_portals_word(row.value), row.portals) << row.value;
  }
}

TEST(VariableSource, KnowsWhatTheBrowserFills) {
  for (const char* browsers :
       {"vneid_form_kind", "arg_kind", "args", "cookie_kind", "http_x_kind", "query_string",
        "request_uri", "uri", "document_uri", "content_type"}) {
    EXPECT_TRUE(is_browsers_own(browsers)) << browsers;
  }
  for (const char* others : {"upstream_http_x_kind", "sent_http_x", "my_map", "host"}) {
    EXPECT_FALSE(is_browsers_own(others)) << others;
  }
}

}  // namespace
}  // namespace vneid::policy
