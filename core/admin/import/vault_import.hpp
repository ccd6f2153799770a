#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "admin/import/importer.hpp"
#include "admin/import/vault_line.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/client.hpp"

namespace vneid::admin {

/// vault.csv: records of accounts, a line a record; further lines of a record add files to it.
///
/// Records are evidence: a line never rewrites one. What is there and equal is left; what is there
/// and differs is reported; what has been carried over to a person gets no more files.
class VaultRows {
 public:
  using Item = VaultLine;
  static constexpr std::size_t batch_size = 200;
  static constexpr postgres::Statement analyze{"import_analyze_vault",
                                               "analyze vault, file, record, record_file"};

  VaultRows(std::shared_ptr<const crypto::KeyRing> keys, ImportedPortal portal,
            std::filesystem::path folder, int current_year)
      : keys_(std::move(keys)),
        portal_(std::move(portal)),
        folder_(std::move(folder)),
        current_year_(current_year) {}

  [[nodiscard]] static std::span<const Column> columns() { return vault_columns(); }
  [[nodiscard]] std::expected<VaultLine, Problem> parse(const Line& line) const {
    return read_vault_line(line, *keys_, portal_, folder_, current_year_);
  }
  Task<std::vector<Applied>> write(postgres::Transaction& transaction,
                                   std::span<const VaultLine> lines) const;

 private:
  Task<void> store_files(postgres::Transaction& transaction,
                         std::vector<const LineFile*> files) const;

  std::shared_ptr<const crypto::KeyRing> keys_;
  ImportedPortal portal_;
  std::filesystem::path folder_;
  int current_year_;
};

}  // namespace vneid::admin
