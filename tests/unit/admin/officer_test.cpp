#include "admin/officer.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace vneid::admin {
namespace {

TEST(Officer, IsWhoeverLoggedInWhoeverRunsIt) {
  EXPECT_EQ(officer_of(1000, 0), 1000U);
  EXPECT_EQ(officer_of(1000, 1001), 1000U);
  EXPECT_EQ(officer_of(1000, 1000), 1000U);
  EXPECT_EQ(officer_of(std::nullopt, 1001), 1001U);  // no audit login ids here
  EXPECT_EQ(officer_of(1'234'567'890, 0), 1'234'567'890U);
}

TEST(Officer, IsNeverRootNorAnAccountOfTheSystem) {
  for (const uid_t shared : {0U, 1U, 33U, 999U, 61184U, 65534U, 65535U}) {
    EXPECT_FALSE(officer_of(shared, 1000)) << shared;
    EXPECT_FALSE(officer_of(std::nullopt, shared)) << shared;
  }
}

TEST(Officer, LoginIsWhatTheKernelSays) {
  const std::string file = std::filesystem::temp_directory_path() / "vneid-officer-test-loginuid";
  const auto login = [&file](const std::string& text) {
    std::ofstream(file) << text;
    return login_of(file);
  };
  EXPECT_EQ(login("1000"), 1000U);
  EXPECT_EQ(login("1000\n"), 1000U);
  EXPECT_EQ(login("4294967295"), std::nullopt);  // nobody logged in
  EXPECT_EQ(login("4294967296"), 0U);            // root, who is refused
  EXPECT_EQ(login("-1"), 0U);
  EXPECT_EQ(login("lan"), 0U);
  std::filesystem::remove(file);
  EXPECT_EQ(login_of(file), std::nullopt);
}

}  // namespace
}  // namespace vneid::admin
