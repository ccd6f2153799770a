#include "doctor/check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "doctor/report/report.hpp"

namespace vneid::doctor {

namespace {

using Clock = std::chrono::steady_clock;

/// The child's side: each finding is a line at once, so that a deadline loses none before it.
class FindingsToPipe final : public Findings {
 public:
  explicit FindingsToPipe(int fd) noexcept : fd_(fd) {}
  void add(Finding finding) override {
    const std::string line = to_json_line(finding) + "\n";
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(fd_, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) return;
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  int fd_;
};

void become(const WorkerIdentity& worker) {
  const bool done = ::initgroups(worker.user.c_str(), worker.gid) == 0 &&
                    ::setgid(worker.gid) == 0 && ::setuid(worker.uid) == 0;
  if (!done) throw std::system_error(errno, std::generic_category(), "become " + worker.user);
}

[[noreturn]] void run_child(const Check& check, const std::optional<WorkerIdentity>& worker,
                            int fd) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_IGN);  // as in nginx
  FindingsToPipe findings{fd};
  try {
    if (check.as_worker && worker) become(*worker);
    check.run(findings);
  } catch (const std::exception& failure) {
    const About about{findings, check.subject, check.at};
    about.wrong("doctor.failed", std::string{"could not be looked at: "} + failure.what(),
                "Look at the other lines first, then try again");
  }
  ::_exit(0);
}

/// A running check. Its end ends the process.
class Running {
 public:
  Running(const Check& check, const std::optional<WorkerIdentity>& worker)
      : check_(&check), deadline_(Clock::now() + check.deadline) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) run_child(check, worker, ends[1]);
    ::close(ends[1]);
    fd_ = ends[0];
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running(Running&& other) noexcept
      : check_(other.check_),
        deadline_(other.deadline_),
        pid_(std::exchange(other.pid_, -1)),
        fd_(std::exchange(other.fd_, -1)),
        told_(std::move(other.told_)) {}
  Running& operator=(Running&&) = delete;
  ~Running() { end(); }

  /// Reads until the check is done or its deadline has passed.
  void collect(Findings& findings) {
    const bool in_time = read_all();
    end();
    while (!told_.empty()) {
      const auto line_end = told_.find('\n');
      if (line_end == std::string::npos) break;
      if (auto finding = from_json_line(told_.substr(0, line_end))) findings.add(*finding);
      told_.erase(0, line_end + 1);
    }
    if (in_time) return;
    const About about{findings, check_->subject, check_->at};
    about.wrong("doctor.deadline",
                "no answer within " + std::to_string(check_->deadline.count() / 1000) + " s",
                "See that it runs, and that nothing between drops packets");
  }

 private:
  bool read_all() {
    std::array<char, 4096> bytes{};
    for (;;) {
      const auto left = std::chrono::ceil<Milliseconds>(deadline_ - Clock::now()).count();
      pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
      const int ready = ::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return false;
      const ssize_t got = ::read(fd_, bytes.data(), bytes.size());
      if (got <= 0) return true;
      told_.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }

  void end() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

  const Check* check_;
  Clock::time_point deadline_;
  pid_t pid_ = -1;
  int fd_ = -1;
  std::string told_;
};

}  // namespace

void run_checks(const std::vector<Check>& checks, const std::optional<WorkerIdentity>& worker,
                Findings& findings) {
  std::vector<Running> running;
  running.reserve(checks.size());
  for (const Check& check : checks) running.emplace_back(check, worker);
  for (Running& check : running) check.collect(findings);
}

}  // namespace vneid::doctor
