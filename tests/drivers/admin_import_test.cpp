#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/link_world.hpp"
#include "net/unavailable.hpp"

namespace vneid {
namespace {

using test::Imported;
using test::LinkWorld;
using test::mau;
using testing::ElementsAre;

const std::string heading =
    "account,kind,citizen_id,cmnd,name,birth_date,sex,phone,email,citizen_id_status,source,"
    "verified_at,status\n";

std::vector<std::string> told(const Imported& imported) {
  std::vector<std::string> lines;
  for (const auto& problem : imported.problems) {
    lines.push_back(std::to_string(problem.line) + " " + problem.column);
  }
  return lines;
}

std::string counts(const Imported& imported) {
  const auto& report = imported.report;
  return std::to_string(report.created) + " " + std::to_string(report.updated) + " " +
         std::to_string(report.unchanged) + " " + std::to_string(report.rejected);
}

struct ImportAccounts : testing::Test {
  Imported import(const std::string& rows, bool dry_run = false) {
    return test::import_text(world.loop, world.operator_pool, test::account_rows(), heading + rows,
                             dry_run);
  }
  std::string fields() {
    return world.database.sql(
        "select string_agg(field || ' ' || status, ',' order by field) from identity_field");
  }
  LinkWorld world;
};

constexpr const char* full =
    "a,personal,052089999999,,Lê Minh Mẫu,15/08/1989,Nam,0900000000,a@example.com,verified,CSDL,"
    "2023-11-20T08:30:00+07:00,active\n";

TEST_F(ImportAccounts, GoodLinesGoInAndBadOnesAreTold) {
  const auto imported =
      import(std::string(full) +
             "b,personal,123,,,,,,,,,,\n"                           // too few digits
             "c,robot,,,,,,,,,,,\n"                                 // no such kind
             "d,,,,,1989-02-30,,,,,,,\n"                            // no such day
             ",,,,,,,,,,,,\n"                                       // no account
             "e,,052089999999,,,,,,,verified,,2023-11-20,\n"        // verified by whom?
             "f,,052089999999,,,,,,,verified,CSDL,yesterday,\n"     // verified when?
             "g,,,,,,,,,verified,CSDL,2023-11-20,\n"                // verified what?
             "h,,,123456789,\"Năm, Có Dấu\",1950,Nữ,,,,,,closed\n"  // CMND and year only: fine
             "i\n"                                                  // fields missing
             "j,,,,,,khác,,,,,,\n"
             "k,,,,,,,,,,,,gone\n");
  EXPECT_EQ(counts(imported), "2 0 0 10");
  EXPECT_THAT(told(imported),
              ElementsAre("3 citizen_id", "4 kind", "5 birth_date", "6 account", "7 source",
                          "8 verified_at", "9 citizen_id_status", "11 ", "12 sex", "13 status"));
  EXPECT_EQ(world.count("account"), "2");
  EXPECT_EQ(world.database.sql("select status from account order by status"), "active\nclosed");
}

TEST_F(ImportAccounts, ProblemsNeverRepeatTheValue) {
  const auto imported = import("a,,052089999999123,,,,,,,,,,\nb,,,,,17/17/1989,,,,,,,\n");
  for (const auto& problem : imported.problems) {
    EXPECT_EQ(problem.reason.find("0520"), std::string::npos);
    EXPECT_EQ(problem.reason.find("1989"), std::string::npos);
  }
}

TEST_F(ImportAccounts, OnlyThePopulationDatabasesFieldsAreVerified) {
  (void)import(full);
  EXPECT_EQ(fields(),
            "birth_date verified,citizen_id verified,email self_entered,name verified,"
            "phone self_entered,sex verified");
  EXPECT_EQ(world.database.sql("select distinct verified_at from identity_field"
                               " where status = 'verified'"),
            "2023-11-20 01:30:00+00");
}

TEST_F(ImportAccounts, TwiceChangesNothing) {
  const std::string rows = std::string(full) + "b,,,123456789,Trần Thị Thử,1950,,,,,,,\n";
  EXPECT_EQ(counts(import(rows)), "2 0 0 0");
  const std::string before = world.database.sql(
      "select account, identity_field from account"
      " join identity_field on account_id = id order by 1, 2");
  EXPECT_EQ(counts(import(rows)), "0 0 2 0");
  EXPECT_EQ(world.database.sql("select account, identity_field from account"
                               " join identity_field on account_id = id order by 1, 2"),
            before);
}

TEST_F(ImportAccounts, DryRunCountsAndChangesNothing) {
  EXPECT_EQ(counts(import(std::string(full) + "b,robot,,,,,,,,,,,\n", true)), "1 0 0 1");
  EXPECT_EQ(world.count("account"), "0");
}

TEST_F(ImportAccounts, LaterLineOfTheSameAccountWins) {
  EXPECT_EQ(counts(import("a,,,,,,,0900000001,,,,,\na,,,,,,,0900000002,,,,,\n")), "1 1 0 0");
}

TEST_F(ImportAccounts, SureIsNotReplacedByLessSure) {
  (void)import(full);
  // The same value again, but only typed: stays verified.
  EXPECT_EQ(counts(import("a,,052089999999,,,,,,,self_entered,,,\n")), "0 0 1 0");
  // Another value, only typed.
  const auto refused = import("a,,052089999998,,,,,,,self_entered,,,\n");
  EXPECT_THAT(told(refused), ElementsAre("2 citizen_id"));
  // Another value, verified: a correction.
  EXPECT_EQ(counts(import("a,,052089999998,,,,,,,verified,CSDL,2024-01-02,\n")), "0 1 0 0");
  // Nothing in a column deletes nothing.
  EXPECT_EQ(counts(import("a,,,,,,,,,,,,\n")), "0 0 1 0");
}

TEST_F(ImportAccounts, SelfEnteredBecomesVerified) {
  EXPECT_EQ(counts(import("a,,052089999999,,,,,,,,,,\n")), "1 0 0 0");
  EXPECT_EQ(fields(), "citizen_id self_entered");
  EXPECT_EQ(counts(import("a,,052089999999,,,,,,,verified,CSDL,20/11/2023,\n")), "0 1 0 0");
  EXPECT_EQ(fields(), "citizen_id verified");
}

TEST_F(ImportAccounts, LinkedAccountKeepsItsNumberAndKind) {
  const auto account = world.add_account("a", mau);
  (void)world.link(world.request(account, mau));
  EXPECT_THAT(told(import("a,,052089999998,,,,,,,verified,CSDL,2024-01-02,\n")),
              ElementsAre("2 citizen_id"));
  EXPECT_THAT(told(import("a,organization,,,,,,,,,,,\n")), ElementsAre("2 kind"));
  EXPECT_EQ(counts(import("a,,,,,,,0900000009,,,,,closed\n")), "0 1 0 0");
}

TEST_F(ImportAccounts, ANumberUnderTwoNamesGoesToTheQueue) {
  const auto line = [](const std::string& account, const std::string& name,
                       const std::string& status) {
    return account + ",personal,052089999999,," + name + ",,,,," + status +
           ",CSDL,2023-11-20,active\n";
  };
  const auto queue = [&] {
    return world.database.sql(
        "select coalesce(string_agg(array_to_string(r.reasons, '+') || ' ' || r.state, ','), '')"
        " from review r");
  };
  import(line("a", "Lê Minh Mẫu", "verified"));
  import(line("b", "LE MINH MAU", "verified"));
  EXPECT_EQ(queue(), "") << "accents are lost on the way between registers";
  import("c,personal,052089999999,,Trần Thị Khác,,,,,,,,active\n");
  EXPECT_EQ(queue(), "") << "nobody vouches for it";
  const auto imported = import(line("d", "Trần Thị Khác", "verified"));
  EXPECT_EQ(counts(imported), "1 0 0 0");
  EXPECT_EQ(queue(), "name_differs+number_used_twice open");
  EXPECT_EQ(world.database.sql("select account_masked || ' ' || other_masked from review"),
            "Trần T** K*** Lê M*** M**");
  import(line("d", "Trần Thị Khác", "verified"));
  EXPECT_EQ(queue(), "name_differs+number_used_twice open") << "the same question";
  world.database.sql("delete from review");
  import(
      "e,personal,052061000001,,Một Người,,,,,verified,CSDL,2023-11-20,active\n"
      "g,personal,052061000001,,Hai Người,,,,,verified,CSDL,2023-11-20,active\n");
  EXPECT_EQ(queue(), "name_differs+number_used_twice open,name_differs+number_used_twice open")
      << "both lines are in doubt";
}

TEST_F(ImportAccounts, ClosingAndReopeningAreToldToTheTrail) {
  const auto trail = [this] {
    return world.database.sql(
        "select event, reason, account_id, officer from audit_event order by id");
  };
  (void)import(full);
  EXPECT_EQ(trail(), "");
  const auto closed = import("a,,,,,,,,,,,,closed\n");
  EXPECT_EQ(counts(closed), "0 1 0 0");
  EXPECT_EQ(closed.report.closed, std::vector{AccountId{1}});
  const auto again = import("a,,,,,,,,,,,,closed\n");
  EXPECT_EQ(counts(again), "0 0 1 0");
  EXPECT_EQ(again.report.closed, closed.report.closed) << "the first one may have been cut off";
  EXPECT_EQ(trail(), "account.closed|import|1|");
  EXPECT_EQ(counts(import("a,,,,,,,,,,,,active\n")), "0 1 0 0");
  EXPECT_EQ(trail(), "account.closed|import|1|\naccount.reopened|import|1|");
}

TEST_F(ImportAccounts, WhatAnOfficerHasClosedStaysClosed) {
  (void)import(full);
  world.database.sql("select close_account(1, 'lan', 'x')");
  EXPECT_THAT(told(import("a,,,,,,,,,,,,active\n")), ElementsAre("2 status"));
  EXPECT_EQ(counts(import("a,,,,,,,0900000009,,,,,\n")), "0 1 0 0");
  EXPECT_EQ(world.database.sql("select status from account"), "closed");
  EXPECT_EQ(world.count("audit_event where event like 'account.%'"), "1");
}

TEST_F(ImportAccounts, CutOffAndRepeatedItEndsTheSame) {
  std::string rows;
  for (int i = 0; i < 1201; ++i) rows += "a" + std::to_string(i) + ",,,,,,,,,,,,\n";
  world.database.sql(
      "create function cut() returns trigger language plpgsql as $$ begin"
      " if (select count(*) from account) > 700 then perform"
      " pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;"
      "create trigger cut before insert on account for each row execute function cut()");
  EXPECT_THROW((void)import(rows), Unavailable);
  const int before = std::stoi(world.count("account"));
  EXPECT_TRUE(before == 500 || before == 1000) << before << ": whole batches";
  world.database.sql("drop trigger cut on account");
  EXPECT_EQ(counts(import(rows)),
            std::to_string(1201 - before) + " 0 " + std::to_string(before) + " 0");
  EXPECT_EQ(world.count("account"), "1201");
}

TEST_F(ImportAccounts, ManyBatches) {
  std::string rows;
  for (int i = 0; i < 1201; ++i) rows += "a" + std::to_string(i) + ",,,,,,,,,,,,\n";
  EXPECT_EQ(counts(import(rows)), "1201 0 0 0");
  EXPECT_EQ(counts(import(rows)), "0 0 1201 0");
}

TEST_F(ImportAccounts, SpellingsThatAreOneToThePortalAreOneAccount) {
  const std::string rows = "Nguyễn.AN,,,,,,,,,,,,\nnguyễn.an,,,,,,,,,,,,\n";
  EXPECT_EQ(counts(import(rows)), "2 0 0 0");
  world.database.sql("delete from account");
  const auto folded =
      test::import_text(world.loop, world.operator_pool,
                        test::account_rows({.trim = false, .fold = true}), heading + rows);
  EXPECT_EQ(counts(folded), "1 0 1 0");
  // It is the account that the login finds.
  link::Accounts accounts{world.pool, test::test_keys()};
  const auto name = identity::account_name("NGUYỄN.an", {.trim = false, .fold = true});
  EXPECT_TRUE(world.loop.run(accounts.find(PortalName{"portal"}, *name)));
}

TEST_F(ImportAccounts, HeadingIsChecked) {
  const auto fails = [this](const std::string& csv) {
    try {
      (void)test::import_text(world.loop, world.operator_pool, test::account_rows(), csv);
      return std::string{};
    } catch (const std::runtime_error& error) {
      return std::string{error.what()};
    }
  };
  EXPECT_THAT(fails(""), testing::HasSubstr("empty"));
  EXPECT_THAT(fails("account,colour\n"), testing::HasSubstr("no such column: \"colour\""));
  EXPECT_THAT(fails("kind\n"), testing::HasSubstr("\"account\" is missing"));
  EXPECT_THAT(fails("account,account\n"), testing::HasSubstr("twice"));
  EXPECT_THAT(fails("account;kind\n"), testing::HasSubstr("semicolons"));
}

struct ImportVault : testing::Test {
  ImportVault() { world.add_account("a", mau); }
  Imported import(const std::string& rows, bool dry_run = false) {
    const std::filesystem::path root = std::filesystem::path(world.folder.file("x")).parent_path();
    return test::import_text(world.loop, world.operator_pool, test::vault_rows(root),
                             "account,record,kind,title,source,trust,issued_on,file,file_name,"
                             "signature_status\n" +
                                 rows,
                             dry_run);
  }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(world.folder.file(name)) << content;
  }
  LinkWorld world;
};

TEST_F(ImportVault, GoodLinesGoInAndBadOnesAreTold) {
  write("f1", "content");
  write("empty", "");
  std::filesystem::create_symlink("/etc/hostname", world.folder.file("link"));
  const auto imported = import(
      "a,r1,paper,Giấy khai sinh,dossier_result,2,2019,f1,Khai sinh.pdf,\n"
      "nobody,r1,paper,x,dossier_result,2,,,,\n"
      "a,r2,scroll,x,dossier_result,2,,,,\n"
      "a,r3,paper,,dossier_result,2,,,,\n"
      "a,r4,paper,x,rumour,2,,,,\n"
      "a,r5,paper,x,citizen_upload,2,,,,\n"
      "a,r6,paper,x,dossier_result,3,,,,none\n"
      "a,r7,paper,x,dossier_result,2,30/02/2019,,,\n"
      "a,r8,paper,x,dossier_result,2,,nowhere,,\n"
      "a,r9,paper,x,dossier_result,2,,../x,,\n"
      "a,r10,paper,x,dossier_result,2,,/etc/hostname,,\n"
      "a,r11,paper,x,dossier_result,2,,link,,\n"
      "a,r12,paper,x,dossier_result,2,,empty,,\n"
      "a,r13,paper,x,dossier_result,2,,f1,a/b,\n"
      "a,r14,paper,x,dossier_result,,,,,\n");
  EXPECT_EQ(counts(imported), "2 0 0 13");
  // Which account there is, only the database knows: told when the batch is written.
  EXPECT_THAT(told(imported),
              testing::UnorderedElementsAre("3 account", "4 kind", "5 title", "6 source", "7 trust",
                                            "8 trust", "9 issued_on", "10 file", "11 file",
                                            "12 file", "13 file", "14 file", "15 file_name"));
  EXPECT_EQ(world.database.sql("select issued_on from record where portal_record = 'r1'"), "2019");
}

TEST_F(ImportVault, TwiceChangesNothingAndBytesAreKeptOnce) {
  write("f1", "the same");
  write("f2", "the same");
  const std::string rows =
      "a,r1,paper,x,dossier_result,2,,f1,,\na,r2,paper,x,dossier_result,2,,f2,,\n"
      "a,r3,info,x,population_db,1,,,,\n";
  EXPECT_EQ(counts(import(rows)), "3 0 0 0");
  EXPECT_EQ(world.count("file") + world.count("record_file"), "12");
  EXPECT_EQ(counts(import(rows)), "0 0 3 0");
  EXPECT_EQ(world.count("record"), "3");
}

TEST_F(ImportVault, DryRunChangesNothing) {
  write("f1", "content");
  EXPECT_EQ(counts(import("a,r1,paper,x,dossier_result,2,,f1,,\n", true)), "1 0 0 0");
  EXPECT_EQ(world.count("record") + world.count("file") + world.count("vault"), "000");
}

TEST_F(ImportVault, FurtherLinesAddFiles) {
  write("f1", "one");
  write("f2", "two");
  EXPECT_EQ(
      counts(import("a,r1,paper,x,dossier_result,2,,f1,,\na,r1,paper,x,dossier_result,2,,f2,,\n")),
      "1 1 0 0");
  EXPECT_EQ(world.count("record_file"), "2");
}

TEST_F(ImportVault, RecordsAreNotRewritten) {
  write("f1", "one");
  (void)import("a,r1,paper,x,dossier_result,2,,f1,,\n");
  EXPECT_THAT(told(import("a,r1,paper,y,dossier_result,2,,f1,,\n")), ElementsAre("2 title"));
  write("f1", "another");
  EXPECT_THAT(told(import("a,r1,paper,x,dossier_result,2,,f1,,\n")), ElementsAre("2 file"));
}

TEST_F(ImportVault, FilesOfMovedRecordsFollowThem) {
  write("f1", "one");
  write("f2", "two");
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto account = world.database.sql("select id from account");
  (void)world.link(world.request(AccountId{std::stoll(account)}, mau));
  const auto again = world.add_records({"a,r1,paper,T,1," + mau.number + ",f2"});
  EXPECT_TRUE(again.problems.empty());
  EXPECT_EQ(world.count("record_file f join record r on r.origin_record_id = f.record_id"), "2");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

// A rule that only the database knows costs the line, not the batch.
TEST_F(ImportVault, OneRefusedRowDoesNotCostTheOthers) {
  world.database.sql("alter table record add constraint no_r2 check (portal_record <> 'r2')");
  const auto imported = import(
      "a,r1,paper,x,dossier_result,2,,,,\na,r2,paper,x,dossier_result,2,,,,\n"
      "a,r3,paper,x,dossier_result,2,,,,\n");
  EXPECT_EQ(counts(imported), "2 0 0 1");
  EXPECT_THAT(imported.problems.at(0).reason, testing::HasSubstr("no_r2"));
}

}  // namespace
}  // namespace vneid
