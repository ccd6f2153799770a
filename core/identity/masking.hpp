#pragma once

#include <string>
#include <string_view>

namespace vneid::identity {

/// A portal's account name for pages that the wrong person might see: a third of it at most, six
/// characters at most, shared by both ends; a name of one or two characters not at all. A name
/// that is a 12-digit or 9-digit number is masked as such a number. Text that is not UTF-8
/// becomes "***"; control and bidirectional characters are never shown.
std::string mask_account(std::string_view account);

/// "Nguyễn Văn An" → "Nguyễn V** A*": the family name, then initials. A name of one word keeps
/// its initial. Text that is not UTF-8 becomes "***".
std::string mask_name(std::string_view name);

}  // namespace vneid::identity
