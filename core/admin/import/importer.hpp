#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <istream>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "admin/import/table.hpp"
#include "async/task.hpp"
#include "ids.hpp"
#include "net/postgres/client.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::admin {

/// What became of a line.
enum class Effect : std::uint8_t { created, updated, unchanged };
struct Done {
  Effect effect;
  std::optional<AccountId> closed;  ///< an account that was there, and that the line says is closed
};
using Applied = std::expected<Done, Problem>;

struct ImportReport {
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
  std::size_t rejected = 0;
  /// Whose sessions must end: also of accounts that an import before has closed, which may have
  /// been cut off before it ended them.
  std::vector<AccountId> closed;

  [[nodiscard]] std::size_t lines() const noexcept {
    return created + updated + unchanged + rejected;
  }
};

/// Told of each line that was not imported.
using ProblemSink = std::function<void(const Problem&)>;

/// Reads a table in batches and writes each in a transaction: good lines go in, bad ones are
/// reported, and doing it again changes nothing. Holds one batch in memory.
///
/// `Rows` says what a line is:
///   Item, with `line` and `key` (the thing it tells of); batch_size; analyze (a Statement that
///   takes statistics of what it writes, for whoever imports much);
///   columns() -> span<const Column>; parse(Line) -> expected<Item, Problem>;
///   write(Transaction&, span<const Item>) -> Task<vector<Applied>>, one for each item, whose keys
///   differ; may be run again for the same items.
template <class Rows>
class Import {
 public:
  Import(postgres::Pool& pool, Rows& rows, bool dry_run, ProblemSink sink)
      : pool_(pool), rows_(rows), dry_run_(dry_run), sink_(std::move(sink)) {}

  /// The error is a sentence about the heading; nothing was read then. Throws what Pool throws.
  Task<std::expected<ImportReport, std::string>> run(std::istream& stream) {
    using Outcome = std::expected<ImportReport, std::string>;
    auto table = Table::open(stream, rows_.columns());
    if (!table) co_return Outcome{std::unexpect, std::move(table.error())};
    for (auto line = table->next(); line; line = table->next()) {
      auto item = *line ? rows_.parse(**line) : std::unexpected(std::move(line->error()));
      if (!item) {
        reject(item.error());
        continue;
      }
      // Lines about the same thing follow each other: the second sees what the first wrote.
      if (keys_.contains(item->key) || batch_.size() == Rows::batch_size) {
        co_await flush();
      }
      keys_.insert(item->key);
      batch_.push_back(*std::move(item));
    }
    co_await flush();
    co_return Outcome{report_};
  }

 private:
  using Item = typename Rows::Item;

  struct Write {
    Rows& rows;
    std::span<const Item> items;
    Task<std::vector<Applied>> operator()(postgres::Transaction& transaction) const {
      return rows.write(transaction, items);
    }
  };

  static bool is_about_data(const postgres::StatementError& refused) {
    const std::string& state = refused.sqlstate();
    return state.starts_with("22") || state.starts_with("23");
  }

  Task<std::vector<Applied>> write(std::span<const Item> items) {
    if (dry_run_) {
      postgres::Transaction transaction = co_await pool_.begin(postgres::Isolation::read_committed);
      std::vector<Applied> applied = co_await rows_.write(transaction, items);
      co_await transaction.rollback();
      co_return applied;
    }
    Write work{rows_, items};
    co_return co_await postgres::with_retries(pool_, postgres::Isolation::read_committed, work);
  }

  Task<void> flush() {
    bool refused = false;
    try {
      const std::vector<Applied> applied = co_await write(batch_);
      for (const Applied& one : applied) count(one);
    } catch (const postgres::StatementError& error) {
      if (!is_about_data(error)) throw;
      refused = true;
    }
    // A rule that only the database knows was broken: find the line, keep the others.
    if (refused) {
      co_await flush_one_by_one();
    }
    batch_.clear();
    keys_.clear();
  }

  Task<void> flush_one_by_one() {
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      try {
        const std::span<const Item> one = std::span<const Item>(batch_).subspan(i, 1);
        const std::vector<Applied> applied = co_await write(one);
        count(applied.front());
      } catch (const postgres::StatementError& error) {
        if (!is_about_data(error)) throw;
        const std::string rule = error.constraint().empty() ? error.what() : error.constraint();
        reject(Problem{.line = batch_[i].line, .reason = "the database refuses it: " + rule});
      }
    }
  }

  void count(const Applied& applied) {
    if (!applied) return reject(applied.error());
    const Done& done = *applied;
    if (done.closed) report_.closed.push_back(*done.closed);
    switch (done.effect) {
      case Effect::created:
        ++report_.created;
        break;
      case Effect::updated:
        ++report_.updated;
        break;
      case Effect::unchanged:
        ++report_.unchanged;
        break;
    }
  }

  void reject(const Problem& problem) {
    ++report_.rejected;
    sink_(problem);
  }

  postgres::Pool& pool_;
  Rows& rows_;
  bool dry_run_;
  ProblemSink sink_;
  ImportReport report_;
  std::vector<Item> batch_;
  std::set<std::string> keys_;
};

}  // namespace vneid::admin
