#pragma once

#include <expected>
#include <optional>
#include <string>
#include <sys/types.h>

#include "admin/options.hpp"

namespace vneid::admin {

/// Who runs this command, as the operating system knows: whoever logged in (the kernel's audit
/// login id, which sudo and su leave as it is), and where the kernel keeps none (containers, no
/// pam_loginuid), the account that runs the process. The environment and options say nothing: two
/// officers are two people who logged in. Throws CommandFailed for root, accounts of the system and
/// ids without a name.
std::string current_officer();

/// The audit login id in a file like /proc/self/loginuid; nothing when none was set or there is no
/// such file. What is no number counts as root, who is refused.
std::optional<uid_t> login_of(const std::string& file);

/// Whose id counts, or why nobody's: `login` before `real`; never root, nor an account of the
/// system (below 1000, or systemd's and "nobody", 61184 to 65535).
std::expected<uid_t, std::string> officer_of(std::optional<uid_t> login, uid_t real);

/// Why: what --reason says, as it is stored: one line, NFC. Throws CommandFailed when it is empty,
/// is no text, or holds somebody's number, however grouped: more people read it than may know it.
std::string reason_given(const Options& options);

}  // namespace vneid::admin
