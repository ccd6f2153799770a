#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "audit/seal/archive_file.hpp"
#include "audit/seal/head.hpp"
#include "audit/seal/head_file.hpp"
#include "audit/seal/statements.hpp"

/// Verification: the whole trail once from its first leaf to what still waits, as a stream. It
/// believes nothing of the database but what the heads' signatures hold: hashes are made anew from
/// the rows, roots from the leaves.
///
/// What it finds, and what only the heads outside the database show:
///   - an event that was changed, dated back or exchanged, and one that is gone: the mark signed
///   for
///     its position says otherwise, whatever was made of its leaf;
///   - an event that was put in: in no leaf and not waiting either (past the trigger), or older
///     than the complete head before it by more than `late`;
///   - leaves that were changed, taken away or put in: marks, and the root of the next head;
///   - a head that was forged, changed or taken out of the middle: signature and chain;
///   - heads and leaves cut off at the end: only `exported` can tell.
namespace vneid::audit {

struct VerifyOptions {
  std::string exported;               ///< path of the heads outside; empty: none
  std::vector<std::string> archives;  ///< paths
  /// How much later than its own time an event may come to be committed: clocks of several
  /// machines, and the longest transaction.
  std::chrono::seconds late{300};
};

struct Verdict {
  std::uint64_t events = 0;    ///< leaves looked at
  std::uint64_t archived = 0;  ///< of them in the archives
  std::uint64_t heads = 0;
  std::uint64_t exported = 0;  ///< heads outside that were found in the database
  std::uint64_t waiting = 0;   ///< events that are not sealed yet
  std::optional<Head> newest;
  /// Sentences, in the order of the trail; the first `most_told` of `problems`.
  std::vector<std::string> findings;
  std::uint64_t problems = 0;

  static constexpr std::size_t most_told = 20;
  [[nodiscard]] bool sound() const noexcept { return problems == 0; }
};

class Verifier {
 public:
  /// Throws std::runtime_error for files that cannot be read.
  Verifier(postgres::Database& database, const crypto::VerifyingKeys& keys, VerifyOptions options);

  /// Once. Throws Unavailable, StatementError, std::runtime_error for files.
  Task<Verdict> run();

 private:
  class Leaves;

  void tell(std::string finding);
  void take_head(const Head& head);
  void hold_against_exported(const Head& head);
  Task<void> walk_to(const Head& head, Leaves& leaves);
  void look_at_leaf(const Leaves& leaves, const Head& head);
  void look_at_time(const StoredEvent& event, const std::string& name);
  void hold_against_root(const Head& head, bool told);
  Task<void> look_behind(Leaves& leaves);
  Task<void> look_at_unsealed(postgres::Transaction& transaction);

  postgres::Database& database_;
  const crypto::VerifyingKeys& keys_;
  VerifyOptions options_;
  HeadChain chain_;
  std::optional<HeadFileReader> exported_;
  std::optional<Head> next_exported_;
  ArchiveReader archives_;
  Tree tree_;
  std::optional<Head> complete_;  // the last complete head whose leaves were walked over
  Verdict verdict_;
};

}  // namespace vneid::audit
