#pragma once

#include <expected>
#include <string_view>

#include "population/finding.hpp"
#include "population/settings.hpp"

namespace vneid::population {

/// The finding in a SOAP 1.1 envelope: in its Body `CongdanCollection` (037) or `KetQuaXacThuc`
/// (033), or nothing at all, which is nobody.
std::expected<Finding, Unusable> read_envelope(std::string_view xml, Settings::Service service,
                                               int current_year);

/// The same from a document that has one of the two as its root.
std::expected<Finding, Unusable> read_document(std::string_view xml, Settings::Service service,
                                               int current_year);

/// Whether it is an envelope with a Fault in its Body.
bool is_soap_fault(std::string_view xml);

}  // namespace vneid::population
