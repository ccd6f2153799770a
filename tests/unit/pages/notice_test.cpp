#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"
#include "unit/pages/words.hpp"

namespace vneid::pages {
namespace {

const Renderer& renderer() {
  static const auto loaded = Renderer::load("");
  return loaded.value();
}

// In the order of reading and of the tabulator: what is asked, for which account, both ways, and
// below them the letter.
TEST(Notice, PutsBothWaysBeforeTheLetter) {
  const auto text = words(renderer().render(samples::notice(), samples::context()));
  std::size_t at = 0;
  for (const char* part : {"Bước 1/3", "Thông báo", "Đề nghị Ông/Bà đăng nhập lại", "ng*******an",
                           "Đăng nhập bằng VNeID Bỏ qua", "Theo quy định tại"}) {
    const auto found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << " in " << text;
    at = found;
  }
}

TEST(Notice, FoldsNothingByItself) {
  const auto html = renderer().render(samples::notice(), samples::context());
  EXPECT_NE(html.find("<details class=\"letter\" open>"), std::string::npos);
}

TEST(Notice, ShowsWhichAccountItIsAbout) {
  const auto html = renderer().render(samples::notice("ng***an", "N*** A*"), samples::context());
  EXPECT_NE(html.find("<bdi>ng***an</bdi>"), std::string::npos);
  EXPECT_NE(html.find("<bdi>N*** A*</bdi>"), std::string::npos);
  const auto unnamed = renderer().render(samples::notice("ng***an", ""), samples::context());
  EXPECT_EQ(unnamed.find("Họ tên"), std::string::npos);
}

TEST(Notice, HasNoSkipOnceItIsEnforced) {
  NoticePage page = samples::notice();
  page.enforced = true;
  const auto html = renderer().render(page, samples::context());
  EXPECT_EQ(html.find("value=\"skip\""), std::string::npos);
  EXPECT_NE(html.find("value=\"vneid\""), std::string::npos);
  const auto text = words(html);
  EXPECT_EQ(text.find("Bỏ qua"), std::string::npos);
  EXPECT_NE(
      text.find("Từ ngày 01/07/2024, tài khoản này không còn được sử dụng để đăng nhập. Đề nghị "
                "đăng nhập bằng VNeID."),
      std::string::npos)
      << text;
}

TEST(Notice, HasTwoPostFormsWithTheToken) {
  const auto html = renderer().render(samples::notice(), samples::context());
  const std::regex form(
      "<form method=\"post\" action=\"/vneid/notice\" autocomplete=\"off\">\\s*"
      "<input type=\"hidden\" name=\"csrf\" value=\"csrf-token\">\\s*"
      "<input type=\"hidden\" name=\"choice\" value=\"(skip|vneid)\">\\s*"
      "<button [^>]*type=\"submit\">([^<]*)</button>\\s*</form>");
  auto found = std::sregex_iterator(html.begin(), html.end(), form);
  ASSERT_NE(found, std::sregex_iterator());
  EXPECT_EQ((*found)[1], "vneid");
  EXPECT_EQ((*found)[2], "Đăng nhập bằng VNeID");
  ++found;
  ASSERT_NE(found, std::sregex_iterator());
  EXPECT_EQ((*found)[1], "skip");
  EXPECT_EQ((*found)[2], "Bỏ qua");
}

TEST(Notice, TakesLegalBasisAndDateFromTheContext) {
  PageContext context = samples::context();
  context.legal_basis = "Nghị định số 1/2030/NĐ-CP";
  context.effective_date = "02/03/2030";
  const auto text = words(renderer().render(samples::notice(), context));
  EXPECT_NE(text.find("tại Nghị định số 1/2030/NĐ-CP, từ ngày 02/03/2030, các"), std::string::npos);
  EXPECT_EQ(text.find("59/2022"), std::string::npos);
}

TEST(Notice, CountsTheDaysOnlyWhenTold) {
  NoticePage page = samples::notice();
  EXPECT_EQ(renderer().render(page, samples::context()).find("đến hạn"), std::string::npos);
  page.days_left = -1;
  EXPECT_EQ(renderer().render(page, samples::context()).find("đến hạn"), std::string::npos);
  page.days_left = 0;
  EXPECT_NE(renderer().render(page, samples::context()).find("Còn 0 ngày đến hạn 01/07/2024."),
            std::string::npos);
}

TEST(NoticeVersion, IsOfTheWordsAlone) {
  PageContext context = samples::context();
  const auto version = renderer().notice_version(context);
  EXPECT_TRUE(std::regex_match(version, std::regex("[0-9a-f]{12}"))) << version;

  context.request_id = "another";
  context.portal_name = "Another";
  EXPECT_EQ(renderer().notice_version(context), version);
  context.effective_date = "01/07/2024";  // what the default says anyway
  EXPECT_EQ(renderer().notice_version(context), version);
  context.effective_date = "02/07/2024";
  EXPECT_NE(renderer().notice_version(context), version);
  EXPECT_NE(renderer().notice_version(samples::context(Language::en)), version);
}

TEST(NoticeWording, OfTheLaterDecreeCanBeChosen) {
  const auto later = Renderer::load("", "nd69");
  ASSERT_TRUE(later) << later.error();
  for (const Language language : {Language::vi, Language::en}) {
    const auto context = samples::context(language);
    const auto text = words(later->render(samples::notice(), context));
    EXPECT_NE(text.find("69/2024/NĐ-CP"), std::string::npos);
    EXPECT_EQ(text.find("59/2022"), std::string::npos);
    EXPECT_NE(later->notice_version(context), renderer().notice_version(context));
  }
}

}  // namespace
}  // namespace vneid::pages
