#include "crypto/secret_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <openssl/crypto.h>

namespace vneid::crypto {

namespace {

/// Whatever lets the group write or run it, and anything for the rest of the world.
constexpr mode_t not_for_secrets = 037;

class File {
 public:
  explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

std::string error_text(int number) { return std::generic_category().message(number); }

}  // namespace

Secret::~Secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::expected<Secret, std::string> read_secret_file(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe by mistake would hang nginx's start.
  const File file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (file.descriptor() < 0) return std::unexpected(path + ": " + error_text(errno));
  struct stat status{};
  if (fstat(file.descriptor(), &status) != 0) {
    return std::unexpected(path + ": " + error_text(errno));
  }
  if (!S_ISREG(status.st_mode)) return std::unexpected(path + ": is not a regular file");
  if ((status.st_mode & not_for_secrets) != 0) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", static_cast<unsigned>(status.st_mode & 07777));
    return std::unexpected(path + ": others than its owner may use it (mode " + mode.data() +
                           "); run: chmod 640 " + path);
  }
  // One byte more than allowed, so that a file that grows meanwhile is noticed too.
  std::string bytes(max_secret_file_size + 1, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.descriptor(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(path + ": " + error_text(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  Secret content{std::move(bytes)};
  if (filled > max_secret_file_size) return std::unexpected(path + ": is larger than 64 KiB");
  if (filled == 0) return std::unexpected(path + ": is empty");
  return content;
}

bool is_one_line(std::string_view text) noexcept {
  constexpr unsigned char last_control = 0x1f;
  constexpr unsigned char del = 0x7f;
  return !text.empty() && std::ranges::none_of(text, [](unsigned char byte) {
    return byte <= last_control || byte == del;
  });
}

std::expected<std::string, std::string> read_secret_line(const std::string& path) {
  const auto content = read_secret_file(path);
  if (!content) return std::unexpected(content.error());
  std::string_view line = content->bytes();
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (!is_one_line(line)) {
    return std::unexpected(path + ": must hold one line that is not empty");
  }
  return std::string{line};
}

}  // namespace vneid::crypto
