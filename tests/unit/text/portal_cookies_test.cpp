#include "text/portal_cookies.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "text/percent.hpp"

namespace vneid::text {
namespace {

struct Spelling {
  std::string read;  ///< what the portal must read
  bool foreign_stays = false;
  std::string header;
};

/// `\xNN`, `\t` and `\\` of the table.
std::string bytes_of(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
    } else if (text[++i] == 'x') {
      bytes += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      bytes += text[i] == 't' ? '\t' : text[i];
    }
  }
  return bytes;
}

/// The table that tests/flows/readers_test.py sends to real readers, too.
std::vector<Spelling> spellings() {
  std::ifstream file{VNEID_TESTS "/fixtures/readers/spellings.txt"};
  std::vector<Spelling> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    Spelling spelling;
    std::string stays;
    std::istringstream words{line};
    words >> spelling.read >> stays >> std::ws;
    std::getline(words, line);
    if (spelling.read == "-") spelling.read.clear();
    spelling.foreign_stays = stays == "kept";
    spelling.header = bytes_of(line);
    all.push_back(std::move(spelling));
  }
  return all;
}

TEST(PortalCookies, AreReadAsOneWhateverTheSpelling) {
  const auto table = spellings();
  EXPECT_GE(table.size(), 60U);
  for (const auto& [read, foreign_stays, header] : table) {
    const auto passed = portal_cookies({header}, "portal_session");
    EXPECT_EQ(passed.value, read) << header;
    EXPECT_EQ(passed.header.contains("FOREIGN"), foreign_stays)
        << header << " -> " << passed.header;
    EXPECT_EQ(passed.header.starts_with("portal_session=OWN"), !read.empty()) << header;
    // What is sent is judged as it was.
    const auto again = portal_cookies({passed.header}, "portal_session");
    EXPECT_EQ(again.header, passed.header) << header;
    EXPECT_EQ(again.value, passed.value) << header;
  }
}

TEST(PortalCookies, KeepTheOthersInOrderBehindThePortals) {
  EXPECT_EQ(portal_cookies({"b=2;a=1; SID=x ;c=\"d\"; e"}, "SID").header,
            "SID=x; b=2; a=1; c=\"d\"");
  EXPECT_EQ(portal_cookies({"b=2"}, "SID").header, "b=2");
  EXPECT_EQ(portal_cookies({""}, "SID").header, "");
}

TEST(PortalCookies, NamesWithDotsAreTheirOwn) {
  const auto passed =
      portal_cookies({"ASP_NET_SessionId=B; ASP.NET_SessionId=A"}, "ASP.NET_SessionId");
  EXPECT_EQ(passed.header, "ASP.NET_SessionId=A");
  EXPECT_EQ(passed.value, "A");
}

}  // namespace
}  // namespace vneid::text
