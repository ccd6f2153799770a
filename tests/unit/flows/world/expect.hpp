#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "unit/flows/world/world.hpp"

/// What a test expects of an answer: its status, where it leads, and what the log says of it.
namespace vneid::test {

inline std::string header_of(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

inline std::string location_of(const flows::Reply& reply) {
  return header_of(reply.headers, "Location");
}

struct Expected {
  int status = 200;
  std::string_view location{};  ///< a part of it; empty: none
  std::string_view log{};       ///< a part of what was logged; empty: not asked
  std::string_view body{};      ///< a part of the page; empty: not asked
};

inline void expect(const World& world, const flows::Reply& reply, const Expected& expected) {
  EXPECT_EQ(reply.status, expected.status) << world.log.lines;
  if (expected.location.empty()) {
    EXPECT_EQ(location_of(reply), "");
  } else {
    EXPECT_TRUE(location_of(reply).contains(expected.location)) << location_of(reply);
  }
  EXPECT_TRUE(world.log.lines.contains(expected.log)) << expected.log << " in\n" << world.log.lines;
  EXPECT_TRUE(reply.body.contains(expected.body)) << expected.body << " in\n" << reply.body;
  EXPECT_FALSE(world.log.lines.contains(World::number)) << "no whole number in a log";
}

}  // namespace vneid::test
