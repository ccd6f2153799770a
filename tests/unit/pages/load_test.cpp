#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pages/renderer.hpp"
#include "pages/source_files.hpp"
#include "pages/string_table.hpp"
#include "unit/pages/samples.hpp"

namespace vneid::pages {
namespace {

using ::testing::HasSubstr;

/// A directory as `vneid_templates` names it, gone at the end. GoogleTest derives from it.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor)
class OwnPages : public ::testing::Test {
 protected:
  OwnPages() {
    std::string name = (std::filesystem::temp_directory_path() / "pages-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~OwnPages() override { std::filesystem::remove_all(directory_); }
  OwnPages(const OwnPages&) = delete;
  OwnPages& operator=(const OwnPages&) = delete;

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }

  [[nodiscard]] std::string error() const {
    const auto loaded = Renderer::load(directory_.string());
    return loaded ? std::string() : loaded.error();
  }

  [[nodiscard]] std::string at(const std::string& name) const {
    return (directory_ / name).string();
  }

  std::filesystem::path directory_;
};

TEST_F(OwnPages, ReplaceFileByFile) {
  write("signin.mustache", "<h1>OWN {{heading}}</h1>{{text}}{{path}}{{csrf}}");
  const auto renderer = Renderer::load(directory_.string());
  ASSERT_TRUE(renderer) << renderer.error();
  const auto own = renderer->render(SignInPage{}, samples::context());
  EXPECT_THAT(own, HasSubstr("<h1>OWN Đề nghị đăng nhập</h1>"));
  EXPECT_THAT(own, HasSubstr("<html lang=\"vi\">"));
  EXPECT_THAT(renderer->render(samples::notice(), samples::context()), HasSubstr("Thông báo"));
}

TEST_F(OwnPages, MayGiveSomeStringsOnly) {
  write("vi.json", R"({"layout.portal": "Cổng <Bình Định>"})");
  const auto renderer = Renderer::load(directory_.string());
  ASSERT_TRUE(renderer) << renderer.error();
  EXPECT_THAT(renderer->render(samples::notice(), samples::context()),
              HasSubstr("Cổng &lt;Bình Định&gt;"));
}

TEST_F(OwnPages, AreComposed) {
  write("vi.json", "{\"layout.portal\": \"Co\u0302\u0309ng\"}");
  const auto renderer = Renderer::load(directory_.string());
  ASSERT_TRUE(renderer) << renderer.error();
  EXPECT_THAT(renderer->render(samples::notice(), samples::context()), HasSubstr("Cổng</p>"));
}

TEST_F(OwnPages, ChangeTheStylesName) {
  write("style.css", "body{}");
  const auto own = Renderer::load(directory_.string());
  ASSERT_TRUE(own) << own.error();
  const auto html = own->render(samples::notice(), samples::context());
  const auto built_in = Renderer::load("");
  ASSERT_TRUE(built_in);
  const auto start = html.find("/assets/") + 8;
  const auto name = html.substr(start, html.find('"', start) - start);
  ASSERT_TRUE(own->asset(name));
  EXPECT_EQ(own->asset(name)->body, "body{}");
  EXPECT_FALSE(built_in->asset(name));
}

TEST_F(OwnPages, MayBringAWording) {
  write("vi-cao-diem.json", R"({"notice.title": "Thông báo khẩn"})");
  write("en-cao-diem.json", R"({"notice.title": "Urgent notice"})");
  const auto renderer = Renderer::load(directory_.string(), "cao-diem");
  ASSERT_TRUE(renderer) << renderer.error();
  EXPECT_THAT(renderer->render(samples::notice(), samples::context()),
              HasSubstr("<h1>Thông báo khẩn</h1>"));
  const auto without = Renderer::load(directory_.string());
  ASSERT_TRUE(without) << without.error();
  EXPECT_THAT(without->render(samples::notice(), samples::context()),
              HasSubstr("<h1>Thông báo</h1>"));
}

TEST_F(OwnPages, MayAddStringsThatTheirTemplatesUse) {
  write("signin.mustache", "{{text}} {{path}} {{csrf}} {{t.own.hours}}");
  write("vi.json", R"({"own.hours": "Giờ làm việc"})");
  EXPECT_THAT(error(), HasSubstr("there is no string \"own.hours\" (language en)"));
  write("en.json", R"({"own.hours": "Opening hours"})");
  EXPECT_EQ(error(), "");
}

TEST_F(OwnPages, AreRefusedWithFileLineAndCause) {
  struct Case {
    std::string file;
    std::string content;
    std::string expected;
  };
  const Case cases[] = {
      {"notice.mustache", "<p>\n{{acount}}", ":2: this page has no value {{acount}}"},
      {"notice.mustache", "{{#name}}\n{{/account}}", ":2: {{/account}} ends no section"},
      {"notice.mustache", "{{account}}{{csrf}}{{path}}{{#name}}", ":1: no end of {{#name}}"},
      {"notice.mustache", "\n\n{{account", ":3: a tag is not closed"},
      {"notice.mustache", "{{}}", ":1: an empty tag"},
      {"notice.mustache", "{{{account}}}", ":1: output without escaping is not allowed"},
      {"notice.mustache", "{{& account}}", ":1: output without escaping is not allowed"},
      {"notice.mustache", "{{=<% %>=}}", ":1: tags cannot be changed"},
      {"notice.mustache", "{{>other}}", ":1: no part {{>other}}"},
      {"notice.mustache", "{{t.notice.titel}}", ":1: there is no string \"notice.titel\""},
      {"notice.mustache", "{{t.ok.transfer}}", ":1: string \"ok.transfer\" asks for a value"},
      {"notice.mustache", "{{account}} {{path}}", ": must show {{csrf}}"},
      {"layout.mustache", "<main></main>", ": must hold {{>content}} once"},
      {"layout.mustache", "{{>content}}{{>content}}", ": must hold {{>content}} once"},
      {"vi.json", "{\n\"a\": \"b\",,\n}", ":2: "},
      {"vi.json", "[]", ": must be one JSON object"},
      {"vi.json", R"({"notice.title": 1})", ": \"notice.title\" must be a text"},
      {"vi.json", R"({"notice.title": "a", "notice.title": "b"})", ":1: duplicate object key"},
      {"vi.json", "{\"notice.title\": \"\xFF\"}", ":1: "},
      {"vi.json", R"({"notice.titel": "x"})", ": no page uses a string \"notice.titel\""},
      {"notce.mustache", "", ": no page, string table or style has this name"},
      {"fr.json", "{}", ": no page, string table or style has this name"},
  };
  for (const Case& each : cases) {
    write(each.file, each.content);
    EXPECT_THAT(error(), HasSubstr(at(each.file) + each.expected)) << each.content;
    std::filesystem::remove(directory_ / each.file);
  }
}

TEST_F(OwnPages, MustBeReadable) {
  EXPECT_THAT(Renderer::load("/nonexistent/pages").error(), HasSubstr("/nonexistent/pages: "));
  std::filesystem::create_directory(directory_ / "notice.mustache");
  EXPECT_THAT(error(), HasSubstr(at("notice.mustache")));
  std::filesystem::remove(directory_ / "notice.mustache");
  std::filesystem::create_symlink("/nonexistent", directory_ / "vi.json");
  EXPECT_THAT(error(), HasSubstr(at("vi.json")));
  std::filesystem::remove(directory_ / "vi.json");
  write("style.css", std::string(1024 * 1024 + 1, ' '));
  EXPECT_THAT(error(), HasSubstr("larger than 1 MB"));
}

TEST_F(OwnPages, MayStandBesideOtherFiles) {
  for (const std::string name :
       {"README", "notice.mustache~", ".notice.mustache.swp", "logo.png"}) {
    write(name, "{{broken");
  }
  std::filesystem::create_directory(directory_ / "old");
  EXPECT_EQ(error(), "");
}

TEST(Wording, MustExistInEveryLanguage) {
  const auto loaded = Renderer::load("", "nd70");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), HasSubstr("wording \"nd70\": there is no vi-nd70.json"));
}

TEST(BuiltInStrings, ExistInBothLanguages) {
  const auto files = read_source_files("");
  ASSERT_TRUE(files);
  const auto vietnamese = StringTable::load(*files, Language::vi, "");
  const auto english = StringTable::load(*files, Language::en, "");
  ASSERT_TRUE(vietnamese && english);
  EXPECT_EQ(vietnamese->ids(), english->ids());
  EXPECT_GT(vietnamese->ids().size(), 100U);
  for (const std::string& id : vietnamese->ids()) {
    EXPECT_FALSE(vietnamese->text(id).empty()) << id;
    EXPECT_FALSE(english->text(id).empty()) << id;
  }
}

TEST(BuiltInStrings, AreSavedComposed) {
  for (const EmbeddedFile& file : embedded_files()) {
    // Combining marks (U+0300–U+036F) stand in decomposed text alone: Vietnamese has a letter for
    // all.
    for (std::size_t i = 0; i + 1 < file.content.size(); ++i) {
      const auto lead = static_cast<unsigned char>(file.content[i]);
      const auto next = static_cast<unsigned char>(file.content[i + 1]);
      ASSERT_FALSE(lead == 0xCC || (lead == 0xCD && next < 0xB0)) << file.name << " byte " << i;
    }
  }
}

}  // namespace
}  // namespace vneid::pages
