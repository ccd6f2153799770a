#include <string>

#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"

namespace vneid::pages {
namespace {

const Renderer& renderer() {
  static const auto loaded = Renderer::load("");
  return loaded.value();
}

Brand brand() {
  Brand brand;
  brand.logo = make_logo("<svg xmlns=\"http://www.w3.org/2000/svg\"/>").value();
  put_colour(brand, "#0B5D3B");
  return brand;
}

TEST(Contrast, IsThatOfWcag) {
  EXPECT_NEAR(contrast_with_white("#000000").value(), 21, 0.001);
  EXPECT_NEAR(contrast_with_white("#ffffff").value(), 1, 0.001);
  EXPECT_NEAR(contrast_with_white("#767676").value(), 4.54, 0.005);
  EXPECT_NEAR(contrast_with_white("#777777").value(), 4.48, 0.005);
  EXPECT_NEAR(contrast_with_white("#FF0000").value(), 4.00, 0.005);
  for (const char* text : {"", "#", "red", "#fff", "#12345g", "123456", "#1234567"}) {
    EXPECT_FALSE(contrast_with_white(text)) << text;
  }
}

TEST(Logo, IsWhatItsBytesAre) {
  const auto svg = make_logo("\xEF\xBB\xBF <svg/>");
  ASSERT_TRUE(svg);
  EXPECT_EQ(svg->content_type, "image/svg+xml");
  EXPECT_TRUE(svg->name.ends_with(".svg")) << svg->name;
  const auto png = make_logo("\x89PNG\r\n\x1a\n...");
  ASSERT_TRUE(png);
  EXPECT_EQ(png->content_type, "image/png");
  EXPECT_NE(png->name, make_logo("\x89PNG\r\n\x1a\n..,")->name);
  EXPECT_EQ(make_logo("GIF89a").error(), "is neither SVG nor PNG");
  EXPECT_EQ(make_logo("<html>").error(), "is neither SVG nor PNG");
  EXPECT_EQ(make_logo("").error(), "is neither SVG nor PNG");
  EXPECT_EQ(make_logo("<svg/>" + std::string(64 * 1024, ' ')).error(), "is larger than 64 KB");
}

TEST(Brand, IsOnEveryPageAndInItsStyleAlone) {
  const Brand own = brand();
  PageContext context = samples::context();
  context.portal_name = "Cổng tỉnh";
  context.brand = &own;
  for (const auto& [name, page] : samples::all()) {
    const auto html = page(renderer(), context);
    EXPECT_TRUE(html.contains("<img class=\"mark\" src=\"/vneid/assets/" + own.logo->name + "\""))
        << name;
    EXPECT_TRUE(html.contains("<p class=\"portal\">Cổng tỉnh</p>")) << name;
    EXPECT_FALSE(html.contains("0b5d3b")) << name;
  }
}

TEST(Brand, HasAStyleSheetOfItsOwnAddress) {
  const Brand own = brand();
  PageContext context = samples::context();
  context.brand = &own;
  const auto html = renderer().render(samples::notice(), context);
  const auto start = html.find("/assets/style.") + 8;
  const auto name = html.substr(start, html.find('"', start) - start);
  const auto style = renderer().asset(name, &own);
  ASSERT_TRUE(style) << name;
  EXPECT_TRUE(style->body.ends_with(":root{--brand:#0b5d3b;--deep:#094f32}\n")) << style->body;
  EXPECT_LT(style->body.size(), 12U * 1024);
  EXPECT_FALSE(renderer().asset(name)) << "of a server without it";
  EXPECT_EQ(renderer().asset(own.logo->name, &own)->body, own.logo->body);
  EXPECT_FALSE(renderer().asset(own.logo->name));
  Brand other = brand();
  put_colour(other, "#123456");
  EXPECT_FALSE(renderer().asset(name, &other));
  const Brand plain;
  context.brand = &plain;
  EXPECT_FALSE(renderer().render(samples::notice(), context).contains("<img"));
}

TEST(Contact, IsShownWhereSomethingWentWrong) {
  PageContext context = samples::context();
  const ErrorPage error{.kind = ErrorKind::internal};
  const auto general = renderer().render(error, context);
  EXPECT_TRUE(general.contains("Cần hỗ trợ?"));
  EXPECT_TRUE(general.contains("Bộ phận Một cửa nơi Ông/Bà cư trú"));
  context.contact = {"1900 1234", "1 Đường Thử <Nghiệm>", "", ""};
  const auto html = renderer().render(error, context);
  EXPECT_FALSE(html.contains("nơi Ông/Bà cư trú"));
  EXPECT_TRUE(html.contains("<a href=\"tel:19001234\">1900 1234</a>"));
  EXPECT_TRUE(html.contains("<dd>1 Đường Thử &lt;Nghiệm&gt;</dd>"));
  EXPECT_FALSE(html.contains("Giờ làm việc"));
  EXPECT_TRUE(html.contains("href=\"/vneid/guide\""));
  EXPECT_TRUE(renderer().render(SignInPage{}, context).contains("tel:19001234"));
  EXPECT_TRUE(renderer().render(ChoicePage{}, context).contains("tel:19001234"));
  NoticePage notice = samples::notice();
  EXPECT_FALSE(renderer().render(notice, context).contains("tel:"));
  notice.enforced = true;  // without [Bỏ qua] there is nothing else left for who has no VNeID
  EXPECT_TRUE(renderer().render(notice, context).contains("tel:19001234"));
  IdentityPage identity = samples::identity();
  identity.review_code = "7K3M-9QXT";
  EXPECT_FALSE(renderer().render(identity, context).contains("tel:19001234"));
  identity.review_state = ReviewState::rejected;
  EXPECT_TRUE(renderer().render(identity, context).contains("tel:19001234"));
}

TEST(Contact, IsVietnameseWhereThereIsNoOther) {
  Contacts contacts;
  EXPECT_EQ(contacts.said(true), Contact{});
  contacts.vi = Contact{.desk = "Một cửa"};
  EXPECT_EQ(contacts.said(true).desk, "Một cửa");
  contacts.en = Contact{.desk = "Desk"};
  EXPECT_EQ(contacts.said(true).desk, "Desk");
  EXPECT_EQ(contacts.said(false).desk, "Một cửa");
}

TEST(Telephone, IsLinkedWhenItIsOne) {
  EXPECT_EQ(telephone_href("1900 1234"), "tel:19001234");
  EXPECT_EQ(telephone_href("(0256) 3.812-345"), "tel:02563812345");
  EXPECT_EQ(telephone_href("+84 256 3812345"), "tel:+842563812345");
  for (const char* text : {"", "12", "1900 1234 (nhánh 2)", "84+256", "1234567890123456", "a",
                           "1900\"onclick", "++84256"}) {
    EXPECT_EQ(telephone_href(text), "") << text;
  }
}

}  // namespace
}  // namespace vneid::pages
