#include <array>
#include <limits>
#include <string>
#include <vector>

#include "drivers/support/postgres_fixture.hpp"

namespace vneid::test {
namespace {

using postgres::Params;
using postgres::Pool;
using postgres::Result;
using postgres::Statement;
using postgres::StatementError;

class PostgresValues : public PostgresTest {
 protected:
  Pool pool_{loop_, server_.settings(1)};
  void TearDown() override {
    pool_.close();
    PostgresTest::TearDown();
  }
  std::string echo(const std::string& value) {
    static constexpr Statement statement{"test_echo", "select $1::text"};
    return std::string(ask(pool_, statement, Params().text(value)).text(0, 0));
  }
  Wall echo(Wall value) {
    static constexpr Statement statement{"test_instant", "select $1::timestamptz"};
    return ask(pool_, statement, Params().instant(value)).instant(0, 0);
  }
};

std::string large_bytes() {
  std::string bytes(3'000'000, '\0');
  unsigned state = 1;
  for (char& byte : bytes) byte = static_cast<char>((state = state * 1103515245U + 12345U) >> 16U);
  return bytes;
}

TEST_F(PostgresValues, TextComesBackByteForByte) {
  EXPECT_EQ(echo(""), "");
  EXPECT_EQ(echo("H\xC3\xB2"
                 "a"),
            "H\xC3\xB2"
            "a");  // NFC
  EXPECT_EQ(echo("Ho\xCC\x80"
                 "a"),
            "Ho\xCC\x80"
            "a");  // NFD stays NFD
  EXPECT_EQ(echo("Nguyễn Thị Ánh \U0001F1FB\U0001F1F3 ' \\ \" \n"),
            "Nguyễn Thị Ánh \U0001F1FB\U0001F1F3 ' \\ \" \n");
}

TEST_F(PostgresValues, TextWithNulOrNotUtf8IsRefused) {
  using namespace std::string_literals;
  EXPECT_THROW(Params().text("before\0after"s), StatementError);
  const std::vector<std::string> values{"before\0after"s};
  EXPECT_THROW(Params().text_array(values), StatementError);
  EXPECT_THROW(echo("\xFF"), StatementError);
  EXPECT_EQ(echo("still here"), "still here");
}

TEST_F(PostgresValues, BytesIntegersBooleansAndNulls) {
  static constexpr Statement statement{
      "test_types", "select $1::bytea, $2::bigint, $3::boolean, $4::text, $5::bytea, $6::boolean"};
  const std::string bytes("\0\x01\xFF\\x41'\0", 8);
  Params params;
  params.bytes(bytes).integer(std::numeric_limits<std::int64_t>::min()).boolean(true).null();
  params.bytes(std::optional<std::string>{}).boolean(false);
  const Result result = ask(pool_, statement, std::move(params));
  EXPECT_EQ(result.bytes(0, 0), bytes);
  EXPECT_EQ(result.optional_bytes(0, 0), bytes);
  EXPECT_EQ(result.integer(0, 1), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(result.boolean(0, 2));
  EXPECT_TRUE(result.is_null(0, 3));
  EXPECT_EQ(result.optional_text(0, 3), std::nullopt);
  EXPECT_EQ(result.optional_bytes(0, 4), std::nullopt);
  EXPECT_FALSE(result.boolean(0, 5));
}

TEST_F(PostgresValues, AWrongUseOfAResultIsALogicError) {
  static constexpr Statement statement{"test_misuse", "select null::text, 'abc'::text, 1"};
  const Result result = ask(pool_, statement);
  EXPECT_THROW((void)result.text(0, 0), std::logic_error);
  EXPECT_THROW((void)result.integer(0, 1), std::logic_error);
  EXPECT_THROW((void)result.boolean(0, 1), std::logic_error);
  EXPECT_THROW((void)result.bytes(0, 1), std::logic_error);
  EXPECT_THROW((void)result.instant(0, 1), std::logic_error);
  EXPECT_THROW((void)result.text(1, 0), std::logic_error);
  EXPECT_THROW((void)result.text(0, 3), std::logic_error);
  EXPECT_THROW((void)Result().text(0, 0), std::logic_error);
  EXPECT_EQ(Result().rows(), 0U);
}

TEST_F(PostgresValues, TextArrays) {
  static constexpr Statement statement{
      "test_array", "select item from unnest($1::text[]) with ordinality as t(item, n) order by n"};
  const std::vector<std::string> values{"",           "NULL",        "a,b",     "{x}",
                                        "\"quoted\"", "back\\slash", "Đắk Lắk", " "};
  Params params;
  params.text_array(values);
  const Result result = ask(pool_, statement, std::move(params));
  ASSERT_EQ(result.rows(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(result.text(i, 0), values[i]);
  Params none;
  none.text_array({});
  EXPECT_TRUE(ask(pool_, statement, std::move(none)).empty());
}

TEST_F(PostgresValues, InstantsInUtc) {
  using namespace std::chrono;
  for (const Wall value : {Wall{}, Wall{milliseconds{1}}, Wall{milliseconds{-1}},
                           Wall{sys_days{year{2024} / 7 / 1} - hours{7}},
                           Wall{sys_days{year{1900} / 1 / 1} + milliseconds{999}},
                           Wall{sys_days{year{9999} / 12 / 31} + hours{23}}}) {
    EXPECT_EQ(echo(value).time_since_epoch().count(), value.time_since_epoch().count());
  }
  EXPECT_THROW(Params().instant(Wall{sys_days{year{10000} / 1 / 1}}), std::out_of_range);
  static constexpr Statement micro{"test_micro",
                                   "select '2024-07-01 07:00:00.123999+07'::timestamptz"};
  EXPECT_EQ(ask(pool_, micro).instant(0, 0),
            Wall{sys_days{year{2024} / 7 / 1} + milliseconds{123}});
  static constexpr Statement never{"test_infinity", "select 'infinity'::timestamptz"};
  EXPECT_THROW((void)ask(pool_, never).instant(0, 0), std::logic_error);
}

TEST_F(PostgresValues, TheSessionsSettings) {
  server_.sql("alter role tester set timezone = 'Asia/Ho_Chi_Minh'");
  static constexpr Statement statement{
      "test_settings",
      "select current_setting('TimeZone'), current_setting('client_encoding'),"
      " current_setting('statement_timeout'), current_setting('application_name'),"
      " current_setting('idle_in_transaction_session_timeout'),"
      " current_setting('default_transaction_isolation'), current_setting('work_mem')"};
  auto settings = server_.settings(1);
  settings.conninfo += " options='-c work_mem=5MB -c TimeZone=Europe/Paris'";
  Pool pool(loop_, settings);
  const Result result = ask(pool, statement);
  server_.sql("alter role tester reset timezone");
  EXPECT_EQ(result.text(0, 0), "UTC");
  EXPECT_EQ(result.text(0, 1), "UTF8");
  EXPECT_EQ(result.text(0, 2), "9s");
  EXPECT_EQ(result.text(0, 3), "vneid");
  EXPECT_EQ(result.text(0, 4), "20s");
  EXPECT_EQ(result.text(0, 5), "read committed");
  EXPECT_EQ(result.text(0, 6), "5MB");
}

TEST_F(PostgresValues, ThreeMegabytesBothWaysBySocketPortAndTls) {
  static constexpr Statement put{"test_put", "insert into things (id, body) values ($1, $2)"};
  static constexpr Statement get{"test_get",
                                 "select body, (select ssl from pg_stat_ssl where pid = "
                                 "pg_backend_pid()) from things where id = $1"};
  static constexpr Statement both{"test_both", "select $1::bytea"};
  const std::string bytes = large_bytes();
  const std::array<std::string, 3> ways{server_.by_socket(), server_.by_port("sslmode=disable"),
                                        server_.by_port("sslmode=require")};
  for (int way = 0; way < 3; ++way) {
    auto settings = server_.settings(1);
    settings.conninfo = ways.at(static_cast<std::size_t>(way));
    Pool pool(loop_, settings);
    Params params;
    params.integer(way).bytes(bytes);
    EXPECT_EQ(ask(pool, put, std::move(params)).affected(), 1U);
    const Result result = ask(pool, get, std::move(Params().integer(way)));
    EXPECT_TRUE(result.bytes(0, 0) == bytes);
    EXPECT_EQ(result.boolean(0, 1), way == 2);
    EXPECT_TRUE(ask(pool, both, std::move(Params().bytes(bytes))).bytes(0, 0) == bytes);
  }
}

TEST_F(PostgresValues, ErrorsNameTheConstraintAndNoValue) {
  EXPECT_EQ(ask(pool_, insert_thing, thing(1, "052089999999")).affected(), 1U);
  const StatementError twice = refusal(pool_, insert_thing, thing(2, "052089999999"));
  EXPECT_TRUE(twice.is_unique_violation());
  EXPECT_EQ(twice.constraint(), "things_name_once");
  EXPECT_EQ(std::string(twice.what()).find("0520"), std::string::npos) << twice.what();

  static constexpr Statement number{"test_number", "select $1::integer"};
  const StatementError invalid = refusal(pool_, number, std::move(Params().text("052089999999x")));
  EXPECT_TRUE(invalid.sqlstate().starts_with("22"));
  EXPECT_EQ(std::string(invalid.what()).find("0520"), std::string::npos) << invalid.what();

  static constexpr Statement broken{"test_broken", "selec 1"};
  EXPECT_EQ(refusal(pool_, broken).sqlstate(), "42601");
  EXPECT_EQ(pool_.counts().idle, 1U);
  EXPECT_EQ(ask(pool_, count_things).integer(0, 0), 1);
}

}  // namespace
}  // namespace vneid::test
