#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// Two identities that an officer must compare.
struct ReviewCase {
  AccountId account_id;
  std::string provider;
  std::string issuer;
  SubjectKey subject_key;
  std::string citizen_key;     ///< 32 raw bytes
  std::string account_masked;  ///< number or name of the account, masked
  std::string citizen_masked;  ///< number of the person, masked
  /// Both sides in full, for the officer's page: lines "side.field<TAB>value". Stored sealed.
  std::string sides;
  std::vector<std::string> reasons;
  Wall at{};
};

enum class ReviewState : std::uint8_t { open, approved, rejected };

/// Stable names "open", "approved", "rejected": database, command line.
std::string_view to_text(ReviewState state) noexcept;
std::optional<ReviewState> review_state_from_text(std::string_view text) noexcept;

/// What the citizen may know of a review.
struct ReviewNote {
  std::string reference;  ///< Mã yêu cầu
  ReviewState state = ReviewState::open;
};

/// A trusted source that contradicts what was verified before.
struct IdentityCase {
  AccountId account_id;
  std::string source;  ///< as the page shows it
  std::string account_masked;
  std::string source_masked;
  /// Lines "account.<field>\t<value>" and "source.<field>\t<value>", fields by
  /// identity::to_text(Field), values in their stored form. Stored sealed. The source's lines are
  /// what an approval makes stand.
  std::string sides;
  std::vector<std::string> reasons;  ///< e.g. "name_differs"
  Wall at{};
};

/// Opens a review of the identity, or brings the account's open one up to date; gives its
/// reference. As with open_review(), the transaction holds the lock on the account, and a first
/// officer's approval lapses when the case is no longer what that officer saw. A case that was
/// rejected before, with nothing changed since, keeps the reference of the rejected review.
Task<std::string> open_identity_review(postgres::Transaction& transaction,
                                       const crypto::KeyRing& keys, IdentityCase review);

/// Opens a review, or brings the open one for the same account and subject up to date, and gives
/// its reference (new_review_reference()).
Task<std::string> open_review(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                              ReviewCase review);

/// What officers have decided of exactly this case: this account, subject and number, the same
/// sides and reasons, nothing of the account's identity changed since, no link of the account
/// undone since. Approved or rejected; nothing when nobody has decided it, or that no longer
/// counts. The transaction holds the lock on the account.
Task<std::optional<ReviewNote>> find_verdict(postgres::Transaction& transaction,
                                             const crypto::KeyRing& keys, ReviewCase review);

}  // namespace vneid::link
