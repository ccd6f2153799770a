#include "admin/officer.hpp"

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

#include "admin/options.hpp"

namespace vneid::admin {

std::string current_officer() {
  const char* by_sudo = std::getenv("SUDO_USER");
  // Anybody can set the variable; only root can have got it from sudo, and root could as well be
  // either officer.
  const bool sudo = ::geteuid() == 0 && by_sudo != nullptr && *by_sudo != '\0';
  const passwd* account = sudo ? ::getpwnam(by_sudo) : ::getpwuid(::getuid());
  if (account == nullptr || account->pw_name == nullptr || *account->pw_name == '\0') {
    const std::string who =
        sudo ? std::string{"SUDO_USER"} : "user id " + std::to_string(::getuid());
    throw CommandFailed(exit_failed, "who decides? " + who + " names no account of this system");
  }
  return account->pw_name;
}

}  // namespace vneid::admin
