#include <random>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <utf8proc.h>

#include "pages/escape.hpp"
#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"

namespace vneid::pages {
namespace {

const Renderer& renderer() {
  static const auto loaded = Renderer::load("");
  return loaded.value();
}

UpdatePage update_with(const std::string& text, bool folded) {
  const TypedValue typed{text, FieldProblem::missing, false};
  UpdatePage page;
  page.folded = folded;
  page.source_name = text;
  page.cmnd = typed;
  page.number = {text, FieldProblem::none, true};
  page.name = typed;
  page.birth_date = typed;
  page.csrf = page.sign_out_csrf = text;
  return page;
}

EditPage edit_with(const std::string& text) {
  EditPage page = samples::edit();
  bool locked = false;
  for (EditPage::Row& row : page.rows) {
    row.typed = {text, FieldProblem::too_long, locked};
    locked = !locked;
  }
  page.csrf = page.sign_out_csrf = text;
  return page;
}

/// Every page with `text` in every text field, and in every link and path.
std::vector<samples::Rendering> filled_with(const std::string& text) {
  NoticePage notice{text, text, text, 3};
  const LinkItem item{text, text, text, text, text, ""};
  const LinkItem asked{text, text, text, text, text, text};
  LinkedPage linked = samples::linked();
  linked.link = item;
  linked.csrf = text;
  const LinksPage links{{item, asked}, true, true, text, text};
  VaultRecord record = samples::record();
  for (std::string* field :
       {&record.title, &record.number, &record.doc_type_code, &record.summary, &record.issuer,
        &record.signer, &record.issued_on, &record.valid_until, &record.scope,
        &record.procedure_code, &record.field_code, &record.dossier_code, &record.owner_masked,
        &record.origin_masked, &record.carried_on}) {
    *field = text;
  }
  record.files = {{text, "/" + text, text, 1}, {text, "", text, -1}};
  VaultRecord dated = record;
  dated.perpetual = false;
  const VaultPage vault{VaultPage::View::own, {record, dated}, text, {}, 9,
                        "/" + text,           "/" + text,      text};
  IdentityPage identity = samples::identity();
  for (IdentityRow& row : identity.rows) {
    row.value = text;
    row.source = text;
    row.verified_on = text;
  }
  identity.links = {item};
  identity.review_code = text;
  identity.csrf = text;
  const ErrorPage error{.kind = ErrorKind::review,
                        .review_code = text,
                        .can_skip = true,
                        .can_retry_vneid = true,
                        .csrf = text,
                        .can_verify = true,
                        .retry_href = "/" + text,
                        .login_href = "/" + text};
  const SignInPage signin{SignInPage::Reason::idle, "/" + text};
  const SignInPage confirm{SignInPage::Reason::confirm, "/" + text, text};
  const ResumePage resume{"/" + text, {{text, text}}};
  const LinkOfferPage offer{text, text, "/" + text, text, text, text};
  const WaitPage wait{"/" + text};
  ChoicePage choice{
      .adopts = true, .can_make_new = true, .can_keep = true, .login_page = "/" + text};
  choice.accounts = {{.masked = text, .name_masked = text, .last_login = text}};
  choice.return_to = choice.csrf = text;
  linked.continue_href = "/" + text;
  return {samples::of(notice),
          samples::of(linked),
          samples::of(links),
          samples::of(identity),
          samples::of(update_with(text, false)),
          samples::of(update_with(text, true)),
          samples::of(edit_with(text)),
          samples::of(vault),
          samples::of(error),
          samples::of(signin),
          samples::of(confirm),
          samples::of(resume),
          samples::of(offer),
          samples::of(wait),
          samples::of(choice),
          samples::of(GuidePage{text})};
}

PageContext context_with(const std::string& text, Language language) {
  return {language,   "/" + text + "/",        text, text, text, text, "/" + text, true, 5,
          "/" + text, {text, text, text, text}};
}

std::string with_replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// A page of hostile text must be the page of harmless text, but for the escaped text itself.
TEST(Rendering, EscapesEveryValueOfEveryPage) {
  const std::string hostile = "'\"<>&\u2028";
  const std::string escaped = "&#39;&quot;&lt;&gt;&amp;\u2028";
  const auto bad = filled_with(hostile);
  const auto good = filled_with("harmless");
  for (const Language language : {Language::vi, Language::en}) {
    for (std::size_t i = 0; i < bad.size(); ++i) {
      const auto html = bad[i](renderer(), context_with(hostile, language));
      EXPECT_NE(html.find(escaped), std::string::npos);
      EXPECT_EQ(with_replaced(html, escaped, "harmless"),
                good[i](renderer(), context_with("harmless", language)));
    }
  }
}

TEST(Rendering, TakesTemplateTagsInValuesAsText) {
  for (const auto& page : filled_with("{{csrf}}{{#links}}{{{x}}}{{=<% %>=}}")) {
    const auto html = page(renderer(), context_with("{{path}}", Language::vi));
    EXPECT_NE(html.find("{{path}}"), std::string::npos);
  }
}

TEST(Rendering, MakesTextOfAnyBytes) {
  std::mt19937 random(20240701);  // NOLINT(bugprone-random-generator-seed): the same every time
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 300; ++round) {
    std::string text(static_cast<std::size_t>(round % 40), '\0');
    for (char& c : text) c = static_cast<char>(byte(random));
    for (const auto& page : filled_with(text)) {
      std::string html;
      ASSERT_NO_THROW(html = page(renderer(), context_with(text, Language::vi)));
      std::string_view rest = html;
      while (!rest.empty()) {
        utf8proc_int32_t c = 0;
        const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                           static_cast<utf8proc_ssize_t>(rest.size()), &c);
        ASSERT_GT(size, 0);
        rest.remove_prefix(static_cast<std::size_t>(size));
      }
    }
  }
}

TEST(Rendering, NeedsNoScriptAndNoInlineStyle) {
  for (const auto& [name, page] : samples::all()) {
    const auto html = page(renderer(), samples::context());
    EXPECT_EQ(html.find("<script"), std::string::npos) << name;
    EXPECT_EQ(html.find("<style"), std::string::npos) << name;
    EXPECT_FALSE(std::regex_search(html, std::regex("<[^>]*\\s(style|on[a-z]+)="))) << name;
  }
}

// C4: on a phone the first button is the one that is met first. The two dialogs keep the letter's
// own order.
TEST(Rendering, PutsTheWayForwardFirst) {
  const std::regex actions("<div class=\"actions\">([^]*?)</div>");
  std::size_t seen = 0;
  for (const auto& [name, page] : samples::all()) {
    if (name.starts_with("update") || name.starts_with("edit")) continue;
    const auto html = page(renderer(), samples::context());
    std::smatch found;
    for (auto at = html.begin(); std::regex_search(at, html.end(), found, actions); ++seen) {
      const std::string buttons = found[1];
      const auto first = buttons.find("button first");
      if (first != std::string::npos) EXPECT_LT(first, buttons.find("button second")) << name;
      at = found[0].second;
    }
  }
  EXPECT_GT(seen, 30U);
}

TEST(Rendering, GivesEveryPageItsLanguageLandmarksAndOneHeading) {
  for (const Language language : {Language::vi, Language::en}) {
    for (const auto& [name, page] : samples::all()) {
      const auto html = page(renderer(), samples::context(language));
      EXPECT_EQ(html.find("<!DOCTYPE html>\n<html lang=\"" + std::string(tag(language)) + "\">"),
                0U);
      for (const std::string part :
           {"<header", "<main id=\"main\"", "<footer", "href=\"#main\"", "<h1>", "<title>"}) {
        const auto at = html.find(part);
        EXPECT_NE(at, std::string::npos) << name << part;
        EXPECT_EQ(html.find(part, at + 1), std::string::npos) << name << part;
      }
      EXPECT_EQ(html.find("<title> –"), std::string::npos) << name;
      EXPECT_EQ(html.find("{{"), std::string::npos) << name;
    }
  }
}

TEST(Linked, ShowsTheLettersListAndWhatMoved) {
  LinkedPage page = samples::linked();
  const auto html = renderer().render(page, samples::context());
  for (const std::string text :
       {"Liên kết tài khoản thành công", "Danh sách tài khoản liên kết",
        "Tài khoản liên kết: <strong class=\"code\">052089999999</strong>",
        "Tài khoản định danh điện tử cấp bởi Bộ Công an", "Ngày liên kết: 01/01/2024",
        "Đã chuyển 18 giấy tờ, kết quả điện tử.", "<dt>Giấy tờ</dt><dd>9</dd>",
        "<dt>Chủ giấy tờ là người khác</dt><dd>2</dd>", "action=\"/vneid/linked\"", "Tiếp tục"}) {
    EXPECT_NE(html.find(text), std::string::npos) << text;
  }

  page.already_linked = true;
  page.has_target = false;
  page.stayed = {{StayReason::duplicate, 0}};
  const auto again = renderer().render(page, samples::context());
  EXPECT_EQ(again.find("thành công"), std::string::npos);
  EXPECT_EQ(again.find("Đã chuyển"), std::string::npos);
  EXPECT_EQ(again.find("<form"), std::string::npos);
  EXPECT_EQ(again.find("Dữ liệu không chuyển"), std::string::npos);
}

TEST(Steps, GoOnToTheLastOne) {
  const auto text = [](const auto& page) { return renderer().render(page, samples::context()); };
  LinkedPage linked = samples::linked();
  EXPECT_TRUE(text(linked).contains("Bước 3/3"));
  linked.has_target = false;
  EXPECT_FALSE(text(linked).contains("Bước"));
  linked.continue_href = "/ho-so";  // the end of a walk that began at a gate or an offer
  EXPECT_TRUE(text(linked).contains("Bước 3/3"));
  WaitPage wait{.again_href = "/vneid/callback/bca?waited=1"};
  EXPECT_FALSE(text(wait).contains("Bước"));
  wait.on_the_way = true;
  EXPECT_TRUE(text(wait).contains("Bước 2/3"));
  wait.population = true;
  EXPECT_TRUE(text(wait).contains("Bước 1/3 (tiếp theo)"));
  ChoicePage choice;
  EXPECT_FALSE(text(choice).contains("Bước"));
  choice.adopts = true;
  EXPECT_TRUE(text(choice).contains("Bước 2/3"));
  EXPECT_TRUE(text(LinkOfferPage{}).contains("Bước 1/3"));
}

TEST(Vault, OpensOnlyFilesThatHaveALink) {
  const auto html = renderer().render(samples::vault(), samples::context());
  EXPECT_NE(html.find("<a href=\"/vneid/vault/file/1\"><bdi>trich-luc-khai-sinh.pdf</bdi></a>"),
            std::string::npos);
  EXPECT_EQ(html.find("anh-the.jpg</bdi></a>"), std::string::npos);
  EXPECT_NE(html.find("(PDF, 123 kB)"), std::string::npos);
  EXPECT_NE(html.find("(JPEG, 2,3 MB)"), std::string::npos);
  const auto english = renderer().render(samples::vault(), samples::context(Language::en));
  EXPECT_NE(english.find("(JPEG, 2.3 MB)"), std::string::npos);
}

TEST(Vault, IsSearchedAndSaysHowToGetBack) {
  VaultPage page = samples::vault();
  page.kind = RecordKind::paper;
  page.query = "khai sinh";
  const auto html = renderer().render(page, samples::context());
  EXPECT_TRUE(html.contains("<form class=\"search\" method=\"post\" action=\"/vneid/vault\""));
  EXPECT_TRUE(html.contains("name=\"q\" value=\"khai sinh\""));
  EXPECT_TRUE(html.contains("<option value=\"paper\" selected>"));
  EXPECT_FALSE(html.contains("<option value=\"result\" selected>"));
  EXPECT_TRUE(html.contains("Tìm thấy: 40. <a href=\"/vneid/vault\">"));
  EXPECT_TRUE(html.contains("<details>")) << "closed";
  page.records.clear();
  const auto none = renderer().render(page, samples::context());
  EXPECT_TRUE(none.contains("Không tìm thấy giấy tờ nào phù hợp. <a href=\"/vneid/vault\">"));
  page.kind.reset();
  page.query.clear();
  const auto empty = renderer().render(page, samples::context());
  EXPECT_TRUE(empty.contains("Kho dữ liệu chưa có giấy tờ"));
  EXPECT_FALSE(empty.contains("<form class=\"search\"")) << "there is nothing to search";
}

TEST(SignOut, IsOfferedOnlyWithAToken) {
  VaultPage page = samples::vault();
  EXPECT_NE(renderer().render(page, samples::context()).find("action=\"/vneid/logout\""),
            std::string::npos);
  page.csrf.clear();
  EXPECT_EQ(renderer().render(page, samples::context()).find("/logout"), std::string::npos);
}

TEST(SignOut, IsAskedForWithOneButton) {
  const SignInPage page{SignInPage::Reason::confirm, "", "token"};
  const auto html = renderer().render(page, samples::context());
  EXPECT_NE(html.find("action=\"/vneid/logout\""), std::string::npos);
  EXPECT_NE(html.find("value=\"token\""), std::string::npos);
  const SignInPage done{SignInPage::Reason::signed_out, "", "token"};
  EXPECT_EQ(renderer().render(done, samples::context()).find("/logout"), std::string::npos);
}

TEST(Kiosk, PagesAreLargeAndGiveWay) {
  PageContext context = samples::context();
  EXPECT_EQ(renderer().render(samples::notice(), context).find("http-equiv"), std::string::npos);
  context.kiosk = true;
  context.refresh_seconds = 181;
  context.refresh_href = "/vneid/signed-out?because=idle";
  const auto html = renderer().render(samples::notice(), context);
  EXPECT_NE(html.find("<meta http-equiv=\"refresh\" "
                      "content=\"181;url=/vneid/signed-out?because=idle\">"),
            std::string::npos);
  EXPECT_NE(html.find("<html lang=\"vi\" class=\"kiosk\">"), std::string::npos);
  context.refresh_href = "javascript:alert(1)";
  EXPECT_EQ(renderer().render(samples::notice(), context).find("http-equiv"), std::string::npos);
}

TEST(Asset, IsFoundByTheNameThatPagesUse) {
  const auto html = renderer().render(samples::notice(), samples::context());
  std::smatch match;
  ASSERT_TRUE(std::regex_search(html, match,
                                std::regex("href=\"/vneid/assets/(style\\.[0-9a-f]{12}\\.css)\"")));
  const auto asset = renderer().asset(match[1].str());
  ASSERT_TRUE(asset);
  EXPECT_EQ(asset->content_type, "text/css; charset=utf-8");
  EXPECT_LT(asset->body.size(), 12U * 1024);
  EXPECT_FALSE(asset->body.contains("/*"));
  EXPECT_FALSE(renderer().asset("style.css"));
  EXPECT_FALSE(renderer().asset(""));
}

}  // namespace
}  // namespace vneid::pages
