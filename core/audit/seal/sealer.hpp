#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/seal/head.hpp"
#include "net/postgres/database.hpp"

/// Sealing. An event waits in audit_pending from its commit on. A run takes what waits, in batches
/// by id; a batch's events become the next leaves of the tree and get a signed head, in one
/// transaction, which also takes them out of the queue.
///
/// Why no event is missed: events commit in another order than that of their ids, so no id and no
/// time tells what is still to come. But an event and its place in the queue are written by one
/// transaction and its leaf takes it away by another: whatever has been committed is either in the
/// queue or in the tree. Positions are the sealer's own; an event with a smaller id that commits
/// later gets a later one.
///
/// A run seals what waits at its begin, and ends. What a complete head says of time: what was
/// committed before its `at` is in its tree. So an event behind it that claims to be (much) older
/// was put in or dated back later.
///
/// Two sealers at once: the second fails at a position that is taken, and nothing of it stays.
namespace vneid::audit {

/// The trail is not as this run must find it: somebody is to look (`audit verify`) before anything
/// is sealed over it. The text is a sentence.
class SealRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SealRun {
  std::uint64_t sealed = 0;            ///< events
  std::optional<Head> newest;          ///< nothing: nothing was ever sealed
  std::vector<std::int64_t> vanished;  ///< ids that wait, of events that are not there
};

struct SealOptions {
  std::size_t batch = 10'000;
  /// A complete head this much older than now is followed by another, also with nothing to seal,
  /// so that what is put in later can be told from what happened in quiet hours.
  std::chrono::seconds quiet{600};
};

class Sealer {
 public:
  /// `keys`: those that may have signed the newest head, the own included.
  Sealer(postgres::Database& database, const crypto::SigningKey& key,
         const crypto::VerifyingKeys& keys, SealOptions options = {})
      : database_(database), key_(key), keys_(keys), options_(options) {}

  /// Seals what waits. `published` is called with each head once it is committed. Throws
  /// SealRefused, Unavailable, StatementError.
  Task<SealRun> run(std::function<void(const Head&)> published);

 private:
  struct Batch;
  struct Wanted;
  Task<Batch> seal_batch(Wanted wanted);
  Task<Tree> tree_to_go_on_from(postgres::Transaction& transaction,
                                const std::optional<Head>& last);

  postgres::Database& database_;
  const crypto::SigningKey& key_;
  const crypto::VerifyingKeys& keys_;
  SealOptions options_;
};

}  // namespace vneid::audit
