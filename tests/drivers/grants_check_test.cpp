#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/support/database.hpp"

namespace vneid {
namespace {

using admin::Duty;
using testing::ElementsAre;
using testing::IsEmpty;

std::string joined(std::span<const std::string_view> names) {
  std::vector<std::string> sorted{names.begin(), names.end()};
  std::ranges::sort(sorted);
  std::string text;
  for (const std::string& name : sorted) text += (text.empty() ? "" : "\n") + name;
  return text;
}

struct GrantsCheck : testing::Test {
  GrantsCheck() {
    const admin::DatabasePlan plan{
        .database = database.name(), .worker_user = "worker", .operator_user = "operator"};
    test::PlainConnection{database.conninfo()}.sql(admin::access_sql(plan));
    database.sql("alter database " + database.name() + " owner to vneid_owner");
    database.sql(
        "set client_min_messages = error; drop role if exists nginx; create role nginx"
        " login in role vneid_app");
  }
  ~GrantsCheck() override { database.sql("drop owned by nginx; drop role nginx"); }

  std::vector<std::string> problems(const std::string& role, Duty duty = Duty::app) {
    std::vector<std::string> texts;
    for (const auto& problem : loop.run(admin::check_grants(pool, role, duty))) {
      texts.push_back(problem.to_text());
    }
    return texts;
  }
  std::vector<std::string> all_problems() {
    std::vector<std::string> texts;
    for (const auto& problem : loop.run(admin::check_all_grants(pool))) {
      texts.push_back(problem.to_text());
    }
    return texts;
  }

  test::Database database;
  EpollLoop loop;
  postgres::Pool pool{loop, database.settings_as("worker", 1)};  // anybody may ask
  postgres::Pool owner{loop, database.settings_as("operator", 1)};
};

// Who adds to the schema says here who may use it.
TEST_F(GrantsCheck, TheTableKnowsEverythingOfTheSchema) {
  EXPECT_EQ(
      database.sql("select relname from pg_class where relkind in ('r', 'v', 'm', 'p', 'f')"
                   " and relnamespace = 'public'::regnamespace order by relname collate \"C\""),
      joined(admin::all_tables()));
  EXPECT_EQ(
      database.sql("select relname from pg_class where relkind = 'S'"
                   " and relnamespace = 'public'::regnamespace order by relname collate \"C\""),
      joined(admin::all_sequences()));
  EXPECT_EQ(database.sql("select oid::regprocedure::text from pg_proc where pronamespace ="
                         " 'public'::regnamespace order by oid::regprocedure::text collate \"C\""),
            joined(admin::all_functions()));
}

TEST_F(GrantsCheck, WhatTheTableSaysIsNeitherMissingNorTooWide) {
  EXPECT_THAT(all_problems(), IsEmpty());
  for (const char* worker : {"vneid_app", "worker", "nginx"}) {
    EXPECT_THAT(problems(worker), IsEmpty()) << worker;
  }
  EXPECT_THAT(problems("officer", Duty::officer), IsEmpty());
  EXPECT_FALSE(loop.run(admin::apply_grants(owner)));
}

TEST_F(GrantsCheck, TellsWhatIsMissingAndMendsIt) {
  database.sql(
      "revoke select on account from vneid_app; revoke execute on function claim_person from"
      " vneid_app; revoke insert on audit_event from vneid_officer");
  EXPECT_THAT(problems("nginx"), ElementsAre("nginx lacks SELECT on account",
                                             "nginx lacks EXECUTE on function "
                                             "claim_person(bytea,bytea,bytea,bytea,text,bytea)"));
  EXPECT_THAT(all_problems(), testing::SizeIs(3));
  EXPECT_TRUE(loop.run(admin::apply_grants(owner)));
  EXPECT_THAT(all_problems(), IsEmpty());
  EXPECT_FALSE(loop.run(admin::apply_grants(owner)));
}

TEST_F(GrantsCheck, TellsWhatIsTooWideAndMendsWhatItCan) {
  database.sql(
      "grant delete on link to vneid_app; grant update (person_id, provider) on link to"
      " vneid_app; grant select on audit_event to public; grant usage on sequence"
      " link_id_seq to vneid_app; grant execute on function review_guard() to public");
  EXPECT_THAT(problems("nginx"),
              ElementsAre("nginx needs no SELECT on audit_event", "nginx needs no DELETE on link",
                          "nginx needs no UPDATE (person_id, provider) on link",
                          "nginx needs no USAGE on sequence link_id_seq",
                          "nginx needs no EXECUTE on function review_guard()"));
  EXPECT_TRUE(loop.run(admin::apply_grants(owner)));
  EXPECT_THAT(all_problems(), IsEmpty());

  database.sql(
      "create table other (id int); grant select on other to nginx; grant create on schema"
      " public to nginx; grant temporary on database " +
      database.name() + " to nginx");
  EXPECT_THAT(
      problems("nginx"),
      ElementsAre("nginx needs no TEMPORARY on database " + database.name(),
                  "nginx needs no SELECT on other", "nginx needs no CREATE on schema public"));
}

TEST_F(GrantsCheck, TellsWhyARoleIsWiderThanItsGrants) {
  database.sql("alter role nginx createdb createrole");
  EXPECT_THAT(problems("nginx"),
              ElementsAre("nginx may create databases", "nginx may create roles"));
  database.sql("alter role nginx nocreatedb nocreaterole; grant vneid_owner to nginx");
  EXPECT_THAT(problems("nginx"), ElementsAre("nginx is a member of vneid_owner"));
  database.sql("revoke vneid_owner from nginx; alter table link owner to nginx");
  EXPECT_THAT(problems("nginx"), ElementsAre("nginx owns table link"));
  database.sql("alter table link owner to vneid_owner; alter role nginx superuser");
  EXPECT_THAT(problems("nginx"), ElementsAre("nginx is a superuser"));
  database.sql("alter role nginx nosuperuser; grant pg_read_all_data to nginx");
  EXPECT_THAT(problems("nginx"), testing::Contains("nginx is a member of pg_read_all_data"));
  EXPECT_THAT(problems("nobody"), ElementsAre("there is no role nobody"));
}

}  // namespace
}  // namespace vneid
