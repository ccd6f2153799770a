// A paper of a person's vault serves in a dossier: once, whole, and with a trace that stays (R9).
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "crypto/digest.hpp"
#include "drivers/support/review_world.hpp"
#include "link/undo_requests.hpp"
#include "vault/reuse.hpp"

namespace vneid {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::mau;
using test::thu;
using testing::ElementsAre;
using testing::IsEmpty;
using vault::NothingToReuse;
using vault::NotReusable;
using vault::Owner;
using vault::Reused;
using vault::UsedBefore;

std::string name_of(const std::string& content) { return crypto::hex(crypto::sha256(content)); }

struct VaultReuse : testing::Test {
  VaultReuse() {
    account = world.add_account("a", mau);
    world.add_records(
        {"a,r1,paper,T,1/GKS," + mau.number + ",f1", "a,r2,result,K,2/KQ," + mau.number + ",f2"});
    linked = std::get<link::Linked>(world.link(world.request(account, mau)));
  }

  std::vector<vault::Record> list(Owner owner, vault::Filter filter = {},
                                  vault::Slice slice = {.most = 1000}) {
    return world.loop
        .run(vault::find_records(
            world.pool,
            {.owner = owner, .filter = std::move(filter), .slice = std::move(slice), .now = now}))
        .slice;
  }
  vault::Record paper(const std::string& number) {
    auto found = list(linked.person_id, {.number = number});
    return found.empty() ? vault::Record{} : found.front();
  }
  vault::ReuseRequest request(const std::string& number = "1/GKS", const std::string& file = "f1") {
    vault::ReuseRequest wanted;
    wanted.person_id = linked.person_id;
    wanted.account_id = account;
    wanted.record_id = paper(number).id;
    wanted.sha256 = name_of(file);
    wanted.portal = PortalName{"portal"};
    wanted.dossier_code = "H99-1";
    wanted.reference = "request" + std::to_string(++requests);
    wanted.now = now;
    return wanted;
  }
  vault::ReuseOutcome use(vault::ReuseRequest wanted) {
    audit::Event event;
    event.at = now;
    event.name = "vault.reused";
    event.account_id = wanted.account_id;
    event.link_id = linked.link_id;
    event.origin.request_id = wanted.reference;
    return world.loop.run(
        vault::reuse(world.pool, test::test_keys(), std::move(wanted), std::move(event)));
  }
  std::vector<std::string> hindrances(vault::ReuseRequest wanted) {
    const auto outcome = use(std::move(wanted));
    const auto* refused = std::get_if<NotReusable>(&outcome);
    return refused == nullptr ? std::vector<std::string>{} : refused->hindrances;
  }
  std::string sql(const std::string& text) { return world.database.sql(text); }
  std::string trail() {
    return sql(
        "select string_agg(result || ' ' || regexp_replace(reason, '[0-9]+', 'N'), '; '"
        " order by id) from audit_event where event = 'vault.reused'");
  }

  test::ReviewWorld world;
  AccountId account;
  link::Linked linked;
  Wall now = world.loop.wall_now();
  int requests = 0;
};

TEST_F(VaultReuse, GivesTheFileAndKeepsWhoUsedWhatWhere) {
  auto wanted = request();
  wanted.procedure_code = "2.000635";
  wanted.doc_type_code = "T";
  const auto outcome = use(wanted);
  const auto& reused = std::get<Reused>(outcome);
  EXPECT_EQ(reused.bytes, "f1");
  EXPECT_EQ(reused.file.sha256, name_of("f1"));
  EXPECT_EQ(reused.record.number, "1/GKS");
  EXPECT_EQ(reused.reference, wanted.reference);
  EXPECT_EQ(reused.record.reuse_count, 1);
  EXPECT_FALSE(reused.repeated);
  EXPECT_EQ(paper("1/GKS").reuse_count, 1);
  EXPECT_EQ(paper("1/GKS").last_reused_at, now);
  EXPECT_EQ(paper("2/KQ").reuse_count, 0);
  EXPECT_EQ(sql("select portal || ' ' || dossier_code || ' ' || procedure_code || ' ' || account_id"
                "  || ' ' || person_id || ' ' || reference from record_reuse"),
            "portal H99-1 2.000635 " + std::to_string(account.value()) + " " +
                std::to_string(linked.person_id.value()) + " " + wanted.reference);
  EXPECT_EQ(trail(), "ok record_N");
}

TEST_F(VaultReuse, IsFoundByItsDossier) {
  const auto first = request();
  use(first);
  use(request("2/KQ", "f2"));
  auto elsewhere = request();
  elsewhere.dossier_code = "H99-2";
  use(elsewhere);
  const auto papers = [this](const std::string& portal, const std::string& dossier) {
    return world.loop.run(
        vault::papers_of_dossier(world.officer_pool, PortalName{portal}, dossier));
  };
  ASSERT_THAT(papers("portal", "H99-1"), testing::SizeIs(2));
  const auto paper = papers("portal", "H99-1").front();
  EXPECT_EQ(paper.record_id, first.record_id);
  EXPECT_EQ(paper.sha256, first.sha256);
  EXPECT_EQ(paper.reference, first.reference);
  EXPECT_EQ(paper.account_id, account);
  EXPECT_EQ(paper.person_id, linked.person_id);
  EXPECT_EQ(paper.at, now);
  EXPECT_THAT(papers("portal", "H99-3"), IsEmpty());
  EXPECT_THAT(papers("other", "H99-1"), IsEmpty());
}

TEST_F(VaultReuse, OnceInADossierAndAgainForWhoLostTheAnswer) {
  const auto first = request();
  ASSERT_TRUE(std::holds_alternative<Reused>(use(first)));
  now += minutes{9};
  const auto again = use(request());
  ASSERT_TRUE(std::holds_alternative<Reused>(again));
  EXPECT_TRUE(std::get<Reused>(again).repeated);
  EXPECT_EQ(std::get<Reused>(again).reference, first.reference) << "the first's";
  now += minutes{1};
  const auto late = use(request());
  ASSERT_TRUE(std::holds_alternative<UsedBefore>(late));
  EXPECT_EQ(std::get<UsedBefore>(late).reference, first.reference);
  EXPECT_EQ(paper("1/GKS").reuse_count, 1);
  auto elsewhere = request();
  elsewhere.dossier_code = "H99-2";
  EXPECT_TRUE(std::holds_alternative<Reused>(use(elsewhere)));
  auto other_portal = request();
  other_portal.portal = PortalName{"other"};
  EXPECT_TRUE(std::holds_alternative<Reused>(use(other_portal))) << "a code is one portal's";
  EXPECT_EQ(paper("1/GKS").reuse_count, 3);
  EXPECT_EQ(trail(),
            "ok record_N; ok record_N,repeated; refused record_N,used_before; ok record_N; ok"
            " record_N");
}

TEST_F(VaultReuse, NothingOfSomebodyElse) {
  const auto other = world.add_account("b", thu);
  world.add_records({"b,r9,paper,T,9/GKS," + thu.number + ",f9"});
  const auto theirs = std::get<link::Linked>(world.link(world.request(other, thu)));
  const auto record = list(theirs.person_id).front().id;
  const auto nothing = [this](vault::ReuseRequest wanted) {
    return std::holds_alternative<NothingToReuse>(use(std::move(wanted)));
  };
  auto wanted = request();
  wanted.record_id = record;
  wanted.sha256 = name_of("f9");
  EXPECT_TRUE(nothing(wanted)) << "another person's record";
  wanted = request();
  wanted.sha256 = name_of("f2");
  EXPECT_TRUE(nothing(wanted)) << "another record's file";
  wanted = request();
  wanted.account_id = other;
  EXPECT_TRUE(nothing(wanted)) << "an account that is linked with somebody else";
  wanted = request();
  wanted.record_id = list(account).front().id;
  EXPECT_TRUE(nothing(wanted)) << "the account's own vault is not the person's";
  for (const char* strange : {"", "f1", "'; drop table record"}) {
    wanted = request();
    wanted.sha256 = strange;
    EXPECT_TRUE(nothing(wanted)) << strange;
  }
  wanted = request();
  sql("update record set hidden = true");
  EXPECT_TRUE(nothing(wanted)) << "what its owner has hidden";
  EXPECT_EQ(sql("select count(*) from record_reuse"), "0");
}

struct Rule {
  const char* change;
  std::vector<std::string> hindrances;
};

TEST_F(VaultReuse, NotWhatIsOverRevokedReplacedOrNotTheirs) {
  now = Wall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}} + std::chrono::hours{5};
  const std::string other = "(select owner_key from record where portal_record = 'x')";
  for (const Rule& rule : std::initializer_list<Rule>{
           {"perpetual = false", {}},
           {"valid_until = '2026-11-23'", {}},
           {"valid_until = '2026-11-22'", {"expired"}},
           {"valid_until = '2026-11'", {}},
           {"valid_until = '2026-10'", {"expired"}},
           {"valid_until = '2026'", {}},
           {"valid_until = '2025'", {"expired"}},
           {"revoked_at = now()", {"revoked"}},
           {"owner_key = null", {"owner_unknown"}},
           {"owner_key = sha256('x')", {"owner_other"}},
           {"approval = 'rejected'", {"rejected"}},
           {"approval = 'pending'", {}},
           {"signature_status = 'invalid'", {"signature_invalid"}},
           {"signature_status = 'revoked'", {"signature_invalid"}},
           {"signature_status = 'unknown_ca'", {}},
           {"doc_type_code = 'K'", {"other_type"}},
           {"doc_type_code = null", {"other_type"}},
           {"revoked_at = now(), valid_until = '1999', owner_key = sha256('x')",
            {"owner_other", "revoked", "expired"}},
       }) {
    auto wanted = request();
    wanted.doc_type_code = "T";
    wanted.dossier_code = rule.change;
    sql("create table kept as select * from record where id = " + std::to_string(wanted.record_id));
    sql("update record set " + std::string{rule.change} +
        " where id = " + std::to_string(wanted.record_id));
    EXPECT_EQ(hindrances(wanted), rule.hindrances) << rule.change;
    const auto listed = list(linked.person_id, {.id = wanted.record_id}).front();
    auto expected = rule.hindrances;
    std::erase(expected, "other_type");
    EXPECT_EQ(listed.hindrances, expected) << rule.change;
    EXPECT_EQ(list(linked.person_id, {.id = wanted.record_id, .usable = true}).empty(),
              !expected.empty());
    sql("update record r set valid_until = k.valid_until, revoked_at = k.revoked_at,"
        " owner_key = k.owner_key, approval = k.approval, signature_status = k.signature_status,"
        " doc_type_code = k.doc_type_code, perpetual = k.perpetual from kept k where k.id = r.id;"
        " drop table kept");
  }
  sql("update record set replaces = " + std::to_string(paper("1/GKS").id) +
      " where id = " + std::to_string(paper("2/KQ").id));
  EXPECT_THAT(hindrances(request()), ElementsAre("replaced"));
  EXPECT_THAT(list(linked.person_id, {.valid = false}), testing::SizeIs(1));
  EXPECT_THAT(list(linked.person_id, {.valid = true}), testing::SizeIs(1));
}

TEST_F(VaultReuse, WarnsOfWhatNobodyHasChecked) {
  const auto id = " where id = " + std::to_string(paper("1/GKS").id);
  EXPECT_THAT(paper("1/GKS").warnings, ElementsAre("signature_not_sure"));
  sql("update record set signature_status = 'none', trust = 0, approval = 'pending'" + id);
  EXPECT_THAT(paper("1/GKS").warnings, ElementsAre("uploaded_by_citizen", "approval_pending"));
  sql("update record set signature_status = 'valid', trust = 3, approval = 'approved'" + id);
  EXPECT_THAT(paper("1/GKS").warnings, IsEmpty());
}

TEST_F(VaultReuse, ListsByTypeOwnerNumberAndFromACursorOn) {
  const auto numbers = [](const std::vector<vault::Record>& records) {
    std::vector<std::string> found;
    for (const auto& record : records) found.push_back(record.number);
    return found;
  };
  world.add_records({"a,child,paper,T,3/GKS," + thu.number + ",f3", "a,mine,info,,,,f4"});
  const Owner person{linked.person_id};
  EXPECT_THAT(numbers(list(person, {.kind = "result"})), ElementsAre("2/KQ"));
  EXPECT_THAT(numbers(list(person, {.doc_type_code = "T"})), ElementsAre("1/GKS"));
  EXPECT_THAT(numbers(list(person, {.number = "1/GKS"})), ElementsAre("1/GKS"));
  EXPECT_THAT(list(person, {.number = "1"}), IsEmpty());
  EXPECT_THAT(list(person, {.whose = vault::Whose::other}), IsEmpty());
  EXPECT_THAT(numbers(list(account, {.whose = vault::Whose::other})), ElementsAre("3/GKS"));
  EXPECT_THAT(list(account, {.whose = vault::Whose::unknown}), testing::SizeIs(1));
  EXPECT_THAT(list(account, {.whose = vault::Whose::own}), testing::SizeIs(2));

  sql("update record set issued_on = case when number = '2/KQ' then '2026-01' end");
  vault::Slice slice{.most = 1};
  std::vector<std::string> seen;
  for (auto part = list(account, {}, slice); !part.empty(); part = list(account, {}, slice)) {
    seen.push_back(part.front().number);
    const vault::Cursor cursor{part.front().issued_on, part.front().id};
    slice.after = vault::Cursor::read(cursor.to_text());
    ASSERT_TRUE(slice.after);
  }
  EXPECT_THAT(seen, ElementsAre("2/KQ", "", "3/GKS", "1/GKS")) << "newest first, each once";
}

Task<bool> was_repeated(Joined<vault::ReuseOutcome> joined) {
  const vault::ReuseOutcome outcome = co_await joined;
  co_return std::get<Reused>(outcome).repeated;
}

TEST_F(VaultReuse, OfTwoAtOnceOneCounts) {
  const std::array wanted{request(), request()};
  test::PlainConnection holder{world.database.conninfo()};
  holder.sql("begin; select from vault where person_id is not null for update");
  Scope scope{world.loop};
  audit::Event event;
  event.at = now;
  event.name = "vault.reused";
  auto first = scope.start(vault::reuse(world.pool, test::test_keys(), wanted[0], event));
  auto second = scope.start(vault::reuse(world.pool, test::test_keys(), wanted[1], event));
  test::wait_for(
      [this] {
        world.loop.poll();
        return sql("select count(*) from pg_stat_activity where application_name = 'vneid'"
                   " and datname = current_database() and wait_event_type = 'Lock'") == "2";
      },
      "both at the vault's lock");
  holder.sql("commit");
  const bool one = world.loop.run(was_repeated(first));
  const bool other = world.loop.run(was_repeated(second));
  EXPECT_NE(one, other);
  EXPECT_EQ(paper("1/GKS").reuse_count, 1);
}

TEST_F(VaultReuse, AFileThatDoesNotOpenIsNotUsed) {
  sql("update file f set bytes_sealed = o.bytes_sealed from file o where o.sha256 <> f.sha256");
  EXPECT_THROW(use(request()), std::runtime_error);
  EXPECT_EQ(sql("select count(*) from record_reuse"), "0");
  EXPECT_EQ(paper("1/GKS").reuse_count, 0);
}

TEST_F(VaultReuse, TheTraceOutlivesTheLink) {
  const auto wanted = request();
  ASSERT_TRUE(std::holds_alternative<Reused>(use(wanted)));
  link::Links links{world.officer_pool, test::test_keys()};
  link::UndoRequests undo{world.officer_pool, test::test_keys()};
  const auto link = world.loop.run(links.find(linked.link_id));
  const auto asked = world.loop.run(undo.ask(*link, "officer_asks", {}, world.loop.wall_now()));
  for (const char* officer : {"lan", "minh"}) {
    link::Ruling ruling;
    ruling.reference = asked->reference;
    ruling.officer = officer;
    ruling.note = "nhầm người";
    world.loop.run(world.queue_of(officer).approve(ruling));
  }
  EXPECT_TRUE(std::holds_alternative<NothingToReuse>(use(wanted))) << "the link is undone";
  EXPECT_EQ(sql("select u.dossier_code || ' ' || r.number || ' ' || (r.returned_at is not null)"
                " from record_reuse u join record r on r.id = u.record_id"),
            "H99-1 1/GKS true");
  EXPECT_EQ(world.database.inconsistencies(), "");
  for (const char* statement : {"update record_reuse set dossier_code = 'x'",
                                "delete from record_reuse", "truncate record_reuse"}) {
    EXPECT_THROW(sql(statement), std::runtime_error) << statement;
  }
  // Linked anew, the paper comes back as a copy of its own, and may serve again.
  linked = std::get<link::Linked>(world.link(world.request(account, mau)));
  EXPECT_TRUE(std::holds_alternative<Reused>(use(request())));
  EXPECT_EQ(world.database.inconsistencies(), "");
}

}  // namespace
}  // namespace vneid
