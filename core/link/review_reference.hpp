#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::link {

/// A fresh reference ("Mã yêu cầu"): eight random letters and digits that cannot be mistaken for
/// each other, "K7QF-2MXD".
std::string new_review_reference();

/// What somebody typed from a screen or a sheet of paper, as it is stored: lower case, blanks, a
/// missing hyphen, O for 0 and I or L for 1 are understood (Crockford's base 32). Nothing when it
/// cannot be a reference.
std::optional<std::string> read_review_reference(std::string_view typed);

}  // namespace vneid::link
