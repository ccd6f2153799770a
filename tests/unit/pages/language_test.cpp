#include "pages/language.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid::pages {
namespace {

struct Case {
  std::string header;
  Language expected;
};

TEST(Language, IsEnglishOnlyWhenPreferredOverVietnamese) {
  const Case cases[] = {
      {"", Language::vi},
      {"vi", Language::vi},
      {"vi-VN,vi;q=0.9,en-US;q=0.8,en;q=0.7", Language::vi},
      {"en-US,en;q=0.9,vi;q=0.8", Language::en},
      {"en", Language::en},
      {"EN-gb", Language::en},
      {"en,vi", Language::vi},
      {"en;q=0.8, vi;q=0.8", Language::vi},
      {"vi;q=0.5,en;q=0.501", Language::en},
      {"vi;q=0, en;q=0.001", Language::en},
      {"en;q=0", Language::vi},
      {"fr-FR,fr;q=0.9", Language::vi},
      {"fr,en;q=0.3", Language::en},
      {"*", Language::vi},
      {"en,*;q=0.5", Language::en},
      {"en;q=0.5,*", Language::vi},
      {"vi;q=0.2,*;q=0.9", Language::en},
      {" \ten ; q=1.000 ", Language::en},
      {"en;level=1;Q=0.9,vi;q=0.1", Language::en},
      {"en-US;q=0.2,en;q=0.9,vi;q=0.5", Language::en},
      // A language of another name that begins alike.
      {"english", Language::vi},
      {"vie;q=1,en;q=0.5", Language::en},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(negotiate_language(each.header), each.expected) << each.header;
  }
}

TEST(Language, TakesNothingFromEntriesThatCannotBeParsed) {
  for (const std::string header :
       {"en;q=2", "en;q=1.001", "en;q=-1", "en;q=.5", "en;q=0,5", "en;q=abc",
        "en;q=", "en;q=0.1234", ";;;,,,;q=1", "e n", "=", "q=1", ",", ";", "*;q=9,en;q=x"}) {
    EXPECT_EQ(negotiate_language(header), Language::vi) << header;
  }
  EXPECT_EQ(negotiate_language("en;q=x,en;q=0.4"), Language::en);
}

TEST(Language, TakesAnyBytesOfAnyLength) {
  EXPECT_EQ(negotiate_language(std::string(1'000'000, ',')), Language::vi);
  EXPECT_EQ(negotiate_language(std::string(1'000'000, 'e')), Language::vi);
  EXPECT_EQ(negotiate_language(std::string("en\0,vi", 6)), Language::vi);
  EXPECT_EQ(negotiate_language("\xFF\xFE\x80;q=\xFF"), Language::vi);
  // What stands behind the part that is looked at has no say.
  EXPECT_EQ(negotiate_language(std::string(4096, ' ') + ",en"), Language::vi);
}

}  // namespace
}  // namespace vneid::pages
