#pragma once

#include "admin/options.hpp"

namespace vneid::admin {

/// Reads the command line, and the environment where it is silent, and runs the command that it
/// names. What is wrong with it is said on standard error, with exit_usage. Throws what commands
/// throw (admin/commands.hpp).
Exit run_command_line(int argc, char** argv);

}  // namespace vneid::admin
