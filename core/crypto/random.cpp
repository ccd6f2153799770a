#include "crypto/random.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

#include "crypto/digest.hpp"

namespace vneid::crypto {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_token() { return base64url_encode(random_bytes(32)); }

}  // namespace vneid::crypto
