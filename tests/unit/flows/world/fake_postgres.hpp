#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/postgres/database.hpp"
#include "net/unavailable.hpp"
#include "unit/flows/world/pauses.hpp"
#include "unit/flows/world/rows.hpp"

namespace vneid::test {

/// Answers statements by their names. One that nobody has an answer for is a mistake of the test.
class FakePostgres final : public postgres::Database {
 public:
  using Answer = std::function<std::vector<Row>(const postgres::Params&)>;

  FakePostgres(EventLoop& loop, Pauses& pauses) : loop_(loop), pauses_(pauses) {}

  Task<postgres::Result> query(postgres::Statement statement, postgres::Params params) override {
    return answer(statement, std::move(params));
  }
  Task<postgres::Transaction> begin(postgres::Isolation /*isolation*/) override {
    co_await pauses_.here();
    require_reachable();
    ++open_;
    co_return postgres::Transaction{std::make_unique<Open>(*this)};
  }
  [[nodiscard]] EventLoop& loop() const noexcept override { return loop_; }

  void on(const std::string& name, Answer answer) { answers_[name] = std::move(answer); }
  void on(const std::string& name, std::vector<Row> rows) {
    answers_[name] = [rows = std::move(rows)](const postgres::Params&) { return rows; };
  }
  [[nodiscard]] bool ran(const std::string& name) const { return ran_.contains(name); }
  [[nodiscard]] int open_transactions() const noexcept { return open_; }

  bool away = false;
  bool busy = false;  ///< it answers others, and no connection becomes free
  /// Statements that are refused, by SQLSTATE.
  std::map<std::string, std::string> refused;
  int commits = 0;

 private:
  class Open final : public postgres::OpenTransaction {
   public:
    explicit Open(FakePostgres& database) : database_(database) {}
    ~Open() override { --database_.open_; }
    Task<postgres::Result> query(postgres::Statement statement, postgres::Params params) override {
      return database_.answer(statement, std::move(params));
    }
    Task<void> commit() override {
      co_await database_.pauses_.here();
      database_.require_reachable();
      ++database_.commits;
      co_await database_.pauses_.here();
    }
    Task<void> rollback() override { return database_.pauses_.here(); }

   private:
    FakePostgres& database_;
  };

  void require_reachable() const {
    if (away) throw Unavailable(Unavailable::Dependency::postgres, "postgres is away");
    if (busy) {
      throw Unavailable(Unavailable::Dependency::postgres, "no connection became free",
                        FailureKind::overload);
    }
  }
  Task<postgres::Result> answer(postgres::Statement statement, postgres::Params params) {
    co_await pauses_.here();
    require_reachable();
    const std::string name = statement.name;
    if (refused.contains(name))
      throw postgres::StatementError(
          {.sqlstate = refused.at(name), .constraint = "", .message = "refused"});
    const auto found = answers_.find(name);
    if (found == answers_.end()) throw std::logic_error("no answer to the statement " + name);
    ran_.insert(name);
    const auto rows = found->second(params);
    co_await pauses_.here();
    co_return result_of(rows);
  }

  EventLoop& loop_;
  Pauses& pauses_;
  std::map<std::string, Answer> answers_;
  std::set<std::string> ran_;
  int open_ = 0;
};

}  // namespace vneid::test
