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

#include "drivers/support/officers.hpp"
#include "drivers/support/review_world.hpp"

namespace vneid {
namespace {

using test::mau;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// The queue as officers use it: people with accounts of the system.
struct VneidctlReview : testing::Test {
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root makes accounts and becomes somebody else";
  }
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

  int run_command(std::vector<std::string> command, const std::string& role,
                  const std::vector<std::string>& arguments) {
    command.insert(command.end(), arguments.begin(), arguments.end());
    const test::PostgresServer& server = world.database.server();
    const std::string name = world.database.sql("select current_database()");
    command.insert(command.end(), {"--postgres",
                                   "host=127.0.0.1 port=" + std::to_string(server.port()) +
                                       " user=" + role + " dbname=" + name,
                                   "--keys", folder.file("keys")});
    const int status = test::ChildProcess(command, folder.file("output")).wait();
    std::ifstream stream(folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
    everything += output;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int run_as(uid_t login, uid_t user, const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment = {}) {
    EXPECT_EQ(::chown(folder.file("keys").c_str(), user, static_cast<gid_t>(-1)), 0);
    auto command = test::as_user(login, user, environment);
    command.push_back(program());
    return run_command(command, role_of(user), arguments);
  }
  /// As `local all all peer` has it, with root a member of vneid_owner.
  std::string role_of(uid_t user) {
    if (user == 0) return "operator";
    const passwd* person = user < 1000 ? nullptr : ::getpwuid(user);
    if (person == nullptr) return "officer";  // who is refused before anybody asks PostgreSQL
    world.database.add_person(person->pw_name, admin::Duty::officer);
    return person->pw_name;
  }
  int run(const test::OfficerAccount& officer, const std::vector<std::string>& arguments) {
    return run_as(officer.uid(), officer.uid(), arguments);
  }
  /// Where every account of the system may run it: the build's folder may be root's alone.
  std::string program() {
    const std::string copy = folder.file("vneidctl");
    if (!std::filesystem::exists(copy)) {
      std::filesystem::copy_file(VNEIDCTL, copy);
      std::filesystem::permissions(std::filesystem::path(copy).parent_path(),
                                   std::filesystem::perms{0755});
    }
    return copy;
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

  const test::OfficerAccount& lan = test::OfficerAccount::lan();
  const test::OfficerAccount& minh = test::OfficerAccount::minh();
  test::TemporaryFolder folder;
  test::ReviewWorld world;
  std::shared_ptr<const crypto::KeyRing> keys;
  AccountId account;
  std::string output;
  std::string everything;
};

TEST_F(VneidctlReview, ListsTheOldestFirst) {
  EXPECT_EQ(run(lan, {"review", "list"}), 0);
  EXPECT_EQ(output, "no reviews\n");
  const std::string link = ask();
  const std::string identity = contradict();
  EXPECT_EQ(run(lan, {"review", "list"}), 0);
  EXPECT_THAT(output,
              MatchesRegex("REFERENCE +KIND +STATE +CREATED +ACCOUNT +OTHER SIDE +REASONS\n" +
                           identity + " +identity +open .*\n" + link +
                           "  link +open +[0-9/]{10} [0-9:]{5}  052\\*{6}999 +052\\*{6}999 "
                           "+name_differs\n"));
  EXPECT_EQ(run(lan, {"review", "approve", link}), 0);
  EXPECT_EQ(run(lan, {"review", "reject", identity, "--reason", "giấy tờ giả"}), 0);
  EXPECT_EQ(run(lan, {"review", "list"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("waiting for a second officer"), Not(HasSubstr(identity))));
  EXPECT_EQ(run(lan, {"review", "list", "--state", "rejected"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr(identity), Not(HasSubstr(link))));
  EXPECT_EQ(run(lan, {"review", "list", "--state", "all"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr(identity), HasSubstr(link)));
  EXPECT_EQ(run(lan, {"review", "list", "--state", "lost"}), 2);
  EXPECT_THAT(output, HasSubstr("--state is open, approved, rejected or all"));
  expect_nobody_named();
}

TEST_F(VneidctlReview, ListsTheQueuePartByPart) {
  const std::string second = ask();
  const std::string first = contradict();
  EXPECT_EQ(run(lan, {"review", "list", "--limit", "1"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr(first), Not(HasSubstr(second)),
                            HasSubstr("there are more: --after " + first)));
  EXPECT_EQ(run(lan, {"review", "list", "--limit", "1", "--after", first}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr(second), Not(HasSubstr(first + " ")),
                            Not(HasSubstr("there are more"))));
  EXPECT_EQ(run(lan, {"review", "list", "--after", second}), 0);
  EXPECT_THAT(output, HasSubstr("no reviews"));
  EXPECT_EQ(run(lan, {"review", "list", "--after", "K7QF-2MXD"}), 3) << output;
  EXPECT_EQ(run(lan, {"review", "list", "--after", "x"}), 2);
  EXPECT_EQ(run(lan, {"review", "list", "--limit", "0"}), 2);
}

TEST_F(VneidctlReview, TheTrailTellsWhoLooked) {
  const std::string reference = ask();
  EXPECT_EQ(run(lan, {"review", "show", reference}), 0);
  EXPECT_EQ(world.database.sql("select officer || ' ' || request_id from audit_event"
                               " where event = 'review.viewed'"),
            lan.name() + " " + reference);
}

TEST_F(VneidctlReview, ShowsBothSidesMasked) {
  const std::string reference = ask();
  EXPECT_EQ(run(lan, {"review", "show", reference}), 0);
  EXPECT_THAT(output,
              AllOf(HasSubstr("review " + reference + " (link): open\n"), HasSubstr("told by bca"),
                    HasSubstr("reasons: name_differs"), HasSubstr("Lê M*** M**")));
  EXPECT_THAT(output, HasSubstr("Nguyễn V** K***"));
  EXPECT_THAT(output, HasSubstr("3 of 3 words differ"));
  EXPECT_THAT(output, HasSubstr("number      052******999  052******999     same"));
  EXPECT_THAT(output, HasSubstr("birth date  1989          1989             same"));
  EXPECT_EQ(run(lan, {"review", "show", contradict()}), 0);
  EXPECT_THAT(output, HasSubstr("differs in accents or tones only"));
  expect_nobody_named();
}

TEST_F(VneidctlReview, ApprovesByTwoOfficers) {
  const std::string reference = ask();
  EXPECT_EQ(run(lan, {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("approved by " + lan.name() + " on "));
  EXPECT_THAT(output, HasSubstr("it needs a second officer"));
  EXPECT_EQ(run(lan, {"review", "approve", reference}), 3);
  EXPECT_THAT(output, HasSubstr("has your approval already"));
  EXPECT_EQ(run(minh, {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("approved by " + minh.name() + " on "));
  EXPECT_THAT(output, HasSubstr("first by " + lan.name() + " on "));
  for (const char* verb : {"approve", "reject"}) {
    EXPECT_EQ(run(lan, {"review", verb, reference, "--reason", "x"}), 3);
    EXPECT_THAT(output, HasSubstr("was approved by " + minh.name() + " on "));
  }
  link::Linker linker{world.pool, keys};
  EXPECT_TRUE(
      std::holds_alternative<link::Linked>(world.loop.run(linker.link(world.doubtful(account)))));
  EXPECT_EQ(world.database.sql("select event, officer from audit_event where event like 'review.%'"
                               " order by id"),
            "review.proposed|" + lan.name() + "\nreview.approved|" + minh.name());
  expect_nobody_named();
}

TEST_F(VneidctlReview, ApprovedIdentityStands) {
  const std::string reference = contradict();
  EXPECT_EQ(run(lan, {"review", "approve", reference}), 0);
  EXPECT_EQ(run(minh, {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("the source's values are verified now"));
  EXPECT_EQ(world.database.sql("select status, source from identity_field where field = 'name'"),
            "verified|CSDLQG về dân cư");
  expect_nobody_named();
}

TEST_F(VneidctlReview, RejectsWithAReason) {
  const std::string reference = ask();
  for (const std::string& reason : {"", "  ", "số 052 089 999 999", "a\nb"}) {
    EXPECT_EQ(run(lan, {"review", "reject", reference, "--reason", reason}), 2) << reason;
  }
  EXPECT_EQ(run(lan, {"review", "reject", reference}), 2);
  EXPECT_THAT(output, HasSubstr("--reason says why"));
  EXPECT_EQ(world.count("review where state = 'open'"), "1");
  EXPECT_EQ(run(lan, {"review", "reject", reference, "--reason", "tên khác hẳn"}), 0);
  EXPECT_EQ(run(lan, {"review", "show", reference}), 0);
  EXPECT_THAT(output, HasSubstr("reason: tên khác hẳn"));
  EXPECT_EQ(run(lan, {"review", "approve", reference}), 3);
  EXPECT_THAT(output, HasSubstr("was rejected by "));
  EXPECT_THAT(output, HasSubstr("reason: tên khác hẳn"));
}

TEST_F(VneidctlReview, UnderstandsTypedReferences) {
  world.database.sql("alter table review disable trigger review_guard");
  (void)ask();
  world.database.sql("update review set reference = '10QF-2MXD'");
  for (const char* typed : {"10QF-2MXD", "ioqf2mxd", " lo qf 2m xd ", "1OQF–2MXD"}) {
    EXPECT_EQ(run(lan, {"review", "show", typed}), 0) << typed;
  }
  EXPECT_EQ(run(lan, {"review", "show", "10QF-2MXE"}), 3);
  EXPECT_THAT(output, HasSubstr("there is no review 10QF-2MXE"));
  EXPECT_EQ(run(lan, {"review", "approve", "10QF"}), 2);
  EXPECT_THAT(output, HasSubstr("is no reference"));
}

TEST_F(VneidctlReview, OfficerIsWhoeverLoggedIn) {
  const std::string reference = ask();
  const std::vector<std::string> approve{"review", "approve", reference};
  // Neither root, nor an account that several people use, whatever the environment says.
  const std::vector<std::string> claims{"SUDO_USER=" + minh.name(),
                                        "SUDO_UID=" + std::to_string(minh.uid()),
                                        "USER=" + minh.name(), "LOGNAME=" + minh.name()};
  EXPECT_EQ(run_as(0, 0, approve, claims), 3);
  EXPECT_THAT(output, HasSubstr("root is nobody in particular"));
  const uid_t www_data = ::getpwnam("www-data")->pw_uid;
  EXPECT_EQ(run_as(www_data, www_data, approve, claims), 3);
  EXPECT_THAT(output, HasSubstr("is an account of the system"));
  constexpr uid_t nameless = 54321;
  EXPECT_EQ(run_as(nameless, nameless, approve), 3);
  EXPECT_THAT(output, HasSubstr("user id 54321 names no account"));
  EXPECT_EQ(world.count("review where proposed_by is not null"), "0");

  EXPECT_EQ(run_as(lan.uid(), lan.uid(), approve, claims), 0);
  EXPECT_THAT(output, HasSubstr("approved by " + lan.name() + " on "));
  EXPECT_EQ(run_as(lan.uid(), lan.uid(), approve, claims), 3);
  EXPECT_THAT(output, HasSubstr("has your approval already"));
}

// A4: through sudo and su an officer stays one person.
TEST_F(VneidctlReview, NobodyBecomesASecondOfficer) {
  if (!test::keeps_logins()) GTEST_SKIP() << "this kernel keeps no audit login ids";
  const std::string reference = ask();
  const std::vector<std::string> approve{"review", "approve", reference};
  EXPECT_EQ(run_as(lan.uid(), 0, approve), 0);  // sudo vneidctl …
  EXPECT_THAT(output, HasSubstr("approved by " + lan.name() + " on "));
  EXPECT_EQ(run_as(lan.uid(), minh.uid(), approve), 3);  // sudo -u minh vneidctl …
  EXPECT_THAT(output, HasSubstr("has your approval already"));
  EXPECT_EQ(run_as(minh.uid(), 0, approve), 0);
  EXPECT_THAT(output, HasSubstr("approved by " + minh.name() + " on "));
}

}  // namespace
}  // namespace vneid
