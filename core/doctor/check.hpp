#pragma once

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "async/event_loop.hpp"
#include "doctor/report/finding.hpp"

namespace vneid::doctor {

/// Whose rights nginx's workers have.
struct WorkerIdentity {
  std::string user;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// One thing to look at that may wait for somebody. It runs in a process of its own, so that
/// neither a dead peer nor a crash keeps the others from being told.
struct Check {
  std::string subject;
  Place at;
  Milliseconds deadline{8000};
  bool as_worker = false;  ///< with the rights of nginx's workers, if we may take them
  std::function<void(Findings&)> run;
};

/// Runs all at once and adds what they found, in the order of the checks. What is not done at its
/// deadline is ended, and a finding says so. `worker`: empty when we cannot become it.
void run_checks(const std::vector<Check>& checks, const std::optional<WorkerIdentity>& worker,
                Findings& findings);

}  // namespace vneid::doctor
