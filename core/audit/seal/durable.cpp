#include "audit/seal/durable.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace vneid::audit {

namespace {

[[noreturn]] void fail(const std::string& doing) {
  throw std::runtime_error("cannot " + doing + ": " + std::generic_category().message(errno));
}

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ < 0) fail("open " + path);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

void write_whole(const File& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) fail("write " + path);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) fail("write " + path);
}

}  // namespace

void write_new(const std::string& path, std::string_view text, mode_t mode) {
  const File file{path, O_WRONLY | O_CREAT | O_EXCL, mode};
  if (::fchmod(file.get(), mode) != 0) fail("set the mode of " + path);
  write_whole(file, text, path);
}

void write_over(const std::string& path, std::string_view text, mode_t mode) {
  const std::string fresh = path + ".part";
  {
    const File file{fresh, O_WRONLY | O_CREAT | O_TRUNC, mode};
    if (::fchmod(file.get(), mode) != 0) fail("set the mode of " + fresh);
    write_whole(file, text, fresh);
  }
  put_in_place(fresh, path);
}

void create_private(const std::string& path) {
  const File file{path, O_WRONLY | O_CREAT | O_TRUNC, owner_only};
  if (::fchmod(file.get(), owner_only) != 0) fail("keep others from " + path);
}

void put_in_place(const std::string& fresh, const std::string& path) {
  const File file{fresh, O_RDONLY};
  if (::fsync(file.get()) != 0) fail("write " + fresh);
  if (std::rename(fresh.c_str(), path.c_str()) != 0) fail("write " + path);
  const auto folder = std::filesystem::absolute(path).parent_path();
  const File parent{folder, O_RDONLY | O_DIRECTORY};
  if (::fsync(parent.get()) != 0) fail("write " + folder.string());
}

void append_line(const std::string& path, std::string_view line) {
  const File file{path, O_WRONLY | O_APPEND | O_CREAT, owner_only | S_IRGRP};
  const std::string whole = std::string{line} + "\n";
  write_whole(file, whole, path);
}

}  // namespace vneid::audit
