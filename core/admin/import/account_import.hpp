#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "admin/import/account_line.hpp"
#include "admin/import/importer.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/client.hpp"

namespace vneid::admin {

/// accounts.csv: the accounts of a portal with what it knows of their owners.
///
/// Never taken back by a line: a verified value by a self-entered one, the number of a linked
/// account, the kind of one that was ever linked, what an officer has closed. Closing and reopening
/// is told to the trail. Empty values delete nothing. A number that two
/// accounts vouch for under different names goes to the review queue.
class AccountRows {
 public:
  using Item = AccountLine;
  static constexpr std::size_t batch_size = 500;
  static constexpr postgres::Statement analyze{"import_analyze_accounts",
                                               "analyze account, identity_field"};

  AccountRows(std::shared_ptr<const crypto::KeyRing> keys, ImportedPortal portal, int current_year)
      : keys_(std::move(keys)), portal_(std::move(portal)), current_year_(current_year) {}

  [[nodiscard]] static std::span<const Column> columns() { return account_columns(); }
  [[nodiscard]] std::expected<AccountLine, Problem> parse(const Line& line) const {
    return read_account_line(line, *keys_, portal_, current_year_);
  }
  Task<std::vector<Applied>> write(postgres::Transaction& transaction,
                                   std::span<const AccountLine> lines) const;

 private:
  std::shared_ptr<const crypto::KeyRing> keys_;
  ImportedPortal portal_;
  int current_year_;
};

}  // namespace vneid::admin
