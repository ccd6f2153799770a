// What officers do to links and accounts on the command line, and the sessions that end by it (G4).
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/officers.hpp"
#include "drivers/support/redis_server.hpp"
#include "drivers/support/review_world.hpp"
#include "session/session.hpp"

namespace vneid {
namespace {

using test::mau;
using testing::HasSubstr;
using testing::Not;

struct VneidctlUndo : testing::Test {
  static void SetUpTestSuite() { server = std::make_unique<test::RedisServer>(); }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root makes accounts and becomes somebody else";
    if (server->ask({"PING"}).empty()) server->start();
    server->ask({"FLUSHALL"});
    using namespace std::chrono_literals;
    std::ofstream(folder.file("keys")) << crypto::KeyRing::generate_text(2026y / 11 / 23);
    std::filesystem::permissions(folder.file("keys"), std::filesystem::perms::owner_read);
    keys =
        std::make_shared<const crypto::KeyRing>(crypto::KeyRing::load(folder.file("keys")).value());
    std::filesystem::copy_file(VNEIDCTL, folder.file("vneidctl"));
    std::filesystem::permissions(std::filesystem::path(folder.file("x")).parent_path(),
                                 std::filesystem::perms{0755});
    client = std::make_unique<redis::Client>(world.loop, server->by_port());
    sessions = std::make_unique<Sessions>(*client, keys);
    linker = std::make_unique<link::Linker>(world.pool, keys);
    account = add_account("mau.le");
    link_id = make(account);
  }

  AccountId add_account(const std::string& name) {
    test::import_text(
        world.loop, world.operator_pool, admin::AccountRows{keys, {PortalName{"portal"}, {}}, 2026},
        "account,citizen_id,name,birth_date,citizen_id_status,source,verified_at\n" + name + "," +
            mau.number + "," + mau.name + "," + mau.birth_date + ",verified,CSDL,2023-11-20\n");
    return AccountId{std::stoll(world.database.sql("select max(id) from account"))};
  }
  std::string make(AccountId of) {
    const auto linked = world.loop.run(linker->link(world.request(of, mau)));
    return std::to_string(std::get<link::Linked>(linked).link_id.value());
  }
  std::string begin(AccountId of) {
    Session session;
    session.proof = Session::Proof::vneid;
    session.portal = PortalName{"portal"};
    session.account_id = of;
    session.person_id = PersonId{1};
    const auto set = world.loop.run(sessions->begin(std::move(session), {}, world.loop.wall_now()));
    return set.substr(0, set.find(';'));
  }
  bool alive(const std::string& cookie) {
    return world.loop.run(sessions->read(cookie, world.loop.wall_now())).has_value();
  }

  int run(const test::OfficerAccount& officer, std::vector<std::string> arguments,
          const std::string& redis = {}) {
    EXPECT_EQ(::chown(folder.file("keys").c_str(), officer.uid(), static_cast<gid_t>(-1)), 0);
    auto command = test::as_user(officer.uid(), officer.uid());
    command.push_back(folder.file("vneidctl"));
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::string port = std::to_string(server->by_port().port);
    const std::string words = redis.empty() ? "localhost:" + port + " prefix=vneid:" : redis;
    command.insert(command.end(),
                   {"--postgres",
                    "host=127.0.0.1 port=" + std::to_string(world.database.server().port()) +
                        " user=officer dbname=" + world.database.name(),
                    "--keys", folder.file("keys"), "--redis", words});
    const int status = test::ChildProcess(command, folder.file("output")).wait();
    std::ifstream stream(folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
    EXPECT_THAT(output, Not(HasSubstr(mau.number)));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static inline std::unique_ptr<test::RedisServer> server;
  const test::OfficerAccount& lan = test::OfficerAccount::lan();
  const test::OfficerAccount& minh = test::OfficerAccount::minh();
  test::TemporaryFolder folder;
  test::ReviewWorld world;
  std::shared_ptr<const crypto::KeyRing> keys;
  std::unique_ptr<redis::Client> client;
  std::unique_ptr<Sessions> sessions;
  std::unique_ptr<link::Linker> linker;
  AccountId account;
  std::string link_id;
  std::string output;
};

TEST_F(VneidctlUndo, TwoOfficersUndoALinkAndItsSessionsEnd) {
  const AccountId other = add_account("khac");
  (void)make(other);
  const std::string hers = begin(account);
  const std::string elsewhere = begin(other);
  EXPECT_EQ(run(lan, {"links", "undo", link_id}), 3);
  EXPECT_THAT(output, HasSubstr("needs a reason of its first officer"));
  EXPECT_EQ(run(lan, {"links", "undo", link_id, "--reason", "số 052 089 999 999"}), 2);
  EXPECT_EQ(run(lan, {"links", "undo", link_id, "--reason", "nhầm người"}), 0);
  EXPECT_THAT(output, HasSubstr("it needs a second officer"));
  EXPECT_EQ(run(lan, {"links", "undo", link_id}), 3);
  EXPECT_THAT(output, HasSubstr("has your approval already"));
  EXPECT_TRUE(alive(hers));
  EXPECT_EQ(run(minh, {"review", "list"}), 0);
  EXPECT_THAT(output, testing::AllOf(HasSubstr("undo"), HasSubstr("officer_asks")));
  EXPECT_EQ(run(minh, {"links", "undo", link_id}), 0);
  EXPECT_THAT(output, HasSubstr("link " + link_id + " is undone; its records are the account's"));
  EXPECT_THAT(output, HasSubstr("1 sessions of its account were ended"));
  EXPECT_FALSE(alive(hers));
  EXPECT_TRUE(alive(elsewhere));
  EXPECT_EQ(world.database.sql("select state, undone_by, undo_approved_by, undo_reason from link"
                               " where id = " +
                               link_id),
            "undone|" + lan.name() + "|" + minh.name() + "|nhầm người");
  EXPECT_EQ(world.database.inconsistencies(), "");
  EXPECT_EQ(run(lan, {"links", "undo", link_id}), 0);
  EXPECT_THAT(output, HasSubstr("was undone before"));
  EXPECT_EQ(run(lan, {"links", "undo", "999"}), 3);
  EXPECT_EQ(run(lan, {"links", "undo", "x"}), 2);
}

TEST_F(VneidctlUndo, APasswordThatOthersMayReadIsNotUsed) {
  const std::string file = folder.file("password");
  std::ofstream(file) << "of-no-value\n";
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  const std::vector<std::string> undo{"links", "undo", link_id, "--reason", "nhầm người"};
  EXPECT_EQ(run(lan, undo, "127.0.0.1:1 password_file=" + file), 2);
  EXPECT_THAT(output,
              testing::AllOf(HasSubstr(file), HasSubstr("others than its owner may use it")));
  EXPECT_EQ(run(lan, undo, "127.0.0.1:1 user=x"), 2);
  EXPECT_THAT(output, HasSubstr("\"user=\" of \"vneid_redis\" needs a \"password_file=\""));
  // As nginx does: of two lines nobody can tell which is meant.
  std::ofstream(file) << "of-no-value\nof-none-either\n";
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  EXPECT_EQ(::chown(file.c_str(), lan.uid(), static_cast<gid_t>(-1)), 0);
  EXPECT_EQ(run(lan, undo, "127.0.0.1:1 password_file=" + file), 2);
  EXPECT_THAT(output, HasSubstr(file + ": must hold one line that is not empty"));
  EXPECT_EQ(world.database.sql("select count(*) from review"), "0") << "before anything is asked";
}

TEST_F(VneidctlUndo, ARequestIsApprovedByItsReference) {
  const std::string cookie = begin(account);
  EXPECT_EQ(run(lan, {"links", "undo", link_id, "--reason", "nhầm người"}), 0);
  const std::string reference = world.database.sql("select reference from review");
  EXPECT_EQ(run(minh, {"review", "show", reference}), 0);
  EXPECT_THAT(output,
              testing::AllOf(HasSubstr("(undo)"), HasSubstr("to be undone: link " + link_id),
                             HasSubstr("because: nhầm người")));
  EXPECT_EQ(run(minh, {"review", "approve", reference}, " "), 2);
  EXPECT_THAT(output, HasSubstr("which Redis holds the sessions"));
  EXPECT_EQ(world.count("link where state = 'active'"), "1");
  EXPECT_EQ(run(minh, {"review", "approve", reference}), 0);
  EXPECT_THAT(output, HasSubstr("1 sessions of its account were ended"));
  EXPECT_FALSE(alive(cookie));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(VneidctlUndo, SessionsThatCouldNotBeEndedAreTold) {
  const std::string cookie = begin(account);
  EXPECT_EQ(run(lan, {"links", "undo", link_id, "--reason", "nhầm người"}), 0);
  EXPECT_EQ(run(minh, {"links", "undo", link_id}, "unix:/nowhere"), 1);
  EXPECT_THAT(output, HasSubstr("link " + link_id + " is undone, but its sessions may go on"));
  EXPECT_THAT(output, HasSubstr("run the same command again"));
  EXPECT_TRUE(alive(cookie));
  EXPECT_EQ(run(minh, {"links", "undo", link_id}), 0);
  EXPECT_FALSE(alive(cookie));
}

TEST_F(VneidctlUndo, AnOfficerClosesAnAccount) {
  const std::string cookie = begin(account);
  EXPECT_EQ(run(lan, {"accounts", "close", "mau.le"}), 2);
  EXPECT_THAT(output, HasSubstr("--reason says why"));
  EXPECT_EQ(run(lan, {"accounts", "close", "nobody", "--reason", "x"}), 3);
  EXPECT_EQ(run(lan, {"accounts", "close", "mau.le", "--reason", "yêu cầu của công dân"}), 0);
  EXPECT_THAT(output, HasSubstr("closed by " + lan.name()));
  EXPECT_THAT(output, HasSubstr("1 sessions of it were ended"));
  EXPECT_FALSE(alive(cookie));
  EXPECT_EQ(world.database.sql("select a.status, t.act, t.officer, t.reason from account a"
                               " join account_act t on t.account_id = a.id"),
            "closed|closed|" + lan.name() + "|yêu cầu của công dân");
  EXPECT_EQ(world.database.sql("select officer, account_id from audit_event"
                               " where event = 'account.closed'"),
            lan.name() + "|" + std::to_string(account.value()));
  EXPECT_TRUE(std::holds_alternative<link::Refused>(
      world.loop.run(linker->link(world.request(account, mau)))));
  EXPECT_EQ(run(minh, {"accounts", "close", "mau.le", "--reason", "x"}), 0);
  EXPECT_THAT(output, HasSubstr("was closed before"));
  EXPECT_EQ(world.count("account_act"), "1");
}

}  // namespace
}  // namespace vneid
