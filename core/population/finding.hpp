#pragma once

#include <string>
#include <variant>

#include "population/source.hpp"

namespace vneid::population {

/// `TonTai` is true: the database knows somebody of that number and name.
struct Vouched {};
/// Nobody fits all that was asked.
struct Nobody {};

/// What an answer tells, before it is held against the question.
using Finding = std::variant<Record, Vouched, Nobody>;

/// Why an answer tells nothing that may be relied on.
struct Unusable {
  std::string text;  ///< for the log, without a word of the answer
  /// The service works and this answer alone is odd. Then it is no sign of an outage, and whoever
  /// asks about a person with odd data cannot open the circuit for everybody.
  bool service_works = false;
};

}  // namespace vneid::population
