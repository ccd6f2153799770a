#include <sys/timex.h>

#include "doctor/checks.hpp"

namespace vneid::doctor {

void check_clock(const std::string& peer, Findings& findings) {
  const About about{findings, "clock"};
  timex state{};  // modes = 0: only read
  const bool synchronised = ::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
  if (synchronised) {
    about.ok("system.clock", "this machine's clock is kept by a time service");
  } else if (!peer.empty()) {
    about.ok("system.clock",
             "no time service is known to the kernel; the clock agrees with " + peer);
  } else {
    about.warning("system.clock", "no time service keeps this machine's clock",
                  "Turn one on: systemctl enable --now systemd-timesyncd (or chrony)");
  }
}

}  // namespace vneid::doctor
