#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "drivers/support/postgres_server.hpp"
#include "drivers/support/started.hpp"
#include "net/postgres/client.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {

/// Tests on the shared server, each with its own loop and an empty table `things`.
class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    wait_for([this] { return server_.sessions() == 0; }, "the end of the last test's sessions");
    server_.sql(
        "set client_min_messages = warning; drop table if exists things;"
        "create table things (id int primary key, name text, body bytea, born timestamptz,"
        " constraint things_name_once unique (name))");
  }
  void TearDown() override {
    EXPECT_EQ(loop_.io_waits(), 0U);
    EXPECT_EQ(loop_.timers(), 0U);
    EXPECT_TRUE(loop_.nothing_posted());
  }

  postgres::Result ask(postgres::Pool& pool, postgres::Statement statement,
                       postgres::Params params = {}) {
    return loop_.run(pool.query(statement, std::move(params)));
  }
  /// Why there was no answer; empty when there was one.
  std::string unavailable(postgres::Pool& pool, postgres::Statement statement) {
    try {
      ask(pool, statement);
    } catch (const Unavailable& failure) {
      EXPECT_EQ(failure.dependency(), Unavailable::Dependency::postgres);
      return failure.what();
    }
    return {};
  }
  postgres::StatementError refusal(postgres::Pool& pool, postgres::Statement statement,
                                   postgres::Params params = {}) {
    try {
      ask(pool, statement, std::move(params));
    } catch (const postgres::StatementError& error) {
      return error;
    }
    throw std::runtime_error("the statement was not refused");
  }
  /// Turns the loop until a condition holds that the loop does not know of.
  void turn_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
      loop_.poll();
    }
  }
  template <class Work>
  static Milliseconds time_of(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    std::forward<Work>(work)();
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
  }

  PostgresServer& server_ = PostgresServer::shared();
  EpollLoop loop_;
};

inline constexpr postgres::Statement select_one{"test_one", "select 1"};
inline constexpr postgres::Statement backend_pid{"test_pid", "select pg_backend_pid()"};
inline constexpr postgres::Statement sleep_long{"test_sleep_long", "select pg_sleep(60)"};
inline constexpr postgres::Statement insert_thing{"test_insert",
                                                  "insert into things (id, name) values ($1, $2)"};
inline constexpr postgres::Statement count_things{"test_count", "select count(*) from things"};

inline postgres::Params thing(int id, const std::string& name) {
  postgres::Params params;
  params.integer(id).text(name);
  return params;
}

}  // namespace vneid::test
