#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/key_ring.hpp"
#include "drivers/support/audit_world.hpp"
#include "drivers/support/officers.hpp"
#include "identity/citizen_number.hpp"
#include "link/stored_values.hpp"

namespace vneid {
namespace {

using test::AuditWorld;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// `vneidctl audit …` as people run it.
struct AuditCommand : testing::Test {
  int run(const std::vector<std::string>& arguments, const std::string& as = "sealer") {
    // Whoever archives or exports does so under his own name, which may not go where our socket is.
    const bool officer = arguments.front() == "archive" || arguments.front() == "export";
    const test::PostgresServer& server = world.database.server();
    const std::string over_tcp = "host=127.0.0.1 port=" + std::to_string(server.port()) +
                                 " user=" + as + " dbname=" + world.database.name();
    std::vector<std::string> words{
        "VNEID_POSTGRES=" + (officer ? over_tcp : world.database.conninfo_as(as)),
        "VNEID_AUDIT_PUBLIC=" + file("key.pub"), "VNEID_KEYS=" + file("ring")};
    std::vector<std::string> command{"/usr/bin/env", "-i"};
    if (officer) {
      const uid_t lan = test::OfficerAccount::lan().uid();
      command = test::as_user(lan, lan);
    }
    command.insert(command.end(), words.begin(), words.end());
    command.insert(command.end(), {officer ? program() : VNEIDCTL, "audit"});
    command.insert(command.end(), arguments.begin(), arguments.end());
    const int status = test::ChildProcess(command, file("output")).wait();
    output = world.read("output");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int seal() {
    return run({"seal", "--key", file("key"), "--heads", file("exported"), "--metrics",
                file("metrics.prom")});
  }
  int verify(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"verify", "--heads", file("exported")});
    return run(more);
  }
  /// Where everybody may run it, in a folder that everybody may write to.
  std::string program() {
    std::string copy = file("vneidctl");
    if (!std::filesystem::exists(copy)) {
      std::filesystem::copy_file(VNEIDCTL, copy);
      std::filesystem::permissions(std::filesystem::path(copy).parent_path(),
                                   std::filesystem::perms{0777});
    }
    return copy;
  }
  [[nodiscard]] std::string file(const std::string& name) const { return world.folder.file(name); }
  void save_output(const std::string& name) { std::ofstream(file(name)) << output; }

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root becomes somebody else";
    ASSERT_EQ(run({"key", file("key")}), 0) << output;
  }

  AuditWorld world;
  std::string output;
};

TEST_F(AuditCommand, MakesAKeyThatItsOwnerAloneMayRead) {
  struct stat found{};
  ASSERT_EQ(::stat(file("key").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_THAT(world.read("key"), StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_THAT(world.read("key.pub"), StartsWith("-----BEGIN PUBLIC KEY-----"));
  const std::string before = world.read("key");
  EXPECT_EQ(run({"key", file("key")}), 3);
  EXPECT_EQ(world.read("key"), before);
}

TEST_F(AuditCommand, SealsAndVerifies) {
  world.write(3);
  ASSERT_EQ(seal(), 0) << output;
  EXPECT_EQ(output, "sealed 3 events; head 0 covers 3\n");
  EXPECT_EQ(seal(), 0);
  EXPECT_EQ(output, "");
  world.write(2);
  ASSERT_EQ(seal(), 0);
  world.write(1);
  EXPECT_EQ(verify(), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("sound: 5 events (0 archived) under 2 heads, 1 wait"),
                            HasSubstr("2 heads that left the database are in it")));
  EXPECT_EQ(run({"verify"}), 0);
  EXPECT_THAT(output, HasSubstr("without --heads FILE nobody can tell"));
  EXPECT_EQ(verify({"--format", "json"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("\"sound\":true"), HasSubstr("\"waiting\":1")));
}

TEST_F(AuditCommand, VerifyFailsOverWhatIsNotAsItWasSealed) {
  world.write(3);
  ASSERT_EQ(seal(), 0);
  world.tamper("update audit_event set result = 'refused' where id = 2");
  EXPECT_EQ(verify(), 1);
  EXPECT_THAT(output,
              AllOf(StartsWith("event 2 (position 1) was changed"), HasSubstr("NOT sound")));
  EXPECT_EQ(verify({"--format", "json"}), 1);
  EXPECT_THAT(output, AllOf(HasSubstr("\"sound\":false"), HasSubstr("event 2 (position 1)")));
}

TEST_F(AuditCommand, SealRefusesToGoOnAfterATailWasCutOff) {
  world.write(3);
  ASSERT_EQ(seal(), 0);
  world.tamper("truncate audit_event; truncate audit_leaf; truncate audit_head");
  world.write(1);
  EXPECT_EQ(seal(), 3);
  EXPECT_THAT(output, HasSubstr("heads were taken away or replaced there"));
  EXPECT_EQ(verify(), 1);
  EXPECT_THAT(output, HasSubstr("the end of the trail was cut off"));
}

TEST_F(AuditCommand, SealTellsHowItIsInMetrics) {
  world.write(3);
  ASSERT_EQ(seal(), 0);
  const std::string metrics = world.read("metrics.prom");
  for (const char* line :
       {"\nvneid_audit_seal_duration_seconds 0\\.[0-9]{3}\n",
        "\nvneid_audit_waiting_events 0.000\n", "\nvneid_audit_sealed_events 3.000\n",
        "\nvneid_audit_head_timestamp_seconds [0-9]{10}\\.",
        "\nvneid_audit_seal_run_timestamp_seconds [0-9]{10}\\."}) {
    EXPECT_THAT(metrics, ContainsRegex(line));
  }
  std::ifstream stream(VNEID_CONFIG "/dashboards/audit.yml");
  const std::string rules{std::istreambuf_iterator<char>{stream}, {}};
  const std::regex name{"vneid_audit_[a-z_]+"};
  for (std::sregex_iterator each{rules.begin(), rules.end(), name}; each != std::sregex_iterator{};
       ++each) {
    EXPECT_THAT(metrics, HasSubstr("# TYPE " + each->str() + " gauge\n"));
  }
  EXPECT_NE(std::sregex_iterator(rules.begin(), rules.end(), name), std::sregex_iterator{});
  struct stat found{};
  ASSERT_EQ(::stat(file("metrics.prom").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644U);
}

TEST_F(AuditCommand, SaysWhatItNeeds) {
  EXPECT_EQ(run({"seal"}), 2);
  EXPECT_THAT(output, HasSubstr("which key signs?"));
  EXPECT_EQ(run({"seal", "--key", file("nowhere")}), 3);
  EXPECT_EQ(run({"seal", "--key", file("key.pub")}), 3);
  EXPECT_EQ(run({"proof", "x"}), 2);
  EXPECT_THAT(output, HasSubstr("is not the number of an event"));
  EXPECT_EQ(run({"proof", "1"}), 3);
  EXPECT_THAT(output, HasSubstr("there is no event 1"));
  world.write(1);
  EXPECT_EQ(run({"proof", "1"}), 3);
  EXPECT_THAT(output, HasSubstr("event 1 is not sealed yet"));
  EXPECT_EQ(run({"consistency", "5"}), 3);
  EXPECT_EQ(run({"archive", "--before", "yesterday", "--to", file("a")}), 2);
  EXPECT_EQ(run({"archive", "--before", "2999-01-01", "--to", file("a")}), 2);
  EXPECT_THAT(output, HasSubstr("the last three months stay in the database"));
}

TEST_F(AuditCommand, AsNginxsWorkersSealsAndVerifiesNothing) {
  world.write(1);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"seal", "--key", file("key")},
        {"verify"},
        {"proof", "1"},
        {"consistency", "0"},
        {"archive", "--before", "2026-01-01", "--to", file("a")}}) {
    EXPECT_EQ(run(arguments, "worker"), 3) << arguments.front();
    EXPECT_THAT(output, HasSubstr("permission denied")) << arguments.front();
  }
}

TEST_F(AuditCommand, PrintsProofsThatAreCheckedWithoutADatabase) {
  for (int i = 0; i < 3; ++i) {
    world.write(4);
    ASSERT_EQ(seal(), 0);
  }
  ASSERT_EQ(run({"proof", "6"}), 0);
  save_output("proof");
  ASSERT_EQ(run({"consistency", "2", "--since", "1"}), 0);
  save_output("heads-proof");
  const auto check = [this](const std::string& name) {
    return test::ChildProcess({VNEIDCTL, "audit", "check", file(name), "--public", file("key.pub")},
                              file("output"))
               .wait() == 0;
  };
  EXPECT_TRUE(check("proof"));
  EXPECT_THAT(world.read("output"), HasSubstr("line 1: event 6 of "));
  EXPECT_TRUE(check("heads-proof"));
  EXPECT_THAT(world.read("output"), HasSubstr("goes on from head 1 (8 events"));
  std::string changed = world.read("proof");
  changed.replace(changed.find("\"ok\""), 4, "\"no\"");
  std::ofstream(file("changed")) << changed;
  EXPECT_FALSE(check("changed"));
  EXPECT_THAT(world.read("output"), HasSubstr("NOT proven: event 6: is not in the tree"));
}

TEST_F(AuditCommand, ExportsWhatTheTrailKnowsOfAPerson) {
  std::ofstream(file("ring")) << crypto::KeyRing::generate_text(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  ::chmod(file("ring").c_str(), 0600);
  const auto& lan = test::OfficerAccount::lan();
  ASSERT_EQ(::chown(file("ring").c_str(), lan.uid(), static_cast<gid_t>(-1)), 0);
  world.database.add_person(lan.name(), admin::Duty::auditor);
  const auto number = identity::CitizenNumber::parse("052089999999", 2026).value();
  const auto ring = crypto::KeyRing::load(file("ring")).value();
  const auto hers = [&](audit::Event& event) { event.pid_key = link::citizen_key(ring, number); };
  world.write("link.made", {}, hers);
  world.write("start");
  ASSERT_EQ(seal(), 0);
  world.write("later", {}, hers);
  std::ofstream(file("subject")) << "052089999999\n";
  // Told to nobody without the trail saying so, and to nobody in another's name.
  EXPECT_EQ(run({"export", "--subject", file("subject")}), 3);
  EXPECT_THAT(output, AllOf(HasSubstr("the officer is " + lan.name() + ", and this is a session"),
                            Not(HasSubstr("link.made"))));
  EXPECT_EQ(world.count("audit_event where event = 'audit.exported'"), "0");
  ASSERT_EQ(run({"export", "--subject", file("subject")}, lan.name()), 0) << output;
  EXPECT_EQ(world.database.sql("select officer from audit_event where event = 'audit.exported'"
                               " and pid_key = (select pid_key from audit_event where id = 1)"),
            lan.name());
  EXPECT_THAT(output, AllOf(HasSubstr("{\"vneid_audit_proof\":1,\"event\":{\"id\":1,"),
                            HasSubstr("\n{\"event\":{\"id\":3,"), Not(HasSubstr("\"id\":2,")),
                            Not(HasSubstr("052089999999"))));
  std::ofstream(file("proven")) << output.substr(0, output.find('\n') + 1);
  EXPECT_EQ(run({"check", file("proven")}), 0);
  std::ofstream(file("subject")) << "1234\n";
  EXPECT_EQ(run({"export", "--subject", file("subject")}), 2);
  EXPECT_THAT(output, Not(HasSubstr("1234")));
}

TEST_F(AuditCommand, ArchivesAndVerifiesWithTheArchive) {
  for (int i = 0; i < 3; ++i) world.write("old", std::chrono::hours{24 * 400});
  ASSERT_EQ(seal(), 0);
  const auto then = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
                    std::chrono::days{200};
  const std::string day =
      audit::instant_text(std::chrono::microseconds{then.time_since_epoch()}.count()).substr(0, 10);
  ASSERT_EQ(run({"archive", "--before", day, "--to", file("a")}, "operator"), 0) << output;
  EXPECT_THAT(output, HasSubstr("moved 3 events (positions 0 to 2) to "));
  EXPECT_EQ(verify(), 1);
  EXPECT_EQ(verify({"--archive", file("a")}), 0) << output;
  EXPECT_EQ(run({"proof", "2", "--archive", file("a")}), 0);
  EXPECT_EQ(run({"archive", "--before", day, "--to", file("b")}, "operator"), 0);
  EXPECT_THAT(output, HasSubstr("nothing to archive"));
}

}  // namespace
}  // namespace vneid
