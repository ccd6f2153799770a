#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "population/settings.hpp"
#include "population/source.hpp"

namespace vneid::population {

inline constexpr std::size_t max_answer_size = 262'144;  ///< bytes, of either profile

/// The question as the JSON façade of a provincial platform takes it (domain.md §3.2). Throws
/// std::invalid_argument as asked_name() does.
std::string facade_request(const Settings& settings, const Question& question,
                           const std::string& request_id);

/// The `message` of the façade's answer: XML, or blank when it found nobody. Otherwise why it
/// cannot be used, without a word of the answer: no JSON of the expected form, or an `error_code`
/// that tells no success (0 or 200, as a number, or "0", "00", "000", "200").
std::expected<std::string, std::string> facade_message(std::string_view body);

}  // namespace vneid::population
