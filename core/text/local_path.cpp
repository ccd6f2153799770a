#include "text/local_path.hpp"

#include <algorithm>

namespace vneid::text {

namespace {

constexpr std::size_t longest_return = 1000;

}  // namespace

std::string safe_return(std::string_view asked) {
  const bool plain = std::ranges::all_of(
      asked, [](char byte) { return byte > ' ' && byte <= '~' && byte != '\\'; });
  // "//" is refused everywhere: nginx merges slashes, and a path that begins with a dot segment
  // ("/.//host") would become another host's once it is made shorter.
  const bool relative = asked.starts_with('/') && !asked.substr(0, asked.find('?')).contains("//");
  if (!plain || !relative || asked.size() > longest_return) return "/";
  return std::string{asked};
}

}  // namespace vneid::text
