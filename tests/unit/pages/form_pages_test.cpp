#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "unit/pages/samples.hpp"
#include "unit/pages/words.hpp"

namespace vneid::pages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string render(const auto& page, Language language = Language::vi) {
  static const auto renderer = Renderer::load("");
  return renderer.value().render(page, samples::context(language));
}

/// The form that a button of this text sends: nested in it, or named by its `form` attribute.
std::string form_around(const std::string& html, const std::string& inside) {
  const auto at = html.find(inside);
  if (at == std::string::npos) return "";
  const auto begin = html.rfind("<form", at);
  return html.substr(begin, html.find("</form>", at) - begin);
}

/// The tag of the control with this name, as `<input …>`.
std::string control(const std::string& html, const std::string& name) {
  const auto at = html.find(" name=\"" + name + "\"");
  if (at == std::string::npos) return "";
  const auto begin = html.rfind('<', at);
  return html.substr(begin, html.find('>', at) - begin + 1);
}

std::vector<std::string> names(const std::string& form) {
  std::vector<std::string> found;
  const std::regex name(" name=\"([^\"]*)\"");
  for (std::sregex_iterator at(form.begin(), form.end(), name), end; at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

const std::string update_button = "name=\"action\" value=\"update\"";

TEST(UpdatePage, IsTheLettersDialog) {
  const auto text = words(render(samples::update()));
  std::size_t at = 0;
  for (const std::string label :
       {"Nguồn xác minh", "CSDL Quốc gia về Dân cư", "Số CMT (9 số)", "Số CCCD (12 số)",
        "Họ và tên *", "Ngày sinh *", "Bỏ qua", "Cập nhật"}) {
    at = text.find(" " + label + " ", at);
    ASSERT_NE(at, std::string::npos) << label;
  }
  EXPECT_THAT(text, HasSubstr("ít nhất một trong hai số CMT, CCCD"));
  EXPECT_THAT(text, HasSubstr("dd/mm/yyyy"));
}

TEST(UpdatePage, PostsWhatWasTypedWithTheToken) {
  const auto html = render(samples::update());
  const auto form = form_around(html, update_button);
  EXPECT_THAT(form, HasSubstr("method=\"post\" action=\"/vneid/identity\" autocomplete=\"off\""));
  EXPECT_THAT(names(form),
              ElementsAre("csrf", "source", "cmnd", "number", "name", "birth_date", "action"));
  EXPECT_THAT(form, HasSubstr("name=\"csrf\" value=\"csrf-token\""));
  EXPECT_THAT(control(form, "number"), HasSubstr("value=\"052089999999\""));
  EXPECT_THAT(control(form, "birth_date"), HasSubstr("value=\"05/09/1989\""));
  EXPECT_THAT(control(form, "cmnd"), HasSubstr("value=\"\""));
  for (const std::string name : {"cmnd", "number", "name", "birth_date"}) {
    EXPECT_THAT(control(form, name), HasSubstr("autocomplete=\"off\" spellcheck=\"false\""));
    EXPECT_THAT(html, HasSubstr("<label for=\"field-" + name + "\">"));
  }
}

TEST(UpdatePage, LeadsBackWithoutSending) {
  const auto html = render(samples::update());
  EXPECT_TRUE(std::regex_search(html, std::regex("<a [^>]*href=\"/vneid/identity\">Bỏ qua</a>")));
  EXPECT_TRUE(std::regex_search(
      html, std::regex("<a class=\"cross\" href=\"/vneid/identity\" aria-label=\"Đóng\">")));
  EXPECT_THAT(html, Not(HasSubstr("value=\"skip\"")));
}

TEST(UpdatePage, SkipsInItsOwnFormWhenFolded) {
  UpdatePage page = samples::folded();
  const auto html = render(page);
  const auto form = form_around(html, update_button);
  EXPECT_THAT(form, HasSubstr("action=\"/vneid/verify\""));
  // The first submit button of a form is what the Enter key presses.
  EXPECT_THAT(form, HasSubstr("type=\"submit\" form=\"skip\" name=\"action\" value=\"skip\" "
                              "formnovalidate>Bỏ qua</button>"));
  const auto skip = form_around(html, "aria-label=\"Đóng\"");
  EXPECT_THAT(skip, HasSubstr("<form id=\"skip\" method=\"post\" action=\"/vneid/verify\""));
  EXPECT_THAT(names(skip), ElementsAre("csrf", "action"));
  EXPECT_THAT(skip, HasSubstr("name=\"csrf\" value=\"csrf-token\""));
  EXPECT_THAT(words(html), HasSubstr("cần có số CCCD (12 số) đã được xác minh"));
  EXPECT_THAT(words(html), HasSubstr("đến bước đăng nhập bằng VNeID"));

  EXPECT_THAT(html, Not(HasSubstr("Về trang chủ")));

  page.can_skip = false;
  EXPECT_THAT(render(page), Not(HasSubstr("value=\"skip\"")));
  EXPECT_THAT(render(page), HasSubstr(update_button));
}

TEST(UpdatePage, IsNoDeadEndOnceItIsEnforced) {
  UpdatePage page = samples::folded();
  page.trouble = UpdatePage::Trouble::none;
  EXPECT_THAT(render(page), Not(HasSubstr("Cần hỗ trợ?")));
  page.can_skip = false;
  const auto html = render(page);
  EXPECT_THAT(html, HasSubstr("Cần hỗ trợ?"));
  EXPECT_THAT(html, HasSubstr("href=\"/vneid/guide\""));
  EXPECT_THAT(html, HasSubstr("<a class=\"button second\" href=\"/\">Về trang chủ</a>"));
  const auto not_me = form_around(html, "value=\"not_me\"");
  EXPECT_THAT(not_me, HasSubstr("method=\"post\" action=\"/vneid/verify\""));
  EXPECT_THAT(names(not_me), ElementsAre("csrf", "action"));
}

TEST(UpdatePage, SaysWhoHelpsWhenThereIsTrouble) {
  UpdatePage page = samples::update();
  EXPECT_THAT(render(page), Not(HasSubstr("Cần hỗ trợ?")));
  page.trouble = UpdatePage::Trouble::no_match;
  EXPECT_THAT(render(page), HasSubstr("Cần hỗ trợ?"));
}

TEST(UpdatePage, CountsItsStepOnlyOnTheWayToALink) {
  UpdatePage page = samples::update();
  EXPECT_THAT(render(page), Not(HasSubstr("class=\"step\"")));
  page.return_to = "/ho-so";
  EXPECT_THAT(words(render(page)), HasSubstr("Bước 1/3 (tiếp theo)"));
  EXPECT_THAT(words(render(samples::folded())), HasSubstr("Bước 1/3 (tiếp theo)"));
}

TEST(FormPages, NotMeLeadsToThePortalsLogin) {
  UpdatePage update = samples::update();
  EditPage edit = samples::edit();
  EXPECT_THAT(render(update) + render(edit), Not(HasSubstr("Không phải tôi</button>")));
  update.sign_out_csrf = edit.sign_out_csrf = "out";
  for (const auto& html : {render(update), render(edit)}) {
    const auto form = form_around(html, "Không phải tôi</button>");
    EXPECT_THAT(form, HasSubstr("method=\"post\" action=\"/vneid/logout\""));
    EXPECT_THAT(form, HasSubstr("name=\"csrf\" value=\"out\""));
    EXPECT_THAT(form, HasSubstr("name=\"then\" value=\"login\""));
  }
}

TEST(UpdatePage, TellsEachProblemInItsOwnWordsAndKeepsWhatWasTyped) {
  for (const Language language : {Language::vi, Language::en}) {
    std::set<std::string> sentences;
    for (auto problem = FieldProblem::missing; problem <= FieldProblem::locked;
         problem = static_cast<FieldProblem>(static_cast<int>(problem) + 1)) {
      UpdatePage page = samples::update();
      page.number = {"0 5 2", problem, false};
      const auto html = render(page, language);
      const std::regex told("<p class=\"problem\" id=\"problem-number\">([^<]+)</p>");
      std::smatch match;
      ASSERT_TRUE(std::regex_search(html, match, told)) << static_cast<int>(problem);
      const std::string sentence = match[1];
      EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
      EXPECT_THAT(control(html, "number"),
                  HasSubstr("value=\"0 5 2\" inputmode=\"numeric\" autocomplete=\"off\" "
                            "spellcheck=\"false\" aria-invalid=\"true\" "
                            "aria-describedby=\"problem-number numbers\""));
      EXPECT_TRUE(
          std::regex_search(html, std::regex("<a href=\"#field-number\">[^<]*: [^<]+</a>")));
      EXPECT_THAT(html, HasSubstr(": " + sentence + "</a>"));
    }
    EXPECT_EQ(sentences.size(), static_cast<std::size_t>(FieldProblem::locked));
  }
}

TEST(UpdatePage, SaysTheRuleThatIsBroken) {
  const std::pair<FieldProblem, std::string> rules[] = {
      {FieldProblem::not_9_digits, "9 chữ số"},
      {FieldProblem::not_12_digits, "12 chữ số"},
      {FieldProblem::one_number_needed, "ít nhất một trong hai số"},
      {FieldProblem::date_form, "dd/mm/yyyy, mm/yyyy hoặc chỉ năm sinh"},
      {FieldProblem::before_1900, "từ năm 1900"},
      {FieldProblem::date_in_future, "tương lai"},
      {FieldProblem::phone_form, "8 đến 15 chữ số"},
      {FieldProblem::too_long, "tối đa 200 ký tự"},
      {FieldProblem::sex_unknown, "Nam hoặc Nữ"},
  };
  for (const auto& [problem, rule] : rules) {
    UpdatePage page = samples::update();
    page.birth_date.problem = problem;
    const auto html = render(page);
    const auto at = html.find("id=\"problem-birth_date\"");
    EXPECT_THAT(html.substr(at, html.find("</p>", at) - at), HasSubstr(rule));
    EXPECT_THAT(html, HasSubstr("<title>Lỗi: "));
  }
  const auto sound = render(samples::update());
  EXPECT_THAT(sound, Not(HasSubstr("aria-invalid")));
  EXPECT_THAT(sound, Not(HasSubstr("role=\"alert\"")));
  EXPECT_THAT(sound, HasSubstr("<title>Cập nhật từ CSDL Quốc gia về Dân cư –"));
}

TEST(UpdatePage, ShowsLockedValuesThatCannotBeTypedOver) {
  UpdatePage page = samples::update();
  EXPECT_THAT(control(render(page), "name"), Not(HasSubstr("readonly")));
  page.name.locked = true;
  const auto html = render(page);
  EXPECT_THAT(control(html, "name"), HasSubstr("value=\"Nguyễn Văn An\""));
  EXPECT_THAT(control(html, "name"), HasSubstr(" readonly aria-describedby=\"locked-name\">"));
  EXPECT_THAT(html, HasSubstr("id=\"locked-name\">Đã xác minh, không sửa được.</p>"));
}

TEST(UpdatePage, SaysWhyNothingCameOfIt) {
  using Trouble = UpdatePage::Trouble;
  const std::pair<Trouble, std::string> troubles[] = {
      {Trouble::no_match,
       "Không tìm thấy dữ liệu phù hợp. Đề nghị kiểm tra Họ và tên, số CCCD, ngày sinh."},
      {Trouble::away,
       "Hệ thống CSDL Quốc gia về Dân cư tạm thời gián đoạn; thông tin hiện có được giữ nguyên."},
      {Trouble::stores_away, "Hệ thống tạm thời gián đoạn; thông tin hiện có được giữ nguyên."},
      {Trouble::too_many, "Đề nghị thử lại sau 7 phút."},
      {Trouble::busy, "Hệ thống đang có nhiều người truy cập."},
  };
  for (const auto& [trouble, text] : troubles) {
    UpdatePage page = samples::update();
    page.trouble = trouble;
    page.retry_minutes = 7;
    const auto html = render(page);
    const auto banner = html.find("<p class=\"hint wrong\" role=\"alert\">");
    ASSERT_NE(banner, std::string::npos) << text;
    EXPECT_THAT(html.substr(banner, html.find("</p>", banner) - banner), HasSubstr(text));
    EXPECT_THAT(control(html, "number"), HasSubstr("value=\"052089999999\""));
  }
  UpdatePage soon = samples::update();
  soon.trouble = Trouble::too_many;
  EXPECT_THAT(render(soon), HasSubstr("sau 1 phút"));
}

TEST(UpdatePage, NamesTheSource) {
  UpdatePage page = samples::update();
  page.source_name = "CSDL <thử>";
  EXPECT_THAT(render(page), HasSubstr("<option value=\"csdl\" selected>CSDL &lt;thử&gt;</option>"));
}

TEST(EditPage, PostsOneFieldARow) {
  EditPage page = samples::edit();
  for (EditPage::Row& row : page.rows) row.typed.locked = false;
  const auto html = render(page);
  const auto form = form_around(html, "name=\"action\" value=\"edit\"");
  EXPECT_THAT(form, HasSubstr("method=\"post\" action=\"/vneid/identity\" autocomplete=\"off\""));
  EXPECT_THAT(names(form),
              ElementsAre("csrf", "name", "cmnd9", "citizen_id", "birth_date", "phone", "sex",
                          "birth_place", "email", "home_town", "residence", "action"));
  EXPECT_THAT(form, HasSubstr("name=\"csrf\" value=\"csrf-token\""));
  EXPECT_THAT(form, HasSubstr("value=\"edit\">Lưu</button>"));
  EXPECT_THAT(form, HasSubstr("href=\"/vneid/identity\">Bỏ qua</a>"));
  EXPECT_THAT(form, HasSubstr("<option value=\"male\" selected>Nam</option>"));
  EXPECT_THAT(form, HasSubstr("<option value=\"female\">Nữ</option>"));
  EXPECT_THAT(form, HasSubstr("<option value=\"\">Chưa chọn</option>"));
}

TEST(EditPage, ShowsLockedValuesAsTextOnly) {
  const auto html = render(samples::edit());
  EXPECT_EQ(control(html, "citizen_id"), "");
  EXPECT_EQ(control(html, "sex"), "");
  EXPECT_NE(control(html, "phone"), "");
  EXPECT_THAT(words(html),
              HasSubstr(" Số CMT/CCCD (12 số) 052089999999 Đã xác minh, không sửa được. "));
  EXPECT_THAT(words(html), HasSubstr(" Giới tính Nam Đã xác minh, không sửa được. "));
}

TEST(EditPage, TellsProblemsAndTroubleAndKeepsWhatWasTyped) {
  EditPage page = samples::edit();
  page.rows[0].typed.problem = FieldProblem::locked;
  page.rows[4].typed = {"12\"><b>", FieldProblem::phone_form, false};
  page.rows[5].typed = {"<x>", FieldProblem::sex_unknown, false};
  page.stores_away = true;
  const auto html = render(page);
  EXPECT_THAT(html, HasSubstr("value=\"12&quot;&gt;&lt;b&gt;\""));
  EXPECT_THAT(control(html, "phone"),
              HasSubstr("aria-invalid=\"true\" aria-describedby=\"problem-phone\""));
  EXPECT_THAT(control(html, "sex"), HasSubstr("<select"));
  EXPECT_THAT(control(html, "sex"), HasSubstr("aria-invalid=\"true\""));
  EXPECT_THAT(html, Not(HasSubstr(" selected>")));
  EXPECT_THAT(html, HasSubstr("<a href=\"#field-name\">Họ tên: Thông tin này vừa được xác minh"));
  EXPECT_THAT(html, HasSubstr("id=\"field-name\""));
  EXPECT_THAT(html, HasSubstr("role=\"alert\">Hệ thống tạm thời gián đoạn"));
  EXPECT_THAT(html, HasSubstr("<title>Lỗi: Sửa thông tin định danh –"));
  EXPECT_THAT(render(samples::edit()), Not(HasSubstr("role=\"alert\"")));
}

}  // namespace
}  // namespace vneid::pages
