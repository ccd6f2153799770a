// What officers do to accounts and persons on the command line: rename, merge, flag.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/officer_commands.hpp"

namespace vneid {
namespace {

using test::mau;
using testing::AllOf;
using testing::HasSubstr;

struct VneidctlAccounts : test::OfficerCommands {
  std::string sql(const std::string& text) { return world.database.sql(text); }
  std::string id(AccountId account_id) { return std::to_string(account_id.value()); }
  std::optional<link::LegacyAccount> find(const std::string& name) {
    link::Accounts accounts{world.pool, keys};
    return world.loop.run(accounts.find(PortalName{"portal"}, name));
  }
  static std::vector<std::string> because(std::vector<std::string> words, const char* reason) {
    words.insert(words.end(), {"--reason", reason});
    return words;
  }
  std::string import(const std::string& lines) {
    test::import_text(world.loop, world.operator_pool,
                      admin::AccountRows{keys, {PortalName{"portal"}, {}}, 2026}, lines);
    return sql("select count(*) from account");
  }
};

TEST_F(VneidctlAccounts, RenameLeavesEverythingWithTheAccount) {
  const std::string cookie = begin(account);
  const std::vector<std::string> rename{"accounts", "rename", "mau.le", "--to", "le.mau"};
  EXPECT_EQ(run(lan, rename), 3);
  EXPECT_THAT(output, HasSubstr("needs a reason of its first officer: \"vneidctl accounts rename"));
  EXPECT_EQ(run(lan, {"accounts", "rename", "mau.le", "--to", "", "--reason", "x"}), 2);
  EXPECT_EQ(run(lan, {"accounts", "rename", "nobody", "--to", "no.one", "--reason", "x"}), 3);
  EXPECT_EQ(run(lan, because(rename, "Cổng đổi tên")), 0);
  EXPECT_THAT(output, HasSubstr("it needs a second officer"));
  // Whoever logs in under the new name is in the account: nobody alone decides that.
  EXPECT_EQ(run(lan, rename), 3);
  EXPECT_THAT(output, HasSubstr("has your approval already"));
  EXPECT_EQ(run(minh, {"accounts", "rename", "mau.le", "--to", "ke.gian"}), 3);
  EXPECT_THAT(output, HasSubstr("asks for another name"));
  EXPECT_TRUE(find("mau.le"));
  EXPECT_TRUE(alive(cookie));
  EXPECT_EQ(run(minh, rename), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("account " + id(account) + " has its new name"),
                            HasSubstr("1 sessions of its account were ended")));
  EXPECT_FALSE(alive(cookie));
  EXPECT_FALSE(find("mau.le"));
  const auto renamed = find("le.mau");
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->id, account);
  EXPECT_EQ(renamed->name, "le.mau");
  EXPECT_EQ(renamed->full_name, mau.name);
  EXPECT_EQ(std::to_string(renamed->linked.value().link_id.value()), link_id);
  EXPECT_EQ(run(lan, {"links", "show", "le.mau"}), 0);
  EXPECT_THAT(output, HasSubstr("link " + link_id + " to 052******999"));
  EXPECT_EQ(sql("select act, officer, reason, former_name_sealed is not null from account_act"),
            "renamed|" + minh.name() + "|Cổng đổi tên|t");
  EXPECT_EQ(sql("select account_id, officer, reason from audit_event"
                " where event = 'account.renamed'"),
            id(account) + "|" + minh.name() + "|officer_asks");
  // What it is known by is not written down again, so nobody's word counts for more than before.
  EXPECT_EQ(sql("select count(*) from identity_field_change where reason <> 'import'"), "0");
  // Done again, it ends sessions that Redis may have kept.
  EXPECT_EQ(run(lan, rename), 0);
  EXPECT_THAT(output, HasSubstr("was renamed before"));
  EXPECT_EQ(sql("select count(*) from account_act"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(VneidctlAccounts, ARenamedAccountIsImportedByItsNewNameAndTheOldOneIsFree) {
  const std::vector<std::string> rename{"accounts", "rename", "mau.le", "--to", "le.mau"};
  ASSERT_EQ(run(lan, because(rename, "x")), 0);
  ASSERT_EQ(run(minh, rename), 0);
  EXPECT_EQ(import("account,phone\nle.mau,0900000000\n"), "1");
  ASSERT_EQ(find("le.mau")->full_name, mau.name);
  EXPECT_EQ(import("account,phone\nmau.le,0900000001\n"), "2");
  EXPECT_NE(find("mau.le")->id, account);
  EXPECT_FALSE(find("mau.le")->linked);
  // A name that another account has is not given twice.
  EXPECT_EQ(run(lan, {"accounts", "rename", "le.mau", "--to", "mau.le", "--reason", "x"}), 3);
  EXPECT_THAT(output, AllOf(HasSubstr("account " + id(find("mau.le")->id) + " has that name"),
                            HasSubstr("accounts merge")));
  EXPECT_EQ(find("le.mau")->id, account);
  EXPECT_EQ(run(lan, {"accounts", "duplicates", "--account-form", "fold"}), 0);
}

TEST_F(VneidctlAccounts, ANameThatWasTakenMeanwhileIsNotGiven) {
  const std::vector<std::string> rename{"accounts", "rename", "mau.le", "--to", "le.mau"};
  ASSERT_EQ(run(lan, because(rename, "x")), 0);
  add_account("le.mau");
  const std::string reference = sql("select reference from review");
  EXPECT_EQ(run(minh, {"review", "approve", reference}), 3);
  EXPECT_THAT(output, HasSubstr("an account has that name"));
  EXPECT_THROW(sql("select rename_account(id) from review"), std::runtime_error);
  EXPECT_EQ(find("mau.le")->id, account);
}

TEST_F(VneidctlAccounts, TwoOfficersMergeTwoAccounts) {
  const AccountId other = add_account("MAU.LE");
  const std::string old = begin(other);
  const std::string stays = begin(account);
  const std::vector<std::string> merge{"accounts", "merge", "MAU.LE", "--into", "mau.le"};
  const auto with_reason = because(merge, "một người hai tài khoản");
  EXPECT_EQ(run(lan, {"accounts", "merge", "MAU.LE"}), 2);
  EXPECT_EQ(run(lan, merge), 3);
  EXPECT_THAT(output, HasSubstr("needs a reason of its first officer"));
  EXPECT_EQ(run(lan, with_reason), 0);
  EXPECT_THAT(output, HasSubstr("it needs a second officer"));
  EXPECT_EQ(run(lan, with_reason), 3);
  EXPECT_THAT(output, HasSubstr("has your approval already"));
  const std::string reference = sql("select reference from review where kind = 'merge'");
  EXPECT_EQ(run(minh, {"review", "show", reference}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("(merge)"), HasSubstr("other_is_linked"),
                            HasSubstr("to become part of: account " + id(account)),
                            HasSubstr("because: một người hai tài khoản"), HasSubstr("OTHER")));
  EXPECT_TRUE(alive(old));
  EXPECT_EQ(run(minh, merge), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("account " + id(other) + " is part of account " +
                                      id(account) + " and closed: 0 records moved"),
                            HasSubstr("1 sessions of its account were ended")));
  EXPECT_FALSE(alive(old));
  EXPECT_TRUE(alive(stays));
  EXPECT_EQ(sql("select status, merged_into from account where id = " + id(other)),
            "closed|" + id(account));
  EXPECT_EQ(run(minh, merge), 0) << "for its sessions";
  EXPECT_THAT(output, HasSubstr("since before"));
  EXPECT_EQ(import("account,status\nMAU.LE,active\n"), "2");
  EXPECT_EQ(sql("select status from account where id = " + id(other)), "closed");
}

TEST_F(VneidctlAccounts, AMergeThatIsRefusedSaysWhy) {
  const AccountId other = add_account("MAU.LE");
  EXPECT_EQ(run(lan, {"accounts", "merge", "mau.le", "--into", "MAU.LE", "--reason", "x"}), 3);
  EXPECT_THAT(output, HasSubstr("account " + id(account) + " cannot become part of account " +
                                id(other) + ": it is linked"));
  EXPECT_EQ(run(lan, {"accounts", "merge", "mau.le", "--into", "mau.le", "--reason", "x"}), 3);
  EXPECT_THAT(output, HasSubstr("one account already"));
  add_account("mau_le");
  EXPECT_EQ(run(lan, {"accounts", "merge", "mau_le", "--into", "mau.le", "--reason", "x"}), 0);
  EXPECT_EQ(run(minh, {"accounts", "merge", "mau_le", "--into", "MAU.LE", "--reason", "x"}), 3);
  EXPECT_THAT(output, HasSubstr("asks to make it part of account " + id(account)));
  EXPECT_EQ(run(lan, {"accounts", "merge", "nobody", "--into", "mau.le", "--reason", "x"}), 3);
  EXPECT_THAT(output, HasSubstr("has no account"));
}

TEST_F(VneidctlAccounts, AFlaggedPersonIsOutUntilAnotherOfficerUnflags) {
  const AccountId other = add_account("khac");
  (void)make(other);
  const AccountId alone = add_account("chua.lien.ket");
  const std::string first = begin(account);
  const std::string second = begin(other);
  EXPECT_EQ(run(lan, {"persons", "flag", "1"}), 2);
  EXPECT_THAT(output, HasSubstr("--reason says why"));
  EXPECT_EQ(run(lan, {"persons", "flag", "x", "--reason", "mất điện thoại"}), 2);
  EXPECT_EQ(run(lan, {"persons", "flag", "99", "--reason", "mất điện thoại"}), 3);
  EXPECT_EQ(run(lan, {"persons", "flag", "1", "--reason", "mất điện thoại"}), 0);
  EXPECT_THAT(output, AllOf(HasSubstr("person 1: flagged by " + lan.name()),
                            HasSubstr("2 sessions of their accounts were ended")));
  EXPECT_FALSE(alive(first));
  EXPECT_FALSE(alive(second));
  EXPECT_EQ(run(lan, {"links", "show", "mau.le"}), 0);
  EXPECT_THAT(output, HasSubstr("its person is flagged"));
  const auto outcome = world.loop.run(linker->link(world.request(alone, mau)));
  EXPECT_EQ(std::get<link::Refused>(outcome).decision.outcome, identity::LinkOutcome::kept_out);
  EXPECT_TRUE(std::holds_alternative<link::Refused>(
      world.loop.run(linker->link(world.request(account, mau)))))
      << "nor is what was linked before";
  EXPECT_EQ(sql("select reason from audit_event where event = 'link.refused' order by id limit 1"),
            "kept_out");

  EXPECT_EQ(run(minh, {"persons", "flag", "1", "--reason", "x"}), 0);
  EXPECT_THAT(output, HasSubstr("was flagged before"));
  EXPECT_EQ(run(lan, {"persons", "unflag", "1", "--reason", "đã tìm thấy"}), 3);
  EXPECT_THAT(output, HasSubstr("another officer is to unflag"));
  EXPECT_EQ(run(minh, {"persons", "unflag", "1", "--reason", "đã tìm thấy"}), 0);
  EXPECT_EQ(run(minh, {"persons", "unflag", "1", "--reason", "đã tìm thấy"}), 0);
  EXPECT_THAT(output, HasSubstr("is not flagged"));
  EXPECT_EQ(sql("select flagged_by, flag_reason, unflagged_by, unflag_reason from person_flag"),
            lan.name() + "|mất điện thoại|" + minh.name() + "|đã tìm thấy");
  EXPECT_EQ(sql("select event, officer, pid_masked, pid_key is not null from audit_event"
                " where event like 'person.%' order by id"),
            "person.flagged|" + lan.name() + "|052******999|t\nperson.unflagged|" + minh.name() +
                "|052******999|t");
  EXPECT_TRUE(std::holds_alternative<link::Linked>(
      world.loop.run(linker->link(world.request(alone, mau)))));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

TEST_F(VneidctlAccounts, SessionsOfAFlaggedPersonThatCouldNotBeEndedAreTold) {
  const std::string cookie = begin(account);
  const std::vector<std::string> flag{"persons", "flag", "1", "--reason", "mất điện thoại"};
  EXPECT_EQ(run(lan, flag, " "), 2) << "before anything is done";
  EXPECT_EQ(sql("select count(*) from person_flag"), "0");
  EXPECT_EQ(run(lan, flag, "unix:/nowhere"), 1);
  EXPECT_THAT(output, HasSubstr("person 1 is flagged, but its sessions may go on"));
  EXPECT_TRUE(alive(cookie));
  EXPECT_EQ(run(lan, flag), 0);
  EXPECT_FALSE(alive(cookie));
}

}  // namespace
}  // namespace vneid
