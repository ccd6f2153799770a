#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "link/officer/queue.hpp"

/// What an officer sees of a review: everything that tells two people apart, and nothing that names
/// one in full (domain.md §2.5).
namespace vneid::admin {

/// A field of both sides, masked, and in which way they differ.
struct ComparedField {
  std::string field;    ///< for people: "name", "number", …
  std::string account;  ///< "-": not told
  std::string other;
  std::string finding;  ///< "same", "2 of 12 digits differ", …
};

/// The value of a field of link::ReviewSides, masked: numbers "052******999", names
/// "Nguyễn V** A*", of a birth date the year.
std::string mask_value(std::string_view field, const std::string& value);

/// In the order of the identity page. Fields that neither side tells are left out.
std::vector<ComparedField> compare_sides(const link::ReviewSides& sides);

/// "open", "waiting for a second officer", "approved", "rejected".
std::string state_in_words(const link::Review& review);

/// "23/11/2026 14:05", Vietnam's time.
std::string minute_of(Wall instant);

}  // namespace vneid::admin
