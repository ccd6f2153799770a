#include "doctor/deployment/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace vneid::doctor {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t most_output = std::size_t{64} << 20;  // bytes; a dump of many servers is 1 MB

/// One of the program's outputs, as a pipe.
class Output {
 public:
  Output() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    close_end(0);
    close_end(1);
  }
  [[nodiscard]] int reader() const noexcept { return ends_[0]; }
  void become(int fd) const noexcept { ::dup2(ends_[1], fd); }
  void close_writer() noexcept { close_end(1); }
  /// False: it has ended.
  bool read_some(std::string& into) {
    std::array<char, 8192> bytes{};
    const ssize_t got = ::read(ends_[0], bytes.data(), bytes.size());
    if (got <= 0 || into.size() > most_output) {
      close_end(0);
      return false;
    }
    into.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

 private:
  void close_end(std::size_t index) noexcept {
    if (ends_.at(index) >= 0) ::close(ends_.at(index));
    ends_.at(index) = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

[[noreturn]] void become_program(const std::vector<std::string>& command, const Output& out,
                                 const Output& err) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  out.become(STDOUT_FILENO);
  err.become(STDERR_FILENO);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

void read_both(Output& out, Output& err, ProgramOutput& into, Clock::time_point deadline) {
  bool more_out = true;
  bool more_err = true;
  while (more_out || more_err) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now()).count();
    std::array<pollfd, 2> waits{pollfd{out.reader(), POLLIN, 0}, pollfd{err.reader(), POLLIN, 0}};
    const int ready = ::poll(waits.data(), 2, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    if (waits[0].revents != 0) more_out = out.read_some(into.out);
    if (waits[1].revents != 0) more_err = err.read_some(into.err);
  }
}

}  // namespace

ProgramOutput run_program(const std::vector<std::string>& command, Milliseconds deadline) {
  Output out;
  Output err;
  const auto until = Clock::now() + deadline;
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) become_program(command, out, err);
  out.close_writer();
  err.close_writer();
  ProgramOutput told;
  read_both(out, err, told, until);
  if (Clock::now() >= until) ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status)) told.status = WEXITSTATUS(status);
  return told;
}

}  // namespace vneid::doctor
