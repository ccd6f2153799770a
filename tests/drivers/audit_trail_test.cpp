#include <stdexcept>

#include <gtest/gtest.h>

#include "audit/audit.hpp"
#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::LinkWorld;

audit::Event full_event(Wall now) {
  audit::Event event;
  event.at = now;
  event.name = "link.made";
  event.reason = "name_only_loosely_equal,birth_date_new_year";
  event.origin.request_id = "r1";
  event.origin.ip = "2001:db8::1";
  event.origin.port = 65535;
  event.origin.user_agent_hash = std::string(32, 'u');
  event.origin.session_hash = std::string(32, '\0');
  event.account_id = AccountId{7};
  event.pid_masked = "052******999";
  event.pid_key = std::string(32, 'k');
  event.provider = "bca";
  event.level = 2;
  event.notice_version = "v1";
  event.link_id = LinkId{9};
  return event;
}

TEST(AuditTrail, KeepsEveryField) {
  LinkWorld world;
  world.loop.run(audit::record(world.pool, full_event(Wall{std::chrono::milliseconds{1234}})));
  EXPECT_EQ(world.database.sql(
                "select extract(epoch from at) * 1000, event, result, reason, request_id,"
                " account_id, pid_masked, octet_length(pid_key), provider, level, host(ip), port,"
                " octet_length(user_agent_hash), octet_length(session_hash), notice_version,"
                " link_id from audit_event"),
            "1234.000000|link.made|ok|name_only_loosely_equal,birth_date_new_year|r1|7|"
            "052******999|32|bca|2|2001:db8::1|65535|32|32|v1|9");
}

TEST(AuditTrail, WhatIsNotToldIsNull) {
  LinkWorld world;
  audit::Event event;
  event.at = world.loop.wall_now();
  event.name = "start";
  world.loop.run(audit::record(world.pool, event));
  EXPECT_EQ(world.database.sql("select num_nonnulls(reason, request_id, account_id, pid_masked,"
                               " pid_key, provider, level, ip, port, user_agent_hash,"
                               " session_hash, notice_version, link_id) from audit_event"),
            "0");
}

TEST(AuditTrail, RefusesAFullNumber) {
  LinkWorld world;
  audit::Event event = full_event(world.loop.wall_now());
  event.pid_masked = "052089999999";
  EXPECT_THROW(world.loop.run(audit::record(world.pool, event)), postgres::StatementError);
}

TEST(AuditTrail, IsOnlyAddedTo) {
  LinkWorld world;
  world.loop.run(audit::record(world.pool, full_event(world.loop.wall_now())));
  for (const char* change : {"update audit_event set result = 'failed'", "delete from audit_event",
                             "truncate audit_event"}) {
    EXPECT_THROW(world.database.sql(change), std::runtime_error) << change;
  }
  // What is old enough may go, once it is sealed.
  world.loop.run(audit::record(world.pool, full_event(Wall{})));
  const std::string outdated = "delete from audit_event where at < '1971-01-01'";
  EXPECT_THROW(world.database.sql(outdated), std::runtime_error);
  world.database.sql(
      "insert into audit_leaf (position, event_id, hash)"
      " select 0, id, sha256('x') from audit_event where at < '1971-01-01'");
  world.database.sql(outdated);
  EXPECT_EQ(world.count("audit_event"), "1");
}

TEST(AuditTrail, WaitsToBeSealedUntilItHasALeaf) {
  LinkWorld world;
  for (int i = 0; i < 3; ++i) {
    world.loop.run(audit::record(world.pool, full_event(world.loop.wall_now())));
  }
  EXPECT_EQ(world.database.sql("select string_agg((p.event_id = e.id)::text, ',') from"
                               " audit_pending p join audit_event e on e.id = p.event_id"),
            "true,true,true");
  world.database.sql(
      "insert into audit_leaf (position, event_id, hash)"
      " select 0, min(id), sha256('x') from audit_event");
  EXPECT_EQ(
      world.database.sql("select count(*), min(p.event_id) > (select event_id from audit_leaf)"
                         " from audit_pending p"),
      "2|t");
  for (const char* change :
       {"update audit_leaf set hash = sha256('y')", "delete from audit_leaf", "truncate audit_leaf",
        "update audit_head set complete = true", "delete from audit_head", "truncate audit_head"}) {
    EXPECT_THROW(world.database.sql(change), std::runtime_error) << change;
  }
}

TEST(AuditTrail, StandsOrFallsWithItsTransaction) {
  LinkWorld world;
  struct Work {
    Wall now;
    Task<void> operator()(postgres::Pool& pool, bool commit) const {
      postgres::Transaction transaction = co_await pool.begin(postgres::Isolation::read_committed);
      co_await audit::record(transaction, full_event(now));
      if (commit) {
        co_await transaction.commit();
      } else {
        co_await transaction.rollback();
      }
    }
  };
  const Work work{world.loop.wall_now()};
  world.loop.run(work(world.pool, false));
  EXPECT_EQ(world.count("audit_event"), "0");
  world.loop.run(work(world.pool, true));
  EXPECT_EQ(world.count("audit_event"), "1");
}

TEST(AuditTrail, NoticeChoiceIsKeptWithItsVersion) {
  LinkWorld world;
  audit::NoticeChoice choice;
  choice.at = world.loop.wall_now();
  choice.account_id = world.add_account("a", test::mau);
  choice.notice_version = "nd59-1";
  choice.origin.request_id = "r1";
  choice.origin.ip = "192.0.2.1";
  for (auto what : {audit::Choice::shown, audit::Choice::skip, audit::Choice::vneid}) {
    choice.choice = what;
    world.loop.run(audit::record(world.pool, choice));
  }
  EXPECT_EQ(world.database.sql("select string_agg(choice || ' ' || notice_version, ',' order by id)"
                               " from notice_choice"),
            "shown nd59-1,skip nd59-1,vneid nd59-1");
  EXPECT_EQ(world.database.sql("select string_agg(event, ',' order by id) from audit_event"),
            "notice.shown,notice.skip,notice.vneid");
}

TEST(AuditTrail, KnowsTheLastSkipOfAnAccount) {
  LinkWorld world;
  const Wall now = world.loop.wall_now();
  audit::NoticeChoice choice;
  choice.account_id = world.add_account("a", test::mau);
  choice.notice_version = "nd59-1";
  const auto last = [&] { return world.loop.run(audit::last_skip(world.pool, choice.account_id)); };
  const auto keep = [&](audit::Choice what, std::chrono::hours ago) {
    choice.choice = what;
    choice.at = now - ago;
    world.loop.run(audit::record(world.pool, choice));
  };
  keep(audit::Choice::shown, std::chrono::hours{9});
  EXPECT_EQ(last(), std::nullopt);
  keep(audit::Choice::skip, std::chrono::hours{8});
  keep(audit::Choice::skip, std::chrono::hours{2});
  keep(audit::Choice::skip, std::chrono::hours{5});
  keep(audit::Choice::vneid, std::chrono::hours{1});
  EXPECT_EQ(last(), now - std::chrono::hours{2});
  choice.account_id = world.add_account("b", test::mau);
  EXPECT_EQ(last(), std::nullopt);
}

}  // namespace
}  // namespace vneid
