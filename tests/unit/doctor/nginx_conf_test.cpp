#include "doctor/deployment/nginx_conf.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

NginxConf read(const std::string& text) {
  return read_dump("# configuration file /etc/nginx/nginx.conf:\n" + text);
}

/// The parameters of the only directive.
std::vector<std::string> words_of(const std::string& text) {
  const NginxConf conf = read(text);
  EXPECT_THAT(conf.problems, IsEmpty()) << text;
  EXPECT_THAT(conf.directives, SizeIs(1)) << text;
  return conf.directives.empty() ? std::vector<std::string>{} : conf.directives[0].words;
}

TEST(NginxConf, ReadsWordsAsNginxDoes) {
  EXPECT_THAT(words_of("a;"), IsEmpty());
  EXPECT_THAT(words_of("a b\t c\n d;"), ElementsAre("b", "c", "d"));
  EXPECT_THAT(words_of("a \"b ; { c\" 'd \" e';"), ElementsAre("b ; { c", "d \" e"));
  EXPECT_THAT(words_of(R"(a "b \" c" 'd \' e';)"), ElementsAre("b \" c", "d ' e"));
  EXPECT_THAT(words_of(R"(a \.php$ b\;c "x\ny\tz\\";)"),
              ElementsAre("\\.php$", "b\\;c", "x\ny\tz\\"));
  EXPECT_THAT(words_of("a b\"c\"d;"), ElementsAre("b\"c\"d"));
  EXPECT_THAT(words_of("a \"\";"), ElementsAre(""));
  EXPECT_THAT(words_of("a ${b}c;"), ElementsAre("${b}c"));
  EXPECT_THAT(words_of("a b#c; # d; e"), ElementsAre("b#c"));
  EXPECT_THAT(words_of("# a b;\na c;"), ElementsAre("c"));
}

TEST(NginxConf, NestsBlocksAndKnowsTheirLines) {
  const NginxConf conf = read("http {\n  server { listen 80;\n\n if ($a = \"}\") { b; } }\n}\n");
  ASSERT_THAT(conf.directives, SizeIs(1));
  const Directive& server = conf.directives[0].block.at(0);
  EXPECT_EQ(server.name, "server");
  EXPECT_EQ(server.at.line, 2U);
  EXPECT_EQ(server.at.file, "/etc/nginx/nginx.conf");
  ASSERT_NE(server.find("if"), nullptr);
  EXPECT_EQ(server.find("if")->at.line, 4U);
  EXPECT_EQ(server.find("if")->block.at(0).name, "b");
  EXPECT_EQ(server.find("nothing"), nullptr);
}

TEST(NginxConf, PassesOverBlocksOfLua) {
  const NginxConf conf = read(
      "content_by_lua_block {\n"
      "  -- a brace } in a comment\n"
      "  local s = \"}\\\"}\" .. '}' .. [[ } ]] .. [==[ ]] } ]==]\n"
      "  --[[ } ]] local t = { a = { } } }\n"
      "after b;\n");
  EXPECT_THAT(conf.problems, IsEmpty());
  ASSERT_THAT(conf.directives, SizeIs(2));
  EXPECT_EQ(conf.directives[1].name, "after");
  EXPECT_EQ(conf.directives[1].at.line, 5U);
}

TEST(NginxConf, GoesOnBehindWhatIsBroken) {
  const std::pair<const char*, const char*> broken[] = {
      {"a \"b\"c; d;", "behind a quote"}, {"a \"b;", "has no end"}, {"a b", "not ended by"},
      {"a { b;", "has no end"},           {"} a;", "unexpected"},   {"{ a; }", "unexpected"},
      {"x_by_lua_block { a", "no end"}};
  for (const auto& [text, told] : broken) {
    const NginxConf conf = read(text);
    ASSERT_FALSE(conf.problems.empty()) << text;
    EXPECT_THAT(conf.problems[0].text, HasSubstr(told)) << text;
    EXPECT_EQ(conf.problems[0].at.line, 1U) << text;
  }
  EXPECT_THAT(read("} a;").directives, SizeIs(1));
}

TEST(NginxConf, FollowsTheIncludesOfADump) {
  const NginxConf conf = read_dump(
      "# configuration file /etc/nginx/nginx.conf:\n"
      "include conf.d/*.conf;\nhttp { include /etc/nginx/sites/one; }\ninclude none/*.conf;\n"
      "# configuration file /etc/nginx/conf.d/b.conf:\nb;\n"
      "# configuration file /etc/nginx/conf.d/a.conf:\n\na;\n"
      "# configuration file /etc/nginx/conf.d/sub/c.conf:\nc;\n"
      "# configuration file /etc/nginx/sites/one:\nserver { }\n");
  EXPECT_THAT(conf.problems, IsEmpty());
  ASSERT_THAT(conf.directives, SizeIs(3));
  EXPECT_EQ(conf.directives[0].name, "a");
  EXPECT_EQ(conf.directives[0].at.file, "/etc/nginx/conf.d/a.conf");
  EXPECT_EQ(conf.directives[0].at.line, 2U);
  EXPECT_EQ(conf.directives[1].name, "b");
  EXPECT_EQ(conf.directives[2].block.at(0).at.file, "/etc/nginx/sites/one");
}

class NginxConfOnDisk : public testing::Test {
 protected:
  NginxConfOnDisk() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vneid-conf-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~NginxConfOnDisk() override { std::filesystem::remove_all(folder); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
    return folder / name;
  }
  std::filesystem::path folder;
};

TEST_F(NginxConfOnDisk, FollowsIncludes) {
  write("d/2.conf", "two;");
  write("d/1.conf", "one; include d/deep;");
  write("d/deep", "deep;");
  write("d/no.txt", "no;");
  const NginxConf conf = read_conf(write("main", "include d/*.conf; include missing/*; last;"));
  EXPECT_THAT(conf.problems, IsEmpty());
  std::vector<std::string> names;
  for (const auto& directive : conf.directives) names.push_back(directive.name);
  EXPECT_THAT(names, ElementsAre("one", "deep", "two", "last"));
}

TEST_F(NginxConfOnDisk, SaysWhatCannotBeRead) {
  const NginxConf missing = read_conf(write("main", "include gone; a;"));
  ASSERT_THAT(missing.problems, SizeIs(1));
  EXPECT_THAT(missing.problems[0].text, HasSubstr("gone"));
  EXPECT_THAT(missing.directives, SizeIs(1));
  EXPECT_THAT(read_conf(folder / "nowhere").problems, SizeIs(1));
}

TEST_F(NginxConfOnDisk, EndsACircleOfIncludes) {
  const NginxConf conf = read_conf(write("main", "a; include main;"));
  ASSERT_THAT(conf.problems, SizeIs(1));
  EXPECT_THAT(conf.problems[0].text, HasSubstr("too deep"));
}

}  // namespace
}  // namespace vneid::doctor
