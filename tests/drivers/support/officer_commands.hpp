#pragma once

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

namespace vneid::test {

/// vneidctl as two officers run it, with an account "mau.le" that is linked, and its sessions.
struct OfficerCommands : testing::Test {
  static void SetUpTestSuite() { server = std::make_unique<RedisServer>(); }
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
    sessions = std::make_unique<Sessions>(*client, keys, SessionTable::own(8));
    linker = std::make_unique<link::Linker>(world.pool, keys);
    account = add_account("mau.le");
    link_id = make(account);
  }

  AccountId add_account(const std::string& name) {
    import_text(
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

  int run(const OfficerAccount& officer, std::vector<std::string> arguments,
          const std::string& redis = {}) {
    world.database.add_person(officer.name(), admin::Duty::officer);
    EXPECT_EQ(::chown(folder.file("keys").c_str(), officer.uid(), static_cast<gid_t>(-1)), 0);
    auto command = as_user(officer.uid(), officer.uid());
    command.push_back(folder.file("vneidctl"));
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::string port = std::to_string(server->by_port().port);
    const std::string words = redis.empty() ? "localhost:" + port + " prefix=vneid:" : redis;
    command.insert(command.end(),
                   {"--postgres",
                    "host=127.0.0.1 port=" + std::to_string(world.database.server().port()) +
                        " user=" + officer.name() + " dbname=" + world.database.name(),
                    "--keys", folder.file("keys"), "--redis", words});
    const int status = ChildProcess(command, folder.file("output")).wait();
    std::ifstream stream(folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
    EXPECT_THAT(output, testing::Not(testing::HasSubstr(mau.number)));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static inline std::unique_ptr<RedisServer> server;
  const OfficerAccount& lan = OfficerAccount::lan();
  const OfficerAccount& minh = OfficerAccount::minh();
  TemporaryFolder folder;
  ReviewWorld world;
  std::shared_ptr<const crypto::KeyRing> keys;
  std::unique_ptr<redis::Client> client;
  std::unique_ptr<Sessions> sessions;
  std::unique_ptr<link::Linker> linker;
  AccountId account;
  std::string link_id;
  std::string output;
};

}  // namespace vneid::test
