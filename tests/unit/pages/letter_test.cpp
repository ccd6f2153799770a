// The letter's own words, whole: from the letter (tests/fixtures/letter_appendix.txt), and not from
// what somebody typed beside a test.

#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"
#include "unit/pages/words.hpp"

namespace vneid::pages {
namespace {

/// The appendix by section, its lines joined with blanks.
std::map<std::string, std::string> appendix() {
  std::map<std::string, std::string> sections;
  std::ifstream file{VNEID_TESTS "/fixtures/letter_appendix.txt"};
  std::string section;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('[') && line.ends_with(']')) {
      section = line.substr(1, line.size() - 2);
      continue;
    }
    std::string& text = sections[section];
    if (!text.empty()) text += ' ';
    text += line;
  }
  return sections;
}

/// What a reader sees of a page as the letter pictures it.
std::string read(const auto& page) {
  static const auto renderer = Renderer::load("");
  PageContext context = samples::context();
  context.portal_name = "Cổng Dịch vụ công quốc gia";
  std::string text = words(renderer.value().render(page, context));
  for (const auto& [entity, sign] : {std::pair{"&quot;", "\""}, {"&gt;", ">"}}) {
    text = std::regex_replace(text, std::regex(entity), sign);
  }
  return text;
}

TEST(Letter, IsThereToBeComparedWith) {
  const auto sections = appendix();
  for (const char* section : {"notice", "guide", "legend", "list"}) {
    ASSERT_TRUE(sections.contains(section)) << section;
    EXPECT_GT(sections.at(section).size(), 100U) << section;
  }
}

TEST(Letter, IsOnTheNoticeWordForWord) {
  const auto text = read(samples::notice());
  EXPECT_TRUE(text.contains(" " + appendix()["notice"] + " ")) << text;
  EXPECT_TRUE(text.contains(" Thông báo "));
}

TEST(Letter, IsTheGuideWordForWord) {
  const auto text = read(GuidePage{"https://dichvucong.gov.vn"});
  EXPECT_TRUE(text.contains(" " + appendix()["guide"] + " ")) << text;
}

TEST(Letter, ExplainsTheSignsOfTheIdentityPageWordForWord) {
  const auto text = read(samples::identity());
  EXPECT_TRUE(text.contains(" " + appendix()["legend"] + " ")) << text;
}

TEST(Letter, PicturesTheListOfLinksWordForWord) {
  const auto text = read(samples::identity());
  EXPECT_TRUE(text.contains(" " + appendix()["list"] + " ")) << text;
}

}  // namespace
}  // namespace vneid::pages
