#include "population/network.hpp"

#include <gtest/gtest.h>

namespace vneid::population {
namespace {

TEST(PopulationNetwork, IsAnIpv4AddressOrTheHalfOfAnIpv6One) {
  EXPECT_EQ(limited_network("203.0.113.7"), limited_network("::ffff:203.0.113.7"));
  EXPECT_NE(limited_network("203.0.113.7"), limited_network("203.0.113.8"));
  EXPECT_EQ(limited_network("2001:db8:1:2::1"),
            limited_network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(limited_network("2001:db8:1:2::1"), limited_network("2001:db8:1:3::1"));
}

TEST(PopulationNetwork, IsNotThatOfAProxyOrOfNobody) {
  for (const char* address :
       {"", "unix:", "localhost", "203.0.113.7, 1.2.3.4", "10.1.2.3", "172.16.0.1",
        "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "169.254.1.1", "0.0.0.0", "::", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"}) {
    EXPECT_EQ(limited_network(address), "") << address;
  }
  for (const char* address : {"172.32.0.1", "172.15.0.1", "192.169.0.1", "100.128.0.1", "11.0.0.1",
                              "126.0.0.1", "2402:800::1", "1.2.3.4"}) {
    EXPECT_NE(limited_network(address), "") << address;
  }
}

}  // namespace
}  // namespace vneid::population
