// The vault as pages and over the API: every outcome, without a server.

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "text/json.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/papers.hpp"
#include "unit/flows/world/world.hpp"
#include "vault/vault.hpp"

namespace vneid::test {
namespace {

TEST(Vault, ListsAndOpensWhatIsTheSessions) {
  World world;
  expect(world, world.run(world.get("vault")), {.status = 401});
  world.sign_in();
  expect(world, world.run(world.get("vault")), {.body = "Giấy khai sinh"});
  expect(world, world.run(world.get("vault", "page=2")), {.body = "Giấy khai sinh"});
  expect(world, world.run(world.get("vault", "page=x")), {});
  const std::string digest = crypto::sha256("%PDF-1.4");
  const std::string hex = crypto::hex(digest);
  for (const char* path : {"vault/5", "vault/x/", "vault/5/abc", "vault/5x/"}) {
    expect(world, world.run(world.get(path)), {.status = 404});
  }
  expect(world, world.run(world.get("vault/5/" + hex)), {.status = 404, .log = "no such file in"});
  const auto serve = [&](const char* mime) {
    world.postgres.on("vault_open_file",
                      {{"giấy.pdf", mime, Cell::bytes(digest),
                        Cell::bytes(vault::seal_file(*world.settings->keys, digest, "%PDF-1.4"))}});
    return world.run(world.get("vault/5/" + hex));
  };
  const auto shown = serve("application/pdf");
  expect(world, shown, {.body = "%PDF-1.4"});
  EXPECT_TRUE(header_of(shown.headers, "Content-Disposition").starts_with("inline"));
  const auto kept_out = serve("text/html");
  EXPECT_EQ(header_of(kept_out.headers, "Content-Type"), "application/octet-stream");
  EXPECT_TRUE(header_of(kept_out.headers, "Content-Disposition").starts_with("attachment"));
}

/// Where the search's form leads to.
flows::Request searched(World& world, const std::string& form) {
  const auto reply = world.run(world.post("vault", form));
  const std::string location = header_of(reply.headers, "Location");
  EXPECT_EQ(reply.status, 303);
  EXPECT_TRUE(location.starts_with("/vneid/vault"));
  return world.get("vault", location.substr(std::min(location.find('?'), location.size() - 1) + 1));
}

TEST(Vault, IsSearchedAndKeepsTheSearchFromPageToPage) {
  World world;
  world.sign_in();
  const auto found = world.run(searched(world, "q=+Giấy+%26+tờ+&kind=result"));
  expect(world, found, {.body = "name=\"q\" value=\"Giấy &amp; tờ\""});
  EXPECT_TRUE(found.body.contains("<option value=\"result\" selected>"));
  for (const char* form : {"q=+++", "kind=x", "kind=", "q=%ff", "q=a&q=b", ""}) {
    expect(world, world.run(searched(world, form)), {.body = "Tổng số:"});
  }
  for (const char* query : {"page=0", "page=-1", "words=x", "words=", "q=x"}) {
    expect(world, world.run(world.get("vault", query)), {.body = "Tổng số:"});
  }
  const std::string accents(300, 'x');
  expect(world, world.run(searched(world, "q=" + accents)),
         {.body = "value=\"" + accents.substr(0, 100) + "\""});
  expect(world, world.run(searched(world, "q=" + std::string(99, 'x') + "ệệ")),
         {.body = "value=\"" + std::string(99, 'x') + "ệ\""});
  world.postgres.on("vault_find_records", std::vector<Row>{});
  expect(world, world.run(searched(world, "q=x")), {.body = "Xem tất cả giấy tờ"});
}

/// People look for numbers; addresses are kept in histories and access logs.
TEST(Vault, ShowsNoAddressWhatIsLookedFor) {
  World world;
  world.sign_in();
  const auto address = searched(world, "q=052089999999");
  EXPECT_FALSE(address.query.contains("052089999999"));
  expect(world, world.run(address), {.body = "value=\"052089999999\""});
  world.account.id = AccountId{8};
  world.sign_in();
  const auto others = world.run(address);
  EXPECT_FALSE(others.body.contains("052089999999")) << "sealed for another account";
}

/// A linked account, whose paper 5 has a file.
struct Papers : testing::Test {
  Papers() { offer_paper(world); }
  void answer(const char* outcome, const Cell& hindrances) {
    world.postgres.on("vault_reuse_record",
                      {{outcome, hindrances, "ab12", "2026-01-02 03:04:05+00"}});
  }
  flows::Reply by_server(const std::string& members = wanted()) {
    return world.run(by_portal(world, reuse(world, members)));
  }

  World world;
};

TEST_F(Papers, AreListedForSessionAndPortal) {
  expect(world, world.run(world.get("api/v1/vault")), {.status = 401, .body = "sign_in"});
  world.sign_in();
  expect(world,
         world.run(world.get("api/v1/vault",
                             "kind=paper&owner=own&valid=true&usable=false"
                             "&limit=100&doc_type_code=T&number=&other=1")),
         {.body = R"("hindrances":["expired","replaced"])"});
  const auto listed = world.run(world.get("api/v1/vault"));
  expect(world, listed, {.body = R"("csrf":")"});
  EXPECT_TRUE(listed.body.contains("/vneid/api/v1/vault/5/files/" + paper_name));
  EXPECT_FALSE(listed.body.contains("\"next\"")) << "one record is all there is";
  for (const char* query : {"kind=x", "owner=me", "valid=1", "usable=yes", "limit=0", "limit=101",
                            "limit=x", "after=!!", "after=", "after=eA", "a=%zz"}) {
    const bool empty = std::string_view{query} == "after=";
    expect(world, world.run(world.get("api/v1/vault", query)), {.status = empty ? 200 : 400});
  }
  expect(world, world.run(world.get("api/v1/vault/5")), {.body = R"("id":"5")"});
  const auto told = world.run(by_portal(world, world.get("api/v1/vault")));
  expect(world, told, {.body = R"("vault":"person")"});
  EXPECT_FALSE(told.body.contains("csrf"));
}

TEST_F(Papers, PathsThatLeadNowhere) {
  world.sign_in();
  for (const char* path : {"api/v1/vault/", "api/v1/vault/x", "api/v1/vault/-5", "api/v1/vault/5/",
                           "api/v1/vault/5/files", "api/v1/vault/5/files/x",
                           "api/v1/vault/99999999999999999999", "api/v1/vault/5/other"}) {
    expect(world, world.run(world.get(path)), {.status = 404, .body = "not_found"});
  }
  expect(world, world.run(world.get(reuse_path)), {.status = 405});
  expect(world, world.run(world.post("api/v1/vault/5", "")), {.status = 405});
  world.postgres.on("vault_find_records", std::vector<Row>{});
  expect(world, world.run(world.get("api/v1/vault/5")), {.status = 404});
  expect(world, world.run(world.get("api/v1/vault")), {.body = R"("records":[])"});
}

TEST_F(Papers, ServeInADossierWithHashAndReceipt) {
  const auto reply = by_server();
  expect(world, reply, {.body = paper_content});
  EXPECT_EQ(header_of(reply.headers, "Repr-Digest"),
            "sha-256=:" + crypto::base64_encode(crypto::sha256(paper_content)) + ":");
  const std::string receipt = header_of(reply.headers, "VNeID-Receipt");
  const auto begin = receipt.find('.') + 1;
  const auto claims =
      crypto::base64url_decode(std::string_view{receipt}.substr(begin, receipt.rfind('.') - begin));
  const auto told = text::parse_json_object(*claims, 65536);
  ASSERT_TRUE(told);
  EXPECT_EQ(text::json_text(told->get(), "jti"), "ab12");
  EXPECT_EQ(text::json_text(told->get(), "dossier_code"), "H99-1");
  EXPECT_EQ(text::json_text(json_object_get(told->get(), "file"), "sha256"), paper_name);
  EXPECT_EQ(text::json_text(json_object_get(told->get(), "record"), "title"), "Giấy khai sinh");
  EXPECT_FALSE(claims->contains(World::number));
}

TEST_F(Papers, EveryRefusalSaysWhy) {
  answer("refused", "revoked,expired");
  expect(world, by_server(), {.status = 422, .body = R"("hindrances":["revoked","expired"])"});
  answer("used_before", {});
  expect(world, by_server(), {.status = 409, .body = R"("reuse":"ab12")"});
  answer("absent", {});
  expect(world, by_server(), {.status = 404});
  answer("reused", {});
  for (const std::string& members :
       {std::string{}, std::string{R"("file":"x","dossier_code":"d")"},
        R"("file":")" + paper_name + "\"",
        R"("file":")" + paper_name + R"(","dossier_code":"a\u0001")",
        R"("file":")" + paper_name + R"(","dossier_code":")" + std::string(201, 'a') + "\"",
        wanted(R"(,"procedure_code":"\n")"), wanted(R"(,"doc_type_code":5)")}) {
    expect(world, by_server(members), {.status = 400, .body = "bad_request"});
  }
  world.postgres.away = true;
  expect(world, by_server(), {.status = 503});
}

TEST_F(Papers, OnlyForWhomTheAssertionSpeaksOf) {
  const auto refused = [](const char* cause) {
    return Expected{.status = 401, .log = cause, .body = "assertion"};
  };
  auto strange = reuse(world, wanted());
  strange.authorization = "Bearer a.b.c";
  expect(world, world.run(strange), refused("the portal's assertion is refused"));
  expect(world, world.run(by_portal(world, reuse(world, wanted()), PersonId{999})),
         refused("linked with somebody else"));
  auto late = by_portal(world, reuse(world, wanted()));
  world.loop.advance(std::chrono::seconds{60});
  expect(world, world.run(late), refused("exp has passed"));
  world.kept_out = true;
  expect(world, by_server(), refused("flagged by an officer"));
  world.kept_out = false;
  world.account.closed = true;
  expect(world, by_server(), refused("closed or not linked"));
  world.account.closed = false;
  world.account.linked.reset();
  expect(world, by_server(), refused("closed or not linked"));
  world.link_account();
  expect(world, by_server(), {.body = paper_content});
  EXPECT_FALSE(world.log.lines.contains("eyJ")) << "no assertion in the log";
  for (const char* other : {"Basic eDp5", "bearer", "Bearer ", "Digest x"}) {
    auto request = reuse(world, wanted());
    request.cookie.clear();
    request.authorization = other;
    expect(world, world.run(request), {.status = 401, .body = "sign_in"});
  }
  world.site->reuse = false;
  expect(world, by_server(), {.status = 404});
  expect(world, world.run(by_portal(world, world.get("api/v1/vault"))),
         {.status = 401, .body = "sign_in"});
}

TEST_F(Papers, ASessionNeedsItsTokenAndVNeID) {
  world.sign_in();
  const auto listed = world.run(world.get("api/v1/vault"));
  const auto begin = listed.body.find(R"("csrf":")") + 8;
  const std::string csrf = listed.body.substr(begin, listed.body.find('"', begin) - begin);
  expect(world, world.run(reuse(world, wanted())), {.status = 403, .body = "csrf"});
  expect(world, world.run(reuse(world, wanted(R"(,"csrf":")" + csrf + "\""))),
         {.body = paper_content});
  auto foreign = reuse(world, wanted(R"(,"csrf":")" + csrf + "\""));
  foreign.sec_fetch_site = "cross-site";
  expect(world, world.run(foreign), {.status = 403, .body = "csrf"});
  // An application's own token beside our cookie is none of our business.
  auto with_token = reuse(world, wanted());
  with_token.authorization = "Bearer of-the-portal";
  expect(world, world.run(with_token), {.status = 403, .body = "csrf"});

  World legacy;
  legacy.site->reuse = true;
  legacy.sign_in_by_password();
  const auto own = legacy.run(legacy.get("api/v1/vault"));
  expect(legacy, own, {.body = R"("vault":"account")"});
  const auto at = own.body.find(R"("csrf":")") + 8;
  const std::string token = own.body.substr(at, own.body.find('"', at) - at);
  expect(legacy, legacy.run(reuse(legacy, wanted(R"(,"csrf":")" + token + "\""))),
         {.status = 403, .body = "vneid_needed"});
}

}  // namespace
}  // namespace vneid::test
