#pragma once

#include <string>
#include <vector>

#include "async/event_loop.hpp"

namespace vneid::doctor {

/// What a program printed.
struct ProgramOutput {
  int status = -1;  ///< exit status; -1: did not run, or was ended
  std::string out;
  std::string err;
};

/// Runs a program to its end, or ends it at the deadline. Standard input is empty.
ProgramOutput run_program(const std::vector<std::string>& command, Milliseconds deadline);

}  // namespace vneid::doctor
