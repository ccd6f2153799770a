#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <expected>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "admin/commands.hpp"
#include "admin/import/vault_line.hpp"

namespace vneid::admin {

namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::string& doing) {
  const std::error_code cause{errno, std::system_category()};
  throw CommandFailed(exit_failed, "cannot " + doing + ": " + cause.message());
}

void write_whole(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) fail("write " + path);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) fail("write " + path);
}

std::chrono::year_month_day today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

/// Puts a file with the owner of the old one in its place, in one step: a reader finds the old
/// keys or the new, never half a file.
void replace_file(const std::string& path, std::string_view text) {
  struct stat old{};
  if (::stat(path.c_str(), &old) != 0) fail("read " + path);
  std::string fresh = path + ".XXXXXX";
  const FileDescriptor fd{::mkostemp(fresh.data(), O_CLOEXEC)};
  if (fd.get() < 0) fail("write beside " + path);
  try {
    if (::fchown(fd.get(), old.st_uid, old.st_gid) != 0) fail("keep the owner of " + path);
    write_whole(fd.get(), text, fresh);
    if (::rename(fresh.c_str(), path.c_str()) != 0) fail("replace " + path);
  } catch (const CommandFailed&) {
    ::unlink(fresh.c_str());
    throw;
  }
}

}  // namespace

Exit keys_generate(const Options& options) {
  const std::string& path = options.operand;
  const FileDescriptor fd{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only)};
  if (fd.get() < 0 && errno == EEXIST) {
    throw CommandFailed(exit_failed,
                        path +
                            " is there already, and what its keys sealed would be lost: to add "
                            "a fresh key use \"vneidctl keys rotate\"");
  }
  if (fd.get() < 0) fail("write " + path);
  try {
    write_whole(fd.get(), crypto::KeyRing::generate_text(today()), path);
  } catch (const CommandFailed&) {
    ::unlink(path.c_str());
    throw;
  }
  std::cout << "wrote " << path << "; keep a copy apart from the database's backups\n";
  return exit_ok;
}

Exit keys_rotate(const Options& options) {
  const std::string& path = options.operand;
  // A loaded ring proves owner and mode; only then is its text touched.
  const auto sound = crypto::KeyRing::load(path);
  if (!sound) throw CommandFailed(exit_failed, sound.error());
  const auto text = crypto::KeyRing::rotate_text(read_whole(path), today());
  if (!text) throw CommandFailed(exit_failed, text.error());
  replace_file(path, *text);
  std::cout << "put a fresh sealing key into " << path << "; reload nginx to use it\n";
  return exit_ok;
}

}  // namespace vneid::admin
