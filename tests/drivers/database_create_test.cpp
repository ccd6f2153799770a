#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/database.hpp"
#include "link/schema_requirement.hpp"

namespace vneid {
namespace {

using testing::HasSubstr;
using testing::Not;

/// `vneidctl database create` on a server that knows nothing of us.
struct DatabaseCreate : testing::Test {
  int run_program(std::vector<std::string> command, const std::vector<std::string>& arguments) {
    command.insert(command.end(), arguments.begin(), arguments.end());
    const int status = test::ChildProcess(command, folder.file("output")).wait();
    std::ifstream stream(folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// As `role`; the options of psql and libpq win over what the server's conninfo names.
  int run(const std::string& role, const std::string& database,
          const std::vector<std::string>& arguments) {
    return run_program({"/usr/bin/env", "-i", VNEIDCTL, "--schema", VNEID_CONFIG "/schema",
                        "--postgres", conninfo(role, database)},
                       arguments);
  }
  int create(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"database", "create"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run("tester", "postgres", arguments);
  }
  /// `vneidctl … --print`, and what it printed through psql.
  int print_and_run(std::vector<std::string> options) {
    options.emplace_back("--print");
    if (create(options) != 0) return -1;
    std::ofstream(folder.file("script.sql")) << output;
    return run_program({"/usr/bin/psql", "-X", "-q", "-f", folder.file("script.sql"), "-d",
                        conninfo("tester", "postgres")},
                       {});
  }
  std::string conninfo(const std::string& role, const std::string& database) {
    return server.by_socket() + " user=" + role + " dbname=" + database;
  }
  std::string sql(const std::string& text, const std::string& database = "vneid") {
    return test::PlainConnection{conninfo("tester", database)}.sql(text);
  }
  /// All that `database create` answers for.
  std::string everything(const std::string& database = "vneid") {
    return sql("select rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb from pg_roles"
               " where rolname !~ '^pg_' order by 1",
               database) +
           sql("select roleid::regrole, member::regrole from pg_auth_members order by 1, 2",
               database) +
           sql("select datname, datdba::regrole, pg_encoding_to_char(encoding), datcollate,"
               " datctype, datacl from pg_database where datname = current_database()",
               database) +
           sql("select nspname, nspacl from pg_namespace where nspname = 'public'", database) +
           sql("select relname, relowner::regrole, relacl from pg_class where relnamespace ="
               " 'public'::regnamespace order by 1",
               database) +
           sql("select attrelid::regclass::text, attname, attacl from pg_attribute where attacl is"
               " not null and attrelid >= 16384 order by 1, 2",
               database) +
           sql("select proname, proowner::regrole, proacl, prosecdef, proconfig from pg_proc where"
               " pronamespace = 'public'::regnamespace order by 1",
               database) +
           sql("select version, sha256 from schema_version order by 1", database);
  }

  test::TemporaryFolder folder;
  test::PostgresServer server;
  std::string output;
};

TEST_F(DatabaseCreate, MakesAllOnceAndMendsWhatIsMissing) {
  ASSERT_EQ(create(), 0) << output;
  for (const char* told : {"created role vneid_owner\n", "created role www-data\n",
                           "created role root\n", "created database vneid\n",
                           "applied 0001_accounts.sql\n", "granted what the roles need\n"}) {
    EXPECT_THAT(output, HasSubstr(told));
  }
  EXPECT_EQ(sql("select datdba::regrole, pg_encoding_to_char(encoding), datcollate, datctype from"
                " pg_database where datname = 'vneid'"),
            "vneid_owner|UTF8|C.UTF-8|C.UTF-8");
  EXPECT_EQ(sql("select distinct relowner::regrole from pg_class where relnamespace ="
                " 'public'::regnamespace"),
            "vneid_owner");
  const std::string before = everything();
  ASSERT_EQ(create(), 0) << output;
  EXPECT_EQ(output, "nothing to do: database vneid is as it should be\n");
  EXPECT_EQ(everything(), before);

  sql("revoke select on account from vneid_app; grant delete on link to vneid_app;"
      "revoke vneid_app from \"www-data\"; alter role root nologin; revoke usage on schema public "
      "from"
      " vneid_officer; grant create on schema public to public; drop owned by vneid_auditor;"
      "drop role vneid_auditor");
  EXPECT_NE(everything(), before);
  ASSERT_EQ(create(), 0) << output;
  EXPECT_EQ(everything(), before);
}

TEST_F(DatabaseCreate, ThePrintedSqlDoesTheSame) {
  const std::vector<std::string> names{"--name",  "Portal.Vneid-2", "--worker",
                                       "web@a-1", "--operator",     "Ops"};
  ASSERT_EQ(create(names), 0) << output;
  const std::string made = everything("Portal.Vneid-2");
  sql("drop database \"Portal.Vneid-2\"", "postgres");
  sql("drop role vneid_owner, vneid_app, vneid_officer, vneid_reader, vneid_auditor, \"web@a-1\","
      " \"Ops\"",
      "postgres");

  ASSERT_EQ(print_and_run(names), 0) << output;
  EXPECT_EQ(output, "");
  ASSERT_EQ(run("Ops", "Portal.Vneid-2", {"schema", "migrate"}), 0) << output;
  EXPECT_THAT(output, HasSubstr("granted what the roles need"));
  EXPECT_EQ(everything("Portal.Vneid-2"), made);

  sql("revoke all on all tables in schema public from vneid_app", "Portal.Vneid-2");
  ASSERT_EQ(print_and_run(names), 0) << output;
  EXPECT_EQ(everything("Portal.Vneid-2"), made);
}

TEST_F(DatabaseCreate, TheOperatorMigratesAndTheOwnerHasTheTables) {
  ASSERT_EQ(create(), 0) << output;
  std::filesystem::copy(VNEID_CONFIG "/schema", folder.file("schema"));
  const std::string next = std::to_string(link::schema_version + 1);
  const std::string zeros(4 - next.size(), '0');
  std::ofstream(folder.file("schema/" + zeros + next + "_later.sql"))
      << "create table later (id int);";
  const std::string forget = "delete from schema_version where version = " + next;
  for (const char* who : {"root", "tester"}) {
    sql("drop table if exists later; " + forget);
    ASSERT_EQ(run(who, "vneid", {"schema", "migrate", "--schema", folder.file("schema")}), 0)
        << output;
    EXPECT_EQ(sql("select relowner::regrole from pg_class where relname = 'later'"), "vneid_owner");
  }
  ASSERT_EQ(run("www-data", "vneid", {"schema", "migrate", "--schema", folder.file("schema")}), 0);
  sql(forget + "; drop table later");
  EXPECT_EQ(run("www-data", "vneid", {"schema", "migrate", "--schema", folder.file("schema")}), 3);
  EXPECT_THAT(output, HasSubstr("permission denied"));
}

// As before there were roles: one user owns all, and another database of the server has the roles.
TEST_F(DatabaseCreate, LeavesDeploymentsOfAnotherOwnerAsTheyAre) {
  sql("create role vneid login", "postgres");
  sql("create database former owner vneid", "postgres");
  ASSERT_EQ(run("vneid", "former", {"schema", "migrate"}), 0) << output;
  const std::string before = everything("former");
  ASSERT_EQ(create(), 0) << output;
  EXPECT_EQ(create({"--name", "former"}), 3);
  EXPECT_THAT(output, HasSubstr("database former belongs to vneid, and was left as it is"));
  EXPECT_THAT(output, HasSubstr("alter database \"former\" owner to vneid_owner"));
  EXPECT_EQ(run("vneid", "former", {"schema", "status"}), 0);
  EXPECT_EQ(run("vneid", "former", {"schema", "migrate"}), 0) << output;
  EXPECT_EQ(sql("select distinct relowner::regrole from pg_class where relnamespace ="
                " 'public'::regnamespace",
                "former"),
            "vneid");
  EXPECT_EQ(run("vneid", "former", {"links", "show", "a"}), 2);  // no keys: but it got that far

  sql("create database empty", "postgres");
  EXPECT_EQ(create({"--name", "empty"}), 3);
  sql("alter database empty owner to vneid_owner", "postgres");
  EXPECT_EQ(create({"--name", "empty"}), 0) << output;
}

TEST_F(DatabaseCreate, SaysInASentenceWhatIsWrong) {
  EXPECT_EQ(run("nobody", "postgres", {"database", "create"}), 3);
  EXPECT_THAT(output, HasSubstr("role \"nobody\" does not exist; make it known: runuser -u"
                                " postgres -- vneidctl database create"));
  EXPECT_EQ(run("guarded", "postgres", {"database", "create"}), 3);
  EXPECT_THAT(output, HasSubstr("role \"guarded\" may not make databases and roles; run it as"
                                " postgres: runuser -u postgres -- vneidctl database create"));
  EXPECT_EQ(run("root", "vneid", {"schema", "status"}), 3);
  EXPECT_THAT(output, HasSubstr("make it known: runuser -u postgres -- vneidctl database create"));
  EXPECT_EQ(sql("select count(*) from pg_roles where rolname like 'vneid%'", "postgres"), "0");

  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--name", "a\"b"},
                                             {"--name", ""},
                                             {"--name", "template1"},
                                             {"--worker", "a'; drop"},
                                             {"--worker", "pg_monitor"},
                                             {"--worker", "-x"},
                                             {"--operator", std::string(64, 'a')},
                                             {"--operator", "public"},
                                             {"--worker", "vneid_app"},
                                             {"--worker", "root"}}) {
    const bool by_default = wrong == std::vector<std::string>{"--name", ""};
    EXPECT_EQ(create({wrong[0], wrong[1], "--print"}), by_default ? 0 : 2) << wrong[1];
  }
  EXPECT_THAT(output, HasSubstr("who runs nginx's workers must not own the tables"));
  EXPECT_EQ(
      run_program({"/usr/bin/env", "-i", VNEIDCTL, "--postgres", "hst=x"}, {"database", "create"}),
      2);
  EXPECT_THAT(output, HasSubstr("--postgres: "));

  sql("create role strong superuser login", "postgres");
  EXPECT_EQ(create({"--worker", "strong"}), 1);
  EXPECT_THAT(output, HasSubstr("strong is a superuser"));
}

// Whoever prepares the way for nginx's user sees the same as nginx will.
TEST_F(DatabaseCreate, WorkersMayEnterOthersMayNot) {
  ASSERT_EQ(create(), 0) << output;
  EXPECT_EQ(
      test::PlainConnection{conninfo("www-data", "vneid")}.sql("select count(*) from account"),
      "0");
  test::PlainConnection stranger{conninfo("guarded", "vneid")};
  EXPECT_THROW(stranger.sql("select 1"), std::runtime_error);
  test::PlainConnection officer{conninfo("tester", "vneid")};
  officer.sql("create role lan login in role vneid_officer");
  EXPECT_EQ(run("lan", "vneid", {"review", "list", "--keys", folder.file("none")}), 3);
  EXPECT_THAT(output, Not(HasSubstr("permission denied")));
}

}  // namespace
}  // namespace vneid
