#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "audit/seal/archive_file.hpp"
#include "audit/seal/proof.hpp"
#include "audit/seal/proof_document.hpp"
#include "audit/seal/statements.hpp"

/// Proofs out of the database. What is read of a tree of n leaves is n / 1024 kept subtrees and,
/// for each leaf proven, the 1024 around it.
namespace vneid::audit {

/// The trail is not what its newest head says. The text is a sentence.
class NoEvidence : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where to look for events: the database, and files that were taken out of it.
struct Trail {
  postgres::Transaction& transaction;
  std::vector<std::string> archives;
};

/// An event with its position; without one it is not sealed yet.
struct FoundEvent {
  StoredEvent event;
  std::optional<std::uint64_t> position;
};

Task<std::optional<FoundEvent>> find_event(Trail trail, std::int64_t id);

/// All that the trail knows of a person: the events that carry the key of his number, and those of
/// accounts that were linked to him. In the order of ids.
Task<std::vector<FoundEvent>> events_of_person(Trail trail, std::string pid_key);

/// Proofs, against `head`, of events that it covers. Throws NoEvidence when leaves and head do not
/// fit.
Task<std::vector<InclusionProof>> prove_inclusion(postgres::Transaction& transaction, Head head,
                                                  std::vector<FoundEvent> events);
/// That the tree of `first` is the beginning of `second`'s.
Task<ConsistencyProof> prove_consistency(postgres::Transaction& transaction, Head first,
                                         Head second);

}  // namespace vneid::audit
