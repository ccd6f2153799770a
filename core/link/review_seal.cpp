#include "link/review_seal.hpp"

#include "crypto/digest.hpp"
#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

constexpr std::string_view purpose = "review";
/// Of rows that are older than schema 0006.
constexpr std::string_view former_purpose = "link_review";

std::string bound_to(AccountId account_id, const SubjectKey& subject_key) {
  return std::to_string(account_id.value()) + ":" +
         (subject_key ? crypto::hex(subject_key.value()) : std::string{"identity"});
}

}  // namespace

std::string seal_sides(const crypto::KeyRing& keys, AccountId account_id,
                       const SubjectKey& subject_key, std::string_view sides) {
  return keys.seal(purpose, bound_to(account_id, subject_key), sides);
}

std::string open_sides(const crypto::KeyRing& keys, AccountId account_id,
                       const SubjectKey& subject_key, std::string_view sealed) {
  const std::string associated = bound_to(account_id, subject_key);
  auto sides = keys.open(purpose, associated, sealed);
  if (!sides) sides = keys.open(former_purpose, associated, sealed);
  if (!sides) throw UnreadableValue("review");
  return *std::move(sides);
}

}  // namespace vneid::link
