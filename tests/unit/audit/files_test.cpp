#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/seal/archive_file.hpp"
#include "audit/seal/durable.hpp"
#include "audit/seal/head_file.hpp"
#include "drivers/support/child_process.hpp"
#include "unit/audit/tree_support.hpp"

namespace vneid::audit {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

struct AuditFiles : testing::Test {
  std::string read(const std::string& name) {
    std::ifstream stream(folder.file(name));
    return {std::istreambuf_iterator<char>{stream}, {}};
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
  }
  std::string line_of(std::uint64_t number) {
    Head head = sign_head({.tree = test::numbered_tree(1)}, key);
    head.number = number;
    return text::json_dump(head.to_json().get()) + "\n";
  }
  static StoredEvent numbered(int id) {
    const text::Json object{json_pack("{s:i,s:s}", "id", id, "event", "start")};
    return StoredEvent::of_json(object.get()).value();
  }
  void archive(const std::string& name, int first, int end) {
    Head head = sign_head({.tree = test::numbered_tree(static_cast<std::size_t>(end))}, key);
    ArchiveWriter writer{folder.file(name), static_cast<std::uint64_t>(first), head};
    for (int i = first; i < end; ++i) writer.add(static_cast<std::uint64_t>(i), numbered(100 + i));
    writer.finish();
  }

  test::TemporaryFolder folder;
  crypto::SigningKey key = crypto::SigningKey::generate();
};

TEST_F(AuditFiles, HeadsAreReadInTheirOrder) {
  write("heads", line_of(2) + line_of(3) + line_of(7));
  HeadFileReader reader{folder.file("heads")};
  EXPECT_EQ(reader.next()->number, 2U);
  EXPECT_EQ(reader.next()->number, 3U);
  EXPECT_EQ(reader.next()->number, 7U);
  EXPECT_FALSE(reader.next());
}

TEST_F(AuditFiles, HeadsThatCannotBeReadAreNamedByTheirLine) {
  write("heads", line_of(2) + line_of(2));
  HeadFileReader twice{folder.file("heads")};
  twice.next();
  EXPECT_THAT([&] { twice.next(); }, ThrowsMessage<std::runtime_error>(
                                         HasSubstr("heads line 2: head 2 is behind head 2")));
  write("heads", "x\n");
  HeadFileReader foreign{folder.file("heads")};
  EXPECT_THAT([&] { foreign.next(); },
              ThrowsMessage<std::runtime_error>(HasSubstr("heads line 1: is not JSON")));
  EXPECT_THROW(HeadFileReader{folder.file("nowhere")}, std::runtime_error);
}

TEST_F(AuditFiles, HalfALineThatACrashLeftIsCutOff) {
  for (const std::string& whole : {std::string{}, line_of(0), line_of(0) + line_of(1)}) {
    write("heads", whole + line_of(2).substr(0, 100));
    const HeadFile file{folder.file("heads")};
    EXPECT_EQ(read("heads"), whole);
  }
  write("heads", line_of(0) + "something else\n");
  EXPECT_THROW(HeadFile{folder.file("heads")}, std::runtime_error);
}

TEST_F(AuditFiles, HeadsAreAppended) {
  HeadFile file{folder.file("heads")};
  file.append(head_of_line(line_of(0)).value());
  file.append(head_of_line(line_of(1)).value());
  EXPECT_EQ(read("heads"), line_of(0) + line_of(1));
  struct stat found{};
  ASSERT_EQ(::stat(folder.file("heads").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07, 0U);
}

TEST_F(AuditFiles, ArchivesAreReadAsOne) {
  archive("b", 3, 5);
  archive("a", 0, 3);
  ArchiveReader reader{{folder.file("b"), folder.file("a")}};
  for (int i = 0; i < 5; ++i) {
    const auto event = reader.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->position, static_cast<std::uint64_t>(i));
    EXPECT_EQ(event->event.id(), 100 + i);
  }
  EXPECT_FALSE(reader.next());
  ArchiveReader at{{folder.file("b"), folder.file("a")}};
  EXPECT_EQ(at.at(1)->id(), 101);
  EXPECT_EQ(at.at(4)->id(), 104);
  EXPECT_FALSE(at.at(5));
  ArchiveReader none{{}};
  EXPECT_FALSE(none.at(0));
}

TEST_F(AuditFiles, AnArchiveIsForItsOwnerAndNeverWrittenOver) {
  archive("a", 0, 1);
  struct stat found{};
  ASSERT_EQ(::stat(folder.file("a").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_THAT([&] { archive("a", 0, 1); },
              ThrowsMessage<std::runtime_error>(HasSubstr("is there already")));
  {
    const Head head = sign_head({.tree = test::numbered_tree(1)}, key);
    ArchiveWriter unfinished{folder.file("c"), 0, head};
    unfinished.add(0, numbered(100));
  }
  EXPECT_NE(::stat(folder.file("c").c_str(), &found), 0);
  EXPECT_NE(::stat(folder.file("c.part").c_str(), &found), 0);
}

TEST_F(AuditFiles, WhatIsNoArchiveIsNamedByItsLine) {
  write("x", "{}\n");
  EXPECT_THAT([&] { ArchiveReader{{folder.file("x")}}; },
              ThrowsMessage<std::runtime_error>(HasSubstr("x line 1: is no archive")));
  archive("a", 0, 2);
  write("a", read("a") + "{\"position\":2,\"event\":{}}\n");
  ArchiveReader reader{{folder.file("a")}};
  EXPECT_THAT([&] { reader.at(2); },
              ThrowsMessage<std::runtime_error>(HasSubstr("a line 4: an event has no \"id\"")));
}

TEST_F(AuditFiles, ASecretIsNotWrittenOverAndMetricsAre) {
  write_new(folder.file("key"), "secret", 0600);
  EXPECT_THROW(write_new(folder.file("key"), "other", 0600), std::runtime_error);
  EXPECT_EQ(read("key"), "secret");
  write_over(folder.file("metrics"), "one", 0644);
  write_over(folder.file("metrics"), "two", 0644);
  EXPECT_EQ(read("metrics"), "two");
  struct stat found{};
  ASSERT_EQ(::stat(folder.file("metrics").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644U);
  EXPECT_NE(::stat(folder.file("metrics.part").c_str(), &found), 0);
}

}  // namespace
}  // namespace vneid::audit
