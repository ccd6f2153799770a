#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/key_ring.hpp"
#include "drivers/support/database.hpp"

namespace vneid {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// vneidctl as people run it.
struct Vneidctl : testing::Test {
  int run(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{"/usr/bin/env", "-i", VNEIDCTL};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const int status = test::ChildProcess(command, folder.file("output")).wait();
    output = read("output");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int run_with_all(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--postgres", database.conninfo(), "--keys",
                                       folder.file("keys"), "--schema", VNEID_CONFIG "/schema"});
    return run(arguments);
  }
  std::string read(const std::string& name) {
    std::ifstream stream(folder.file(name));
    return {std::istreambuf_iterator<char>{stream}, {}};
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
  }

  test::TemporaryFolder folder;
  test::Database database{test::Database::Content::empty};
  std::string output;
};

TEST_F(Vneidctl, SaysWhatIsWrongWithTheCommandLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{}, "no command"},
      {{"dance"}, "not expected: dance"},
      {{"schema"}, "no command"},
      {{"schema", "dance"}, "not expected: dance"},
      {{"keys", "generate"}, "FILE is required"},
      {{"keys", "generate", "a", "b"}, "not expected: b"},
      {{"--colour"}, "not expected: --colour"},
      {{"--keys"}, "--keys: 1 required"},
      {{"schema", "migrate"}, "which database?"},
      {{"--postgres", "host=db.example", "schema", "migrate"}, "--postgres: "},
      {{"import", "accounts", "x"}, "which keys?"},
  };
  for (const auto& [arguments, told] : wrong) {
    EXPECT_EQ(run(arguments), 2) << told;
    EXPECT_THAT(output, HasSubstr(told));
  }
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(output, HasSubstr("Usage: vneidctl"));
  EXPECT_EQ(run({"--version"}), 0);
}

TEST_F(Vneidctl, HasAHelpForEachCommand) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(output, HasSubstr("\n  review approve REFERENCE  approve"));
  EXPECT_THAT(output, HasSubstr("\n  --dry-run"));
  EXPECT_EQ(run({"import", "vault", "--help"}), 0);
  EXPECT_THAT(output, HasSubstr("Usage: vneidctl import vault [OPTIONS] FILE"));
  EXPECT_THAT(output, HasSubstr("\n  --dry-run"));
  EXPECT_THAT(output, HasSubstr("\n  --postgres CONNINFO"));
  EXPECT_THAT(output, Not(HasSubstr("--nginx")));
}

TEST_F(Vneidctl, TakesOptionsBeforeAndAfterTheCommandAndWordsThatNameCommands) {
  const std::string nowhere = "host=" + folder.file("nowhere");
  const std::vector<std::vector<std::string>> forms{
      {"--postgres", nowhere, "--keys", "k", "links", "show", "review"},
      {"links", "show", "review", "--postgres=" + nowhere, "--keys=k"},
      {"links", "--keys", "k", "show", "--postgres", nowhere, "--", "links"}};
  for (const auto& arguments : forms) {
    EXPECT_EQ(run(arguments), 3);
    EXPECT_THAT(output, HasSubstr("k: "));
  }
}

TEST_F(Vneidctl, MakesAndRotatesKeys) {
  const std::string keys = folder.file("keys");
  ASSERT_EQ(run({"keys", "generate", keys}), 0);
  struct stat found{};
  ASSERT_EQ(::stat(keys.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  const auto old = crypto::KeyRing::load(keys).value();
  const std::string sealed = old.seal("p", "a", "text");

  EXPECT_EQ(run({"keys", "generate", keys}), 3);
  EXPECT_THAT(output, HasSubstr("there already"));
  ASSERT_EQ(run({"keys", "rotate", keys}), 0);
  const auto fresh = crypto::KeyRing::load(keys).value();
  EXPECT_EQ(fresh.open("p", "a", sealed), "text");
  EXPECT_FALSE(fresh.sealed_with_current_key(sealed));
  EXPECT_EQ(fresh.lookup_key("p", "v"), old.lookup_key("p", "v"));
  EXPECT_EQ(run({"keys", "rotate", folder.file("nowhere")}), 3);
}

TEST_F(Vneidctl, MigratesAndImports) {
  write("accounts.csv",
        "\xEF\xBB\xBF"
        "account,citizen_id,name,citizen_id_status,source,verified_at\r\n"
        "a,052089999999,Lê Minh Mẫu,verified,CSDL,2023-11-20\r\n"
        "b,05208,,,,\r\n");
  write("vault.csv", "account,record,kind,title,source,file\na,r1,paper,Giấy,dossier_result,f1\n");
  write("f1", "content");
  ASSERT_EQ(run({"keys", "generate", folder.file("keys")}), 0);
  const std::string accounts = folder.file("accounts.csv");

  EXPECT_EQ(run_with_all({"import", "accounts", accounts}), 3);
  EXPECT_THAT(output, HasSubstr("run \"vneidctl schema migrate\" first"));
  EXPECT_EQ(run_with_all({"schema", "status"}), 1);
  EXPECT_THAT(output, HasSubstr("0001_accounts.sql  pending"));
  EXPECT_EQ(run_with_all({"schema", "migrate"}), 0);
  EXPECT_THAT(output, HasSubstr("applied 0001_accounts.sql"));
  EXPECT_EQ(run_with_all({"schema", "migrate"}), 0);
  EXPECT_THAT(output, HasSubstr("up to date"));
  EXPECT_EQ(run_with_all({"schema", "status"}), 0);

  EXPECT_EQ(run_with_all({"import", "accounts", accounts, "--dry-run"}), 1);
  EXPECT_THAT(output, HasSubstr("nothing was changed"));
  EXPECT_EQ(database.sql("select count(*) from account"), "0");
  const char* statistics = "select reltuples from pg_class where relname = 'account'";
  EXPECT_EQ(database.sql(statistics), "-1");
  EXPECT_EQ(run_with_all({"import", "accounts", accounts, "--errors", folder.file("errors.csv")}),
            1);
  EXPECT_THAT(output, HasSubstr("2 lines: 1 created, 0 updated, 0 unchanged, 1 rejected"));
  EXPECT_EQ(database.sql(statistics), "1") << "planned with, from now on";
  EXPECT_THAT(read("errors.csv"), HasSubstr("line,column,reason\n3,\"citizen_id\",\"wrong number"));
  EXPECT_EQ(run_with_all({"import", "vault", folder.file("vault.csv")}), 0);
  EXPECT_EQ(run_with_all({"import", "vault", folder.file("vault.csv")}), 0);
  EXPECT_THAT(output, HasSubstr("nothing was changed"));
}

TEST_F(Vneidctl, ListsAccountsThatOtherSpellingsWouldMakeOne) {
  ASSERT_EQ(run({"keys", "generate", folder.file("keys")}), 0);
  ASSERT_EQ(run_with_all({"schema", "migrate"}), 0);
  write("accounts.csv", "account\nnguyen.an\nNguyen.An\nNGUYEN.AN\nle.binh\nLe.Binh\ntran.chi\n");
  ASSERT_EQ(run_with_all({"import", "accounts", folder.file("accounts.csv")}), 0);
  EXPECT_EQ(run_with_all({"accounts", "duplicates"}), 0);
  EXPECT_THAT(output, HasSubstr("0 names of several accounts with --account-form exact"));
  EXPECT_EQ(run_with_all({"accounts", "duplicates", "--account-form", "fold"}), 1);
  EXPECT_THAT(output, ContainsRegex("n: account [0-9] account [0-9] account [0-9]\n"));
  EXPECT_THAT(output, ContainsRegex("h: account [0-9] account [0-9]\n"));
  EXPECT_THAT(output, HasSubstr("2 names of several accounts"));
  EXPECT_THAT(output, Not(HasSubstr("nguyen.an"))) << "masked";
  EXPECT_EQ(run_with_all({"accounts", "duplicates", "--account-form", "upper"}), 2);
  EXPECT_EQ(run_with_all({"accounts", "duplicates", "--portal", "other", "--account-form", "fold"}),
            0);
}

TEST_F(Vneidctl, SaysThatTheServerIsAway) {
  EXPECT_EQ(run({"--postgres", "host=" + folder.file("nowhere"), "schema", "migrate"}), 3);
  EXPECT_THAT(output, HasSubstr("check --postgres"));
}

}  // namespace
}  // namespace vneid
