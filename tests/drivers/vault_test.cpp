#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::LinkWorld;
using test::mau;
using test::thu;
using vault::Owner;

struct VaultTest : testing::Test {
  std::vector<vault::Record> list(Owner owner) { return list(owner, {0, 1000}).slice; }
  vault::Records list(Owner owner, vault::Slice slice) {
    vault::RecordsWanted wanted;
    wanted.owner = owner;
    wanted.slice = std::move(slice);
    wanted.now = world.loop.wall_now();
    return world.loop.run(vault.list(std::move(wanted)));
  }
  std::optional<vault::OpenedFile> open(Owner owner, std::int64_t record,
                                        const std::string& content) {
    return world.loop.run(vault.open(owner, record, crypto::hex(crypto::sha256(content))));
  }
  Owner account(const std::string& name, const test::Citizen& citizen) {
    return world.add_account(name, citizen);
  }

  LinkWorld world;
  vault::Vault vault{world.pool, test::test_keys()};
};

TEST_F(VaultTest, ListsRecordsWithTheirFiles) {
  const Owner owner = account("a", mau);
  world.add_records({"a,r1,paper,T,5/GKS," + mau.number + ",f1",
                     "a,r1,paper,T,5/GKS," + mau.number + ",f2", "a,r2,info,,,,"});
  const auto records = list(owner);
  ASSERT_EQ(records.size(), 2U);
  const vault::Record& paper = records[0].kind == "paper" ? records[0] : records[1];
  EXPECT_EQ(paper.number, "5/GKS");
  EXPECT_EQ(paper.doc_type_code, "T");
  EXPECT_EQ(paper.title, "Giấy tờ mẫu");
  EXPECT_EQ(paper.trust, 2);
  EXPECT_EQ(paper.signature_status, "not_checked");
  EXPECT_FALSE(paper.transferred_at);
  ASSERT_EQ(paper.files.size(), 2U);
  EXPECT_EQ(paper.files[0].name, "f1");
  EXPECT_EQ(paper.files[0].size, 2);
  EXPECT_EQ(paper.files[0].mime, "application/pdf");
}

TEST_F(VaultTest, ListsSliceBySlice) {
  const Owner owner = account("a", mau);
  EXPECT_EQ(list(owner, {0, 2}).total, 0U);
  std::vector<std::string> lines;
  for (int i = 1; i <= 5; ++i) {
    lines.push_back("a,r" + std::to_string(i) + ",paper,T," + std::to_string(i) + "," + mau.number +
                    ",f" + std::to_string(i));
  }
  world.add_records(lines);
  std::vector<std::string> numbers;
  for (const std::size_t first : {0U, 2U, 4U}) {
    const auto records = list(owner, {first, 2});
    EXPECT_EQ(records.total, 5U);
    EXPECT_EQ(records.first, first);
    for (const auto& record : records.slice) numbers.push_back(record.number);
  }
  std::ranges::sort(numbers);
  EXPECT_EQ(numbers, (std::vector<std::string>{"1", "2", "3", "4", "5"})) << "each once";
  const auto past = list(owner, {1000, 2});
  EXPECT_EQ(past.first, 4U) << "the last one";
  EXPECT_EQ(past.slice.size(), 1U);
}

TEST_F(VaultTest, FindsWordsWhateverTheirCaseAndAccents) {
  const Owner owner = account("a", mau);
  world.add_records({"a,r1,paper,T,5/GKS," + mau.number + ",f1", "a,r2,info,,,,"});
  world.database.sql(
      "update record set title = 'Giấy xác nhận 100% [Đà Nẵng]',"
      " issuer_name = 'Ủy ban nhân dân phường Lê Hồng Phong'"
      " where portal_record = 'r1'");
  const auto found = [&](const std::string& words) {
    vault::RecordsWanted wanted;
    wanted.owner = owner;
    wanted.filter.words = words;
    wanted.now = world.loop.wall_now();
    const auto records = world.loop.run(vault.list(std::move(wanted)));
    EXPECT_EQ(records.total, records.slice.size());
    return records.total == 1 && records.slice[0].number == "5/GKS";
  };
  for (const char* words : {"da nang", "ĐÀ NẴNG", "Đa\u0300 Na\u0306\u0303ng", "uy  ban", "5/gks",
                            "100% [", "hồng", "HONG", "xac nhan 100% [da nang] 5/gks uy ban"}) {
    EXPECT_TRUE(found(words)) << words;
  }
  for (const char* words : {"da nanh", "1000", ".*", "x|a", "(", "***=giấy", "\\", "^Giấy", "%"}) {
    const bool percent = std::string_view{words} == "%";
    EXPECT_EQ(found(words), percent) << words;
  }
}

TEST_F(VaultTest, OpensAFileForItsOwnerAlone) {
  const Owner owner = account("a", mau);
  const Owner other = account("b", thu);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1", "b,r1,paper,T,2,,f2"});
  const auto record = list(owner).front().id;
  const auto file = open(owner, record, "f1");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->bytes, "f1");
  EXPECT_EQ(file->name, "f1");
  EXPECT_FALSE(open(other, record, "f1"));
  EXPECT_FALSE(open(PersonId{std::get<AccountId>(owner).value()}, record, "f1"));
  EXPECT_FALSE(open(owner, record, "f2"));  // a file, but of another record
  EXPECT_FALSE(open(owner, list(other).front().id, "f2"));
  for (const char* strange : {"", "xyz", "'; drop table file"}) {
    EXPECT_FALSE(world.loop.run(vault.open(owner, record, strange)));
  }
}

TEST_F(VaultTest, PersonSeesCopiesAndTheAccountWhatItAlwaysSaw) {
  const Owner owner = account("a", mau);
  world.add_records(
      {"a,r1,paper,T,1," + mau.number + ",f1", "a,child,paper,T,2," + thu.number + ","});
  const auto linked =
      std::get<link::Linked>(world.link(world.request(std::get<AccountId>(owner), mau)));
  const Owner person{linked.person_id};
  const auto copies = list(person);
  ASSERT_EQ(copies.size(), 1U);
  EXPECT_EQ(copies[0].transferred_at, linked.at);
  EXPECT_EQ(open(person, copies[0].id, "f1")->bytes, "f1");
  EXPECT_EQ(list(owner).size(), 2U);
  EXPECT_FALSE(open(owner, copies[0].id, "f1"));
  // A second account of the person does not open the person's vault.
  EXPECT_TRUE(list(account("b", mau)).empty());
}

TEST_F(VaultTest, HiddenRecordsAreNeitherListedNorOpened) {
  const Owner owner = account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto record = list(owner).front().id;
  world.database.sql("update record set hidden = true");
  EXPECT_TRUE(list(owner).empty());
  EXPECT_FALSE(open(owner, record, "f1"));
}

TEST_F(VaultTest, ReplacedAndRevokedPapersSaySo) {
  const Owner owner = account("a", mau);
  world.add_records(
      {"a,old,paper,T,1," + mau.number + ",f1", "a,new,paper,T,1," + mau.number + ",f2"});
  world.database.sql(
      "update record set replaces = (select id from record where portal_record = 'old'),"
      " revoked_at = now() where portal_record = 'new'");
  const auto linked =
      std::get<link::Linked>(world.link(world.request(std::get<AccountId>(owner), mau)));
  for (const Owner& who : {owner, Owner{linked.person_id}}) {
    const auto records = list(who);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_TRUE(records[0].is("revoked"));  // newest first
    EXPECT_FALSE(records[0].is("replaced"));
    EXPECT_TRUE(records[1].is("replaced"));
  }
}

TEST_F(VaultTest, BytesThatWereTamperedWithDoNotOpen) {
  const Owner owner = account("a", mau);
  world.add_records(
      {"a,r1,paper,T,1," + mau.number + ",f1", "a,r2,paper,T,2," + mau.number + ",f2"});
  world.database.sql(
      "update file f set bytes_sealed = o.bytes_sealed from file o where o.sha256 <> f.sha256");
  for (const auto& record : list(owner)) {
    EXPECT_THROW(world.loop.run(vault.open(owner, record.id, record.files.at(0).sha256)),
                 std::runtime_error);
  }
}

TEST_F(VaultTest, NothingLiesInClear) {
  (void)account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",a-long-enough-content-of-a-file"});
  EXPECT_EQ(world.count("file where position('long-enough'::bytea in bytes_sealed) > 0"), "0");
}

}  // namespace
}  // namespace vneid
