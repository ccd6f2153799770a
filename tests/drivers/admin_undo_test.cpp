// What officers do to links and accounts on the command line, and the sessions that end by it (G4).
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/officer_commands.hpp"

namespace vneid {
namespace {

using test::mau;
using testing::HasSubstr;

struct VneidctlUndo : test::OfficerCommands {};

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

TEST_F(VneidctlUndo, TheTrailTellsWhoLookedAtAnAccount) {
  add_account("khac");
  EXPECT_EQ(run(lan, {"links", "show", "mau.le"}), 0);
  EXPECT_THAT(output, HasSubstr("link " + link_id + " to 052******999"));
  EXPECT_EQ(run(minh, {"links", "show", "khac"}), 0);
  EXPECT_THAT(output, HasSubstr("not linked"));
  EXPECT_EQ(run(lan, {"links", "show", "nobody"}), 3);
  EXPECT_EQ(run(lan, {"dossier", "papers", "H99-1"}), 0);
  EXPECT_THAT(output, HasSubstr("0 papers"));
  world.database.sql(
      "insert into file (sha256, bytes_sealed, size) values (sha256('x'), 'x', 1);"
      "insert into record (vault_id, portal_record, kind, title, source, trust) select id, 'r1',"
      " 'paper', 'x', 'dossier_result', 2 from vault where account_id = 1;"
      "insert into record_reuse (record_id, sha256, portal, dossier_code, account_id, person_id,"
      " reference, reused_at) select r.id, f.sha256, 'portal', 'H99-1', 1, 1, 'r-1', now()"
      " from record r, file f limit 1");
  EXPECT_EQ(run(minh, {"dossier", "papers", "H99-1"}), 0);
  EXPECT_THAT(output, HasSubstr("1 papers"));
  EXPECT_EQ(world.database.sql("select event, officer, account_id, link_id, pid_masked, request_id"
                               " from audit_event where event like '%.viewed' order by id"),
            "account.viewed|" + lan.name() + "|1|" + link_id + "|052******999|\naccount.viewed|" +
                minh.name() + "|2|||\ndossier.viewed|" + minh.name() + "|1|||r-1");
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

// By the portal's own word: its file says that the account is closed.
TEST_F(VneidctlUndo, AnImportThatClosesAnAccountEndsItsSessions) {
  const std::string cookie = begin(account);
  const std::string file = folder.file("accounts.csv");
  std::ofstream(file) << "account,status\nmau.le,closed\n";
  const auto import = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command{"/usr/bin/env", "-i",
                                     VNEIDCTL,       "import",
                                     "accounts",     file,
                                     "--postgres",   world.database.conninfo_as("operator"),
                                     "--keys",       folder.file("keys")};
    command.insert(command.end(), more.begin(), more.end());
    EXPECT_EQ(test::ChildProcess(command, folder.file("output")).wait(), 0);
    std::ifstream stream(folder.file("output"));
    output = {std::istreambuf_iterator<char>{stream}, {}};
  };
  import({"--dry-run"});
  EXPECT_EQ(world.count("account where status = 'closed'"), "0");
  import({});
  EXPECT_THAT(output, HasSubstr("1 accounts are closed, and their sessions may go on"));
  EXPECT_TRUE(alive(cookie));
  import({"--redis", "127.0.0.1:" + std::to_string(server->by_port().port) + " prefix=vneid:"});
  EXPECT_THAT(output, HasSubstr("1 sessions of 1 accounts that are closed were ended"));
  EXPECT_FALSE(alive(cookie));
}

}  // namespace
}  // namespace vneid
