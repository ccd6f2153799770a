#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace vneid::admin {

/// Prints rows of text (NFC, UTF-8) as columns, each as wide as its widest cell; the first row is
/// the heading.
void print_columns(std::ostream& stream, const std::vector<std::vector<std::string>>& rows);

}  // namespace vneid::admin
