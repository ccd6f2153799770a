#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/key_ring.hpp"
#include "ids.hpp"

/// How the sides of a review are sealed: bound to its account and, for a link, to the subject.
namespace vneid::link {

/// `subject_key`: none for an identity review.
std::string seal_sides(const crypto::KeyRing& keys, AccountId account_id,
                       const SubjectKey& subject_key, std::string_view sides);

/// Also opens what was sealed before reviews of both kinds shared a table. Throws UnreadableValue.
std::string open_sides(const crypto::KeyRing& keys, AccountId account_id,
                       const SubjectKey& subject_key, std::string_view sealed);

}  // namespace vneid::link
