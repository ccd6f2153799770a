#include "pages/error_kind.hpp"

#include <set>

#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"

namespace vneid::pages {
namespace {

TEST(ErrorKind, EachHasAStatusAndItsOwnText) {
  std::set<std::string_view> ids;
  for (const ErrorKind kind : all_error_kinds()) {
    const ErrorStatus status = error_status(kind);
    EXPECT_TRUE(status.status == 200 || (status.status >= 400 && status.status < 600));
    EXPECT_TRUE(ids.insert(string_id(kind)).second) << string_id(kind);
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(ErrorKind::internal) + 1);
}

TEST(ErrorKind, OnlyAndAll503TellWhenToComeAgain) {
  for (const ErrorKind kind : all_error_kinds()) {
    const ErrorStatus status = error_status(kind);
    EXPECT_EQ(status.retry_after > 0, status.status == 503) << string_id(kind);
  }
  for (const ErrorKind kind : {ErrorKind::provider_away, ErrorKind::stores_away,
                               ErrorKind::overloaded, ErrorKind::population_away}) {
    EXPECT_EQ(error_status(kind).status, 503);
  }
}

TEST(ErrorKind, EachHasAPageInBothLanguages) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  std::set<std::string> pages;
  for (const ErrorKind kind : all_error_kinds()) {
    for (const Language language : {Language::vi, Language::en}) {
      const auto html = renderer->render(samples::error(kind), samples::context(language));
      EXPECT_TRUE(pages.insert(html).second) << string_id(kind);
      EXPECT_EQ(html.find("<p class=\"lead\"></p>"), std::string::npos) << string_id(kind);
      EXPECT_EQ(html.find("<h1></h1>"), std::string::npos) << string_id(kind);
      EXPECT_EQ(html.find("{{"), std::string::npos) << string_id(kind);
      EXPECT_NE(html.find("7f3a9c1e5b2d4806"), std::string::npos) << string_id(kind);
    }
  }
}

struct Text {
  ErrorKind kind;
  std::string text;
};

TEST(ErrorKind, SaysWhatTheTableOfTextsSays) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  const Text texts[] = {
      {ErrorKind::level_too_low,
       "Tài khoản VNeID của Ông/Bà chưa đạt mức độ 2. Đề nghị liên hệ Công an cấp xã để đăng ký "
       "định danh mức độ 2."},
      {ErrorKind::mismatch,
       "Thông tin tài khoản VNeID không trùng khớp với tài khoản đang đăng nhập. Hệ thống không "
       "thực hiện liên kết. Đề nghị kiểm tra lại hoặc liên hệ Bộ phận Một cửa."},
      {ErrorKind::unverified_number,
       "Tài khoản chưa có số CCCD (12 số) đã được xác minh. Đề nghị cập nhật từ CSDL Quốc gia về "
       "Dân cư trước khi liên kết."},
      {ErrorKind::taken, "Tài khoản VNeID này đã được liên kết với một tài khoản khác."},
      {ErrorKind::cancelled,
       "Ông/Bà đã hủy đăng nhập VNeID. Có thể thực hiện lại bất cứ lúc nào. Nếu tài khoản VNeID "
       "đang bị khóa hoặc Ông/Bà quên mật khẩu, đề nghị liên hệ Công an cấp xã để được hỗ trợ."},
      {ErrorKind::expired, "Phiên làm việc đã hết hạn. Đề nghị đăng nhập lại."},
      {ErrorKind::provider_away,
       "Hệ thống định danh và xác thực điện tử tạm thời gián đoạn. Đề nghị thử lại sau ít phút."},
      {ErrorKind::population_away,
       "Hệ thống CSDL Quốc gia về Dân cư tạm thời gián đoạn; thông tin hiện có được giữ nguyên."},
      {ErrorKind::no_match,
       "Không tìm thấy dữ liệu phù hợp. Đề nghị kiểm tra Họ và tên, số CCCD, ngày sinh."},
      {ErrorKind::review, "Yêu cầu đã được chuyển cán bộ kiểm tra. Mã yêu cầu: YC-2024-000123."},
      {ErrorKind::enforced,
       "Từ ngày 01/07/2024, tài khoản này không còn được sử dụng để đăng nhập. Đề nghị đăng nhập "
       "bằng VNeID."},
  };
  for (const Text& each : texts) {
    const auto html = renderer->render(samples::error(each.kind), samples::context());
    EXPECT_NE(html.find("<p class=\"lead\">" + each.text + "</p>"), std::string::npos) << html;
  }
}

TEST(ErrorPage, OffersOnlyWhatItWasGiven) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  PageContext context = samples::context();
  ErrorPage page{ErrorKind::expired};
  const auto bare = renderer->render(page, context);
  EXPECT_EQ(bare.find("<form"), std::string::npos);
  EXPECT_NE(bare.find("href=\"/\""), std::string::npos);

  page.can_skip = true;  // without a CSRF token there is nothing to send
  EXPECT_EQ(renderer->render(page, context).find("<form"), std::string::npos);

  page.csrf = "token";
  const auto skip = renderer->render(page, context);
  EXPECT_NE(skip.find("name=\"choice\" value=\"skip\""), std::string::npos);
  EXPECT_EQ(skip.find("name=\"choice\" value=\"vneid\""), std::string::npos);

  page.retry_href = "javascript:alert(1)";
  page.login_href = "/dang-nhap";
  const auto links = renderer->render(page, context);
  EXPECT_EQ(links.find("javascript"), std::string::npos);
  EXPECT_NE(links.find("href=\"/dang-nhap\""), std::string::npos);
}

TEST(ErrorPage, HasOneWayForward) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  ErrorPage page{ErrorKind::expired};
  page.login_href = "/dang-nhap";
  const std::string first = "class=\"button first\" href=\"";
  EXPECT_TRUE(
      renderer->render(page, samples::context()).contains(first + "/dang-nhap\">Đăng nhập lại"));
  page.retry_href = "/vneid/login";
  const auto html = renderer->render(page, samples::context());
  EXPECT_TRUE(html.contains(first + "/vneid/login\">Thử lại"));
  EXPECT_TRUE(html.contains("class=\"button second\" href=\"/dang-nhap\">Đăng nhập lại"));
}

TEST(ErrorPage, SpeaksToWhoRegistersElsewhere) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  ErrorPage page{ErrorKind::level_too_low};
  page.registrant = Registrant::child;
  EXPECT_TRUE(renderer->render(page, samples::context()).contains("cha, mẹ hoặc người giám hộ"));
  page.registrant = Registrant::foreigner;
  const auto foreigner = renderer->render(page, samples::context());
  EXPECT_TRUE(foreigner.contains("cơ quan quản lý xuất nhập cảnh"));
  EXPECT_FALSE(foreigner.contains("Công an cấp xã"));
}

TEST(ErrorPage, OffersToVerifyInPlace) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  ErrorPage page{ErrorKind::unverified_number};
  const std::string link = "href=\"/vneid/verify\">Cập nhật từ CSDL Quốc gia về Dân cư</a>";
  const auto elsewhere = renderer->render(page, samples::context());
  EXPECT_EQ(elsewhere.find(link), std::string::npos);
  EXPECT_EQ(elsewhere.find("CSDL"), std::string::npos) << "there is no button for it";
  EXPECT_NE(elsewhere.find("mang theo CCCD đến Bộ phận Một cửa"), std::string::npos);
  page.can_verify = true;
  EXPECT_NE(renderer->render(page, samples::context()).find(link), std::string::npos);
}

TEST(ErrorPage, SaysWhatAnOfficerAnswered) {
  const auto renderer = Renderer::load("");
  ASSERT_TRUE(renderer) << renderer.error();
  const std::pair<ReviewState, std::string> answers[] = {
      {ReviewState::open, "Yêu cầu đã được chuyển cán bộ kiểm tra. Mã yêu cầu: YC-2024-000123."},
      {ReviewState::approved,
       "Yêu cầu đã được cán bộ kiểm tra và chấp thuận. Đề nghị đăng nhập lại bằng VNeID để liên "
       "kết tài khoản. Mã yêu cầu: YC-2024-000123."},
      {ReviewState::rejected,
       "Yêu cầu đã được cán bộ kiểm tra và không được chấp thuận; tài khoản không được liên kết. "
       "Đề nghị liên hệ Bộ phận Một cửa. Mã yêu cầu: YC-2024-000123."},
  };
  std::set<std::string> headings;
  for (const auto& [state, text] : answers) {
    ErrorPage page = samples::error(ErrorKind::review);
    page.review_state = state;
    const auto html = renderer->render(page, samples::context());
    EXPECT_NE(html.find("<p class=\"lead\">" + text + "</p>"), std::string::npos) << text;
    const auto heading = html.find("<h1>");
    EXPECT_TRUE(headings.insert(html.substr(heading, html.find("</h1>") - heading)).second);
  }
}

}  // namespace
}  // namespace vneid::pages
