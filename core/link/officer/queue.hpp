#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "link/review_sides.hpp"
#include "link/reviews.hpp"
#include "net/postgres/database.hpp"

/// The officers' side of the reviews (B11): an approval takes two of them, a rejection one (R40).
/// Of a link, its undoing is approved.
namespace vneid::link {

enum class ReviewKind : std::uint8_t {
  link,      ///< may the account be linked to the person?
  identity,  ///< shall what the source says replace what was verified before?
  undo,      ///< is the link to be undone?
  rename,    ///< is the account to get another name?
  merge,     ///< is the account to become part of the other one?
};

/// What an officer did, and when by the database's clock.
struct OfficerAct {
  std::string officer;
  Wall at{};
};

/// A line of the queue. Nothing in it names a person in full.
struct Review {
  std::string reference;
  ReviewKind kind = ReviewKind::link;
  ReviewState state = ReviewState::open;
  AccountId account_id;
  std::string account_masked;
  std::string other_masked;  ///< the person, or what the source calls one
  std::string told_by;       ///< provider of a link, source of an identity
  std::vector<std::string> reasons;
  Wall created_at{};
  std::optional<OfficerAct> proposed;        ///< the first officer's approval
  std::optional<OfficerAct> decided;         ///< the second's, or the rejection
  std::string note;                          ///< why it was rejected
  std::optional<LinkId> link_id;             ///< of undo: the link
  std::optional<AccountId> into_account_id;  ///< of merge: the account that stays
  std::string because;  ///< of undo, rename and merge: why, in the first officer's words
};

/// A review with both sides in full: to be masked before anybody sees them.
struct ReviewFile {
  Review review;
  ReviewSides sides;
};

/// What an officer asks for.
struct Ruling {
  std::string reference;  ///< as stored: read_review_reference()
  std::string officer;    ///< 1 to 200 characters without control characters
  /// Why it is rejected, or why the link is to be undone or the account merged (the first
  /// officer's): NFC, 1 to 1000 characters, no nine digits in a row. Of other approvals: empty.
  std::string note;
};

enum class RulingOutcome : std::uint8_t {
  proposed,        ///< the first approval; it needs a second officer
  approved,        ///< the second
  rejected,        ///< by one officer
  unknown,         ///< no such review
  decided_before,  ///< nothing was changed, as in all that follow
  same_officer,    ///< the officer's own approval is there already
  outdated,        ///< who the account is was changed since; the sides are no longer true
  names_nobody,    ///< the source told nothing that could be made to stand
  subject_taken,   ///< the provider's subject or the number has another owner: no officer's to give
  linked,          ///< the account is linked under another number: the link is to be undone first
  link_gone,       ///< the link to be undone stands no longer
  unreasoned,  ///< the first officer is to say why the link is to be undone, or the account merged
  obstructed,  ///< RulingAnswer::obstacle tells why
};

struct RulingAnswer {
  RulingOutcome outcome = RulingOutcome::unknown;
  std::optional<Review> review;  ///< as it stands now; nothing: there is none
  std::string obstacle;          ///< of obstructed: of a rename "name_taken", of a merge a code of
                                 ///< merge_obstacle() (schema 0017)
  std::int64_t moved = 0;        ///< of a merge that was approved: records that the other has now
  std::int64_t stayed = 0;       ///< and those that it has already, or whose name it has
};

/// A part of the queue.
struct QueuePart {
  std::optional<ReviewState> state;  ///< nothing: all
  std::string after;                 ///< reference of the last one seen; empty: from the beginning
  std::int64_t most = 50;
};

/// The queue. Throws what Pool throws, and UnreadableValue.
class ReviewQueue {
 public:
  ReviewQueue(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// Oldest first, after the review that `part` names.
  Task<std::vector<Review>> list(QueuePart part);
  Task<std::optional<ReviewFile>> find(std::string reference);
  /// The same for the officer who looks at it, which the audit trail tells.
  Task<std::optional<ReviewFile>> view(Ruling asked);

  /// One transaction each: account and review are locked, the rules checked, the act kept and
  /// audited under the officer's name. The approval of an identity makes the source's values
  /// verified; that of a link counts when the citizen next proves both logins (find_verdict());
  /// that of an undoing undoes the link, and the vault goes back by provenance (schema 0011); that
  /// of a merge moves the account's records and closes it (schema 0017).
  Task<RulingAnswer> approve(Ruling ruling);
  Task<RulingAnswer> reject(Ruling ruling);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
