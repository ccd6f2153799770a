#pragma once

#include <expected>
#include <string_view>

#include "population/finding.hpp"
#include "population/settings.hpp"
#include "population/source.hpp"

namespace vneid::population {

/// What an HTTP answer of the source tells. Nobody: an empty SOAP Body, no `CongDan`,
/// TonTai=false, a façade's empty `message`. Everything that is not exactly an answer to the
/// source's service is Unusable: another status than 200, a body of no bytes, a SOAP Fault, HTML,
/// cut or hostile XML, an error_code, several different people. `current_year` is Vietnam's.
std::expected<Finding, Unusable> read_answer(const Settings& settings, int status,
                                             std::string_view body, int current_year);

/// Holds a finding against the question. Unusable: the record is about another number than was
/// asked. NoMatch: name, birth date or, where both numbers were asked, CMND differ. What the
/// record does not tell of them was compared by the service itself.
std::expected<Answer, Unusable> judge(const Settings& settings, const Question& question,
                                      const Finding& finding);

}  // namespace vneid::population
