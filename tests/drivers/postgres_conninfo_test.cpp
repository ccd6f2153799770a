#include <gtest/gtest.h>

#include "net/postgres/client.hpp"
#include "net/postgres/conninfo.hpp"

namespace vneid::postgres {
namespace {

std::string refusal(const std::string& conninfo) {
  const auto checked = check_conninfo(conninfo);
  return checked ? "" : checked.error();
}

TEST(PostgresConninfo, RefusesWhatCouldOnlyFailLater) {
  EXPECT_NE(refusal("host"), "");
  EXPECT_NE(refusal("host=/run/postgresql nonsense=1"), "");
  EXPECT_NE(refusal("port='5432"), "");
  EXPECT_NE(refusal("host=db.example.gov.vn").find("db.example.gov.vn"), std::string::npos);
  EXPECT_NE(refusal("host=localhost"), "");
  EXPECT_NE(refusal("postgresql://db/vneid"), "");
  EXPECT_NE(refusal("host=127.0.0.1,db"), "");
  EXPECT_NE(refusal("host=a,b hostaddr=127.0.0.1,"), "");
  EXPECT_NE(refusal("host=a,b hostaddr=127.0.0.1"), "");
  EXPECT_NE(refusal("hostaddr=db"), "");
  EXPECT_NE(refusal("service=portal host=/run/postgresql"), "");
}

TEST(PostgresConninfo, AcceptsAddressesAndSocketFolders) {
  EXPECT_EQ(refusal(""), "");
  EXPECT_EQ(refusal("dbname=vneid"), "");
  EXPECT_EQ(refusal("host=/run/postgresql dbname=vneid"), "");
  EXPECT_EQ(refusal("host=@abstract"), "");
  EXPECT_EQ(refusal("host=192.0.2.7"), "");
  EXPECT_EQ(refusal("host=2001:db8::1"), "");
  EXPECT_EQ(refusal("postgresql://[2001:db8::1]:5433/vneid"), "");
  EXPECT_EQ(refusal("host=db.example.gov.vn hostaddr=192.0.2.7 sslmode=verify-full"), "");
  EXPECT_EQ(refusal("host=/run/postgresql,192.0.2.7,db hostaddr=,,192.0.2.8"), "");
}

TEST(PostgresConninfo, NumericHostsBecomeAddresses) {
  const auto options = [](const std::string& conninfo) {
    Settings settings;
    settings.conninfo = conninfo;
    return connect_options(settings).value();
  };
  EXPECT_EQ(options("host=192.0.2.7").at("hostaddr"), "192.0.2.7");
  EXPECT_EQ(options("host=192.0.2.7").at("host"), "192.0.2.7");
  EXPECT_EQ(options("host=/run/postgresql,192.0.2.7").at("hostaddr"), ",192.0.2.7");
  EXPECT_FALSE(options("host=/run/postgresql").contains("hostaddr"));
  EXPECT_FALSE(options("hostaddr=192.0.2.7").contains("host"));
  EXPECT_EQ(options("dbname=vneid").at("host"), "/var/run/postgresql");
  EXPECT_EQ(options("").at("gssencmode"), "disable");
  EXPECT_EQ(options("gssencmode=prefer").at("gssencmode"), "prefer");
  EXPECT_EQ(options("application_name=portal").at("application_name"), "portal");
  EXPECT_EQ(options("client_encoding=LATIN1").at("client_encoding"), "UTF8");
}

}  // namespace
}  // namespace vneid::postgres
