#pragma once

#include <string>

namespace vneid::admin {

/// Who runs this command, as the operating system knows: the account of getuid(), or under sudo
/// (effective user 0) that of SUDO_USER. There is no option to be somebody else: two officers are
/// two accounts. Throws CommandFailed when the account has no name.
std::string current_officer();

}  // namespace vneid::admin
