#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vneid::doctor {

/// What `nginx -V` tells of a binary.
struct NginxBinary {
  std::string path;
  std::string version;                                ///< "1.22.1"
  std::filesystem::path prefix = "/usr/share/nginx";  ///< where `load_module` looks
  std::filesystem::path conf = "/etc/nginx/nginx.conf";
  std::string default_user = "nobody";
};

/// `named`, or else nginx in PATH and /usr/sbin. Nothing: there is none that runs.
std::optional<NginxBinary> find_nginx(const std::string& named);

/// Reads the output of `nginx -V`.
NginxBinary read_version(std::string path, std::string_view output);

/// The string by which nginx decides whether it loads a module, out of a binary's bytes; empty:
/// there is none.
std::string signature_in(std::string_view bytes);

}  // namespace vneid::doctor
