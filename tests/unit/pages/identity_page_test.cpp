#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"
#include "unit/pages/words.hpp"

namespace vneid::pages {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string render(const auto& page, Language language = Language::vi) {
  static const auto renderer = Renderer::load("");
  return renderer.value().render(page, samples::context(language));
}

/// The words of one row.
std::string row(const std::string& html, const std::string& field) {
  const auto begin = html.find("<div data-field=\"" + field + "\"");
  if (begin == std::string::npos) return "no row " + field;
  return words(html.substr(begin, html.find("</div>", begin) - begin));
}

TEST(IdentityPage, HasTheLettersRowsInItsOrder) {
  const auto text = words(render(samples::identity()));
  std::size_t at = text.find(" Sửa ");
  for (const std::string label :
       {"Họ tên", "Số CMT (9 số)", "Số CMT/CCCD (12 số)", "Ngày sinh", "Số điện thoại", "Giới tính",
        "Nơi sinh", "Email", "Quê quán", "Địa chỉ thường trú",
        "Ghi chú về các biểu tượng dữ liệu:", "Danh sách tài khoản liên kết"}) {
    at = text.find(" " + label + " ", at);
    ASSERT_NE(at, std::string::npos) << label;
  }
}

TEST(IdentityPage, TellsTheStatusOfARowInWords) {
  const auto html = render(samples::identity());
  EXPECT_EQ(row(html, "citizen_id"),
            " Số CMT/CCCD (12 số) 052089999999 Đã xác minh CSDL Quốc gia về Dân cư, ngày "
            "15/01/2024 ");
  EXPECT_EQ(row(html, "phone"), " Số điện thoại 0905123456 Tự nhập, chưa xác minh ");
  EXPECT_EQ(row(html, "cmnd9"), " Số CMT (9 số) Không có dữ liệu ");
  EXPECT_THAT(row(html, "sex"), HasSubstr(" Nam Đã xác minh "));
  const auto english = render(samples::identity(), Language::en);
  EXPECT_THAT(row(english, "phone"), HasSubstr("0905123456 Typed by you, not verified"));
  EXPECT_THAT(row(english, "sex"), HasSubstr(" Male Verified "));
}

TEST(IdentityPage, TellsTheStatusOfARowInShapesAndAttributes) {
  const auto html = render(samples::identity());
  const auto shape = [&html](const std::string& field, const std::string& status) {
    const auto begin =
        html.find("<div data-field=\"" + field + "\" data-status=\"" + status + "\"");
    if (begin == std::string::npos) return std::string("no such row");
    const auto href = html.find("<use href=\"#", begin) + 12;
    return html.substr(href, html.find('"', href) - href);
  };
  EXPECT_EQ(shape("name", "verified"), "verified");
  EXPECT_EQ(shape("email", "self_entered"), "self-entered");
  EXPECT_EQ(shape("birth_place", "empty"), "no-data");
  for (const std::string symbol : {"verified", "self-entered", "no-data"}) {
    EXPECT_THAT(html, HasSubstr("<symbol id=\"" + symbol + "\""));
  }
}

TEST(IdentityPage, NamesWhatIsKnownOfAProof) {
  IdentityPage page = samples::identity();
  page.rows[0].source = "population_db";
  page.rows[2].verified_on.clear();
  page.rows[3].source.clear();
  const auto html = render(page, Language::en);
  EXPECT_THAT(row(html, "name"), HasSubstr("National Population Database, on 15/01/2024"));
  EXPECT_THAT(row(html, "citizen_id"), HasSubstr("Verified CSDL Quốc gia về Dân cư "));
  EXPECT_THAT(row(html, "birth_date"), HasSubstr("Verified 15/01/2024 "));
  page.rows[4].source = "population_db";  // nobody vouches for what was typed
  EXPECT_THAT(row(render(page), "phone"), Not(HasSubstr("CSDL")));
}

TEST(IdentityPage, HasTheLegendWordForWord) {
  EXPECT_THAT(
      words(render(samples::identity())),
      HasSubstr(
          " Ghi chú về các biểu tượng dữ liệu: Biểu tượng Xanh là các thông tin đã được xác minh "
          "với Cơ sở dữ liệu Dân cư Quốc gia hoặc CSDL tin cậy khác Biểu tượng Vàng là các thông "
          "tin do Người dùng tự nhập và chưa được xác minh với 1 CSDL tin cậy Biểu tượng Đỏ là các "
          "trường thông tin không có dữ liệu "));
}

TEST(IdentityPage, OffersTheUpdateOnlyWhenThereIsASource) {
  IdentityPage page = samples::identity();
  const std::regex update(
      "<a [^>]*href=\"/vneid/identity/update\">Cập nhật từ CSDL Quốc gia về Dân cư</a>");
  const std::regex edit("<a [^>]*href=\"/vneid/identity/edit\">Sửa</a>");
  EXPECT_TRUE(std::regex_search(render(page), update));
  EXPECT_TRUE(std::regex_search(render(page), edit));
  page.can_update = false;
  EXPECT_FALSE(std::regex_search(render(page), update));
  EXPECT_TRUE(std::regex_search(render(page), edit));
}

TEST(IdentityPage, ShowsTheLinksBelow) {
  IdentityPage page = samples::identity();
  EXPECT_THAT(words(render(page)),
              HasSubstr(" Danh sách tài khoản liên kết Tài khoản liên kết: 052089999999 Tài khoản "
                        "định danh điện tử cấp bởi Bộ Công an Ngày liên kết: 01/01/2024 "));
  page.links.clear();
  EXPECT_THAT(render(page), HasSubstr("Chưa có tài khoản nào được liên kết."));
}

TEST(IdentityPage, SaysWhatHasJustBeenDone) {
  IdentityPage page = samples::identity();
  EXPECT_THAT(render(page), Not(HasSubstr("role=\"status\"")));
  page.note = IdentityPage::Note::verified;
  EXPECT_THAT(render(page), HasSubstr("<p class=\"hint done\" role=\"status\">Đã cập nhật"));
  page.note = IdentityPage::Note::edited;
  EXPECT_THAT(render(page), HasSubstr("role=\"status\">Đã lưu thông tin."));
  page.note = IdentityPage::Note::in_review;
  EXPECT_THAT(render(page), HasSubstr("<p class=\"hint\" role=\"status\">Thông tin từ CSDL"));
}

TEST(IdentityPage, SaysHowTheQuestionToAnOfficerStands) {
  IdentityPage page = samples::identity();
  EXPECT_THAT(render(page), Not(HasSubstr("Mã yêu cầu")));
  page.review_code = "7K3M-9QXT";
  EXPECT_THAT(words(render(page)), HasSubstr("Mã yêu cầu: 7K3M-9QXT . Đang chờ cán bộ kiểm tra."));
  page.review_state = ReviewState::approved;
  EXPECT_THAT(words(render(page)),
              HasSubstr("Đã được chấp thuận. Đề nghị đăng nhập lại bằng VNeID."));
  page.review_state = ReviewState::rejected;
  EXPECT_THAT(words(render(page)),
              HasSubstr("Không được chấp thuận. Đề nghị liên hệ Bộ phận Một cửa."));
}

TEST(IdentityPage, DropsCharactersThatTurnText) {
  IdentityPage page = samples::identity("An\u202E\u2066 <b>\"Văn\"</b>");
  const auto html = render(page);
  EXPECT_THAT(html, HasSubstr("<bdi>An &lt;b&gt;&quot;Văn&quot;&lt;/b&gt;</bdi>"));
  EXPECT_EQ(html.find("\u202E"), std::string::npos);
  EXPECT_EQ(html.find("\u2066"), std::string::npos);
}

TEST(Menu, LeadsToTheLettersPagesAndMarksTheOneShown) {
  const auto current = [](const std::string& html) {
    std::smatch match;
    const std::regex marked("<a href=\"([^\"]*)\" aria-current=\"(page|true)\">");
    return std::regex_search(html, match, marked) ? match[1].str() + " " + match[2].str() : "";
  };
  EXPECT_THAT(words(render(samples::identity())),
              HasSubstr(" Thông tin tài khoản Thông tin định danh Tài liệu điện tử Liên kết tài "
                        "khoản Về trang chủ "));
  EXPECT_EQ(current(render(samples::identity())), "/vneid/identity page");
  EXPECT_EQ(current(render(samples::update())), "/vneid/identity true");
  EXPECT_EQ(current(render(samples::edit())), "/vneid/identity true");
  EXPECT_EQ(current(render(samples::vault())), "/vneid/vault page");
  EXPECT_EQ(current(render(LinksPage{})), "/vneid/links page");
  for (const auto& html : {render(samples::folded()), render(samples::notice())}) {
    EXPECT_EQ(html.find("<nav"), std::string::npos);
  }
}

TEST(Vault, IsOneLineARecordWithItsDetailsFolded) {
  const auto html = render(samples::vault());
  const auto details = html.find("<details>");
  ASSERT_NE(details, std::string::npos);
  const auto end = html.find("</summary>", details);
  const auto line = words(html.substr(details, end - details));
  EXPECT_EQ(line, " Giấy khai sinh Kết quả 02/01/2019 ");
  const auto folded = html.substr(end, html.find("</details>", end) - end);
  EXPECT_THAT(folded, HasSubstr("trich-luc-khai-sinh.pdf"));
  EXPECT_THAT(folded, HasSubstr("Cơ quan ban hành"));
}

TEST(Identity, NamesFirstWhatIsMissingOrUnverified) {
  const auto loaded = Renderer::load("");
  const auto html = loaded->render(samples::identity(), samples::context());
  EXPECT_NE(html.find("Còn thiếu: <a href=\"#row-cmnd9\">Số CMT (9 số)</a>, <a href=\"#row-"),
            std::string::npos);
  EXPECT_NE(html.find("Chưa xác minh: <a href=\"#row-phone\">Số điện thoại</a>, <a "),
            std::string::npos);
  for (std::size_t at = html.find("href=\"#row-"); at != std::string::npos;
       at = html.find("href=\"#row-", at + 1)) {
    const auto id = html.substr(at + 7, html.find('"', at + 7) - at - 7);
    EXPECT_NE(html.find("id=\"" + id + "\""), std::string::npos) << id;
  }
  IdentityPage whole = samples::identity();
  for (IdentityRow& row : whole.rows) row.status = identity::FieldStatus::verified;
  const auto text = loaded->render(whole, samples::context());
  EXPECT_EQ(text.find("Còn thiếu"), std::string::npos);
  EXPECT_EQ(text.find("Chưa xác minh"), std::string::npos);
}

}  // namespace
}  // namespace vneid::pages
