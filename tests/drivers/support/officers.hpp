#pragma once

#include <cstdlib>
#include <pwd.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace vneid::test {

/// A person's account of this very system, as an officer has one: made for the tests, and removed
/// with the process. Only root can make it.
class OfficerAccount {
 public:
  explicit OfficerAccount(const std::string& who)
      : name_("vneid-" + who + "-" + std::to_string(::getpid())) {
    run("/usr/sbin/useradd --no-create-home --no-user-group --shell /usr/sbin/nologin " + name_);
    const passwd* made = ::getpwnam(name_.c_str());
    if (made == nullptr) throw std::runtime_error("useradd made no " + name_);
    uid_ = made->pw_uid;
  }
  OfficerAccount(const OfficerAccount&) = delete;
  OfficerAccount& operator=(const OfficerAccount&) = delete;
  ~OfficerAccount() { static_cast<void>(std::system(("/usr/sbin/userdel " + name_).c_str())); }

  static const OfficerAccount& lan() {
    static const OfficerAccount officer{"lan"};
    return officer;
  }
  static const OfficerAccount& minh() {
    static const OfficerAccount officer{"minh"};
    return officer;
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] uid_t uid() const noexcept { return uid_; }

 private:
  static void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
  }
  std::string name_;
  uid_t uid_ = 0;
};

/// What runs a program as a user who has logged in: with `login` as the kernel's audit login id,
/// where this kernel lets us say so, and `user` as the account of the process. `environment` are
/// words of env(1), "NAME=value".
inline std::vector<std::string> as_user(uid_t login, uid_t user,
                                        const std::vector<std::string>& environment = {}) {
  const std::string id = std::to_string(user);
  std::vector<std::string> command{"/bin/sh",
                                   "-c",
                                   "{ echo $0 > /proc/self/loginuid; } 2>/dev/null; exec \"$@\"",
                                   std::to_string(login),
                                   "/usr/bin/setpriv",
                                   "--reuid=" + id,
                                   "--regid=" + id,
                                   "--clear-groups",
                                   "/usr/bin/env",
                                   "-i"};
  command.insert(command.end(), environment.begin(), environment.end());
  return command;
}

/// Whether this kernel keeps audit login ids, and lets us set them.
inline bool keeps_logins() {
  return std::system(
             "{ echo 54321 > /proc/self/loginuid; } 2>/dev/null"
             " && test \"$(cat /proc/self/loginuid)\" = 54321") == 0;
}

}  // namespace vneid::test
