#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/review_world.hpp"

namespace vneid {
namespace {

using test::mau;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// The queue as officers use it. They are accounts of the system that every Debian has.
struct VneidctlReview : testing::Test {
  VneidctlReview() {
    using namespace std::chrono_literals;
    write("keys", crypto::KeyRing::generate_text(2026y / 11 / 23));
    std::filesystem::permissions(folder.file("keys"), std::filesystem::perms::owner_read);
    keys =
        std::make_shared<const crypto::KeyRing>(crypto::KeyRing::load(folder.file("keys")).value());
    test::import_text(
        world.loop, world.operator_pool, admin::AccountRows{keys, {PortalName{"portal"}, {}}, 2026},
        "account,citizen_id,name,birth_date,citizen_id_status,source,verified_at\n"
        "mau.le," +
            mau.number + "," + mau.name + "," + mau.birth_date + ",verified,CSDL,2023-11-20\n");
    account = AccountId{std::stoll(world.database.sql("select id from account"))};
  }

  std::string ask() {
    link::Linker linker{world.pool, keys};
    return std::get<link::InReview>(world.loop.run(linker.link(world.doubtful(account)))).reference;
  }
  std::string contradict() {
    test::OpenIdentityReview work{
        .review = test::ReviewWorld::contradiction(account, "Lê Minh Mậu"), .keys = keys};
    return world.loop.run(
        postgres::with_retries(world.pool, postgres::Isolation::read_committed, work));
  }

  int run_command(std::vector<std::string> command, const std::vector<std::string>& arguments) {
    command.insert(command.end(), arguments.begin(), arguments.end());
    const test::PostgresServer& server = world.database.server();
    const std::string name = world.database.sql("select current_database()");
    command.insert(command.end(), {"--postgres",
                                   "host=127.0.0.1 port=" + std::to_string(server.port()) +
                                       " user=officer dbname=" + name,
                                   "--keys", folder.file("keys")});
    const int status = test::ChildProcess(command, folder.file("output")).wait();
    std::ifstream stream(folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
    everything += output;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// Through sudo, by `officer`.
  int run(const std::string& officer, const std::vector<std::string>& arguments) {
    return run_command({"/usr/bin/env", "-i", "SUDO_USER=" + officer, VNEIDCTL}, arguments);
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
  }
  /// Neither side's number, name or date of birth, in what was printed and in the trail.
  void expect_nobody_named() {
    everything += world.database.sql("select audit_event::text from audit_event");
    for (const std::string& secret :
         {mau.number, mau.name, std::string{"Mẫu"}, std::string{"Mậu"}, std::string{"Khác"},
          std::string{"1989-08-15"}, std::string{"15/08"}, std::string{"mau.le"}}) {
      EXPECT_THAT(everything, Not(HasSubstr(secret)));
    }
  }

  test::TemporaryFolder folder;
  test::ReviewWorld world;
  std::shared_ptr<const crypto::KeyRing> keys;
  AccountId account;
  std::string output;
  std::string everything;
};

TEST_F(VneidctlReview, ListsTheOldestFirst) {
  EXPECT_EQ(run("nobody", {"review", "list"}), 0);
  EXPECT_EQ(output, "no reviews\n");
  const std::string link = ask();
  const std::string identity = contradict();
  EXPECT_EQ(run("nobody", {"review", "list"}), 0);
  EXPECT_THAT(output,
              MatchesRegex("REFERENCE +KIND +STATE +CREATED +ACCOUNT +OTHER SIDE +REASONS\n" +
                           identity + " +identity +open .*\n" + link +
                           "  link +open +[0-9/]{10} [0-9:]{5}  052\\*{6}999 +052\\*{6}999 "
                           "+name_differs\n"));
  EXPECT_EQ(run("nobody", {"review", "approve", link}), 0);
  EXPECT_EQ(run("nobody", {"review", "reject", identity, "--reason", "giấy tờ giả"}), 0);
  EXPECT_EQ(run("nobody", {"review", "list"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("waiting for a second officer"), Not(HasSubstr(identity))));
  EXPECT_EQ(run("nobody", {"review", "list", "--state", "rejected"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr(identity), Not(HasSubstr(link))));
  EXPECT_EQ(run("nobody", {"review", "list", "--state", "all"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr(identity), HasSubstr(link)));
  EXPECT_EQ(run("nobody", {"review", "list", "--state", "lost"}), 2);
  EXPECT_THAT(output, HasSubstr("--state is open, approved, rejected or all"));
  expect_nobody_named();
}

TEST_F(VneidctlReview, ShowsBothSidesMasked) {
  const std::string reference = ask();
  EXPECT_EQ(run("nobody", {"review", "show", reference}), 0);
  EXPECT_THAT(output,
              AllOf(HasSubstr("review " + reference + " (link): open\n"), HasSubstr("told by bca"),
                    HasSubstr("reasons: name_differs"), HasSubstr("Lê M*** M**")));
  EXPECT_THAT(output, HasSubstr("Nguyễn V** K***"));
  EXPECT_THAT(output, HasSubstr("3 of 3 words differ"));
  EXPECT_THAT(output, HasSubstr("number      052******999  052******999     same"));
  EXPECT_THAT(output, HasSubstr("birth date  1989          1989             same"));
  EXPECT_EQ(run("nobody", {"review", "show", contradict()}), 0);
  EXPECT_THAT(output, HasSubstr("differs in accents or tones only"));
  expect_nobody_named();
}

TEST_F(VneidctlReview, ApprovesByTwoOfficers) {
  if (::geteuid() != 0) GTEST_SKIP() << "SUDO_USER counts for root alone";
  const std::string reference = ask();
  EXPECT_EQ(run("nobody", {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("approved by nobody on "));
  EXPECT_THAT(output, HasSubstr("it needs a second officer"));
  EXPECT_EQ(run("nobody", {"review", "approve", reference}), 3);
  EXPECT_THAT(output, HasSubstr("has your approval already"));
  EXPECT_EQ(run("www-data", {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("approved by www-data on "));
  EXPECT_THAT(output, HasSubstr("first by nobody on "));
  for (const char* verb : {"approve", "reject"}) {
    EXPECT_EQ(run("nobody", {"review", verb, reference, "--reason", "x"}), 3);
    EXPECT_THAT(output, HasSubstr("was approved by www-data on "));
  }
  link::Linker linker{world.pool, keys};
  EXPECT_TRUE(
      std::holds_alternative<link::Linked>(world.loop.run(linker.link(world.doubtful(account)))));
  EXPECT_EQ(world.database.sql("select event, officer from audit_event where event like 'review.%'"
                               " order by id"),
            "review.proposed|nobody\nreview.approved|www-data");
  expect_nobody_named();
}

TEST_F(VneidctlReview, ApprovedIdentityStands) {
  if (::geteuid() != 0) GTEST_SKIP() << "SUDO_USER counts for root alone";
  const std::string reference = contradict();
  EXPECT_EQ(run("nobody", {"review", "approve", reference}), 0);
  EXPECT_EQ(run("www-data", {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("the source's values are verified now"));
  EXPECT_EQ(world.database.sql("select status, source from identity_field where field = 'name'"),
            "verified|CSDLQG về dân cư");
  expect_nobody_named();
}

TEST_F(VneidctlReview, RejectsWithAReason) {
  const std::string reference = ask();
  for (const std::string& reason : {"", "  ", "số 052 089 999 999", "a\nb"}) {
    EXPECT_EQ(run("nobody", {"review", "reject", reference, "--reason", reason}), 2) << reason;
  }
  EXPECT_EQ(run("nobody", {"review", "reject", reference}), 2);
  EXPECT_THAT(output, HasSubstr("--reason says why"));
  EXPECT_EQ(world.count("review where state = 'open'"), "1");
  EXPECT_EQ(run("nobody", {"review", "reject", reference, "--reason", "tên khác hẳn"}), 0);
  EXPECT_EQ(run("nobody", {"review", "show", reference}), 0);
  EXPECT_THAT(output, HasSubstr("reason: tên khác hẳn"));
  EXPECT_EQ(run("nobody", {"review", "approve", reference}), 3);
  EXPECT_THAT(output, HasSubstr("was rejected by "));
  EXPECT_THAT(output, HasSubstr("reason: tên khác hẳn"));
}

TEST_F(VneidctlReview, UnderstandsTypedReferences) {
  world.database.sql("alter table review disable trigger review_guard");
  (void)ask();
  world.database.sql("update review set reference = '10QF-2MXD'");
  for (const char* typed : {"10QF-2MXD", "ioqf2mxd", " lo qf 2m xd ", "1OQF–2MXD"}) {
    EXPECT_EQ(run("nobody", {"review", "show", typed}), 0) << typed;
  }
  EXPECT_EQ(run("nobody", {"review", "show", "10QF-2MXE"}), 3);
  EXPECT_THAT(output, HasSubstr("there is no review 10QF-2MXE"));
  EXPECT_EQ(run("nobody", {"review", "approve", "10QF"}), 2);
  EXPECT_THAT(output, HasSubstr("is no reference"));
}

TEST_F(VneidctlReview, OfficerIsTheAccountThatRunsIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root becomes somebody else";
  const std::string reference = ask();
  EXPECT_EQ(run("no-such-officer", {"review", "approve", reference}), 3);
  EXPECT_THAT(output, HasSubstr("SUDO_USER names no account"));
  EXPECT_EQ(run_command({"/usr/bin/env", "-i", VNEIDCTL}, {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("approved by root on "));

  // Not root: whatever SUDO_USER says, the account is who it is.
  std::filesystem::copy_file(VNEIDCTL, folder.file("vneidctl"));
  const std::filesystem::path root = std::filesystem::path(folder.file("x")).parent_path();
  std::filesystem::permissions(root, std::filesystem::perms{0755});
  const auto as = [&](uid_t user) {
    ASSERT_EQ(::chown(folder.file("keys").c_str(), user, static_cast<gid_t>(-1)), 0);
    const std::string id = std::to_string(user);
    run_command({"/usr/bin/setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups",
                 "/usr/bin/env", "-i", "SUDO_USER=root", folder.file("vneidctl")},
                {"review", "approve", reference});
  };
  as(::getpwnam("www-data")->pw_uid);
  EXPECT_THAT(output, HasSubstr("approved by www-data on "));
  EXPECT_THAT(output, HasSubstr("first by root on "));
  constexpr uid_t nameless = 54321;
  as(nameless);
  EXPECT_THAT(output, HasSubstr("user id 54321 names no account"));
}

}  // namespace
}  // namespace vneid
