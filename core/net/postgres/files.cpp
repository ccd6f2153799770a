#include "net/postgres/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <system_error>
#include <unistd.h>

#include <libpq-fe.h>

#include "net/postgres/conninfo.hpp"

namespace vneid::postgres {

namespace {

namespace fs = std::filesystem;

constexpr int first_with_system_cas = 160'000;  ///< libpq 16

enum class Kind { certificate, key, password };

struct Known {
  const char* keyword;
  Kind kind;
};
constexpr Known known_files[] = {{"sslrootcert", Kind::certificate},
                                 {"sslcert", Kind::certificate},
                                 {"sslkey", Kind::key},
                                 {"passfile", Kind::password}};

/// sslrootcert=system is no file, where libpq knows it.
bool is_systems(const ConnectOptions::value_type& option) {
  return option.first == "sslrootcert" && option.second == "system" &&
         ::PQlibVersion() >= first_with_system_cas;
}

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

/// The bits that keep libpq from using the file.
mode_t forbidden_bits(Kind kind, uid_t owner) noexcept {
  if (kind == Kind::certificate) return 0;
  return kind == Kind::key && owner == 0 ? 037 : 077;
}

bool has_acl(const fs::path& path) noexcept {
  return ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

/// `bits`: 4 to read, 1 to go through a folder.
bool may(const FileUser& user, const fs::path& path, mode_t bits) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || has_acl(path)) return true;
  if (status.st_uid == user.user) return (status.st_mode & (bits << 6)) != 0;
  if (std::ranges::find(user.groups, status.st_gid) != user.groups.end()) {
    return (status.st_mode & (bits << 3)) != 0;
  }
  return (status.st_mode & bits) != 0;
}

/// Why the file cannot be read; empty: it can.
std::string unreadable(const fs::path& file, const std::optional<FileUser>& user) {
  if (!user) {
    if (::access(file.c_str(), R_OK) == 0) return {};
    return std::generic_category().message(errno);
  }
  if (user->user == 0) return {};
  for (auto folder = file.parent_path();; folder = folder.parent_path()) {
    if (!may(*user, folder, 1)) {
      return user->name + ", who opens it, may not enter " + folder.string();
    }
    if (folder == folder.parent_path()) break;
  }
  return may(*user, file, 4) ? std::string{} : user->name + ", who opens it, may not read it";
}

/// What is wrong with one file; empty: nothing.
std::string problem_of(const std::string& path, Kind kind, const std::optional<FileUser>& user) {
  // Workers are not where nginx was started.
  if (!path.starts_with('/')) return "must be an absolute path";
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::generic_category().message(errno);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  const mode_t forbidden = forbidden_bits(kind, status.st_uid);
  if ((status.st_mode & forbidden) != 0) {
    return "others than its owner may use it (mode " + octal(status.st_mode) +
           "), and libpq does not take it then; run: chmod " +
           (forbidden == 037 ? "640 " : "600 ") + path;
  }
  return unreadable(path, user);
}

}  // namespace

std::expected<void, std::string> check_files(const std::string& conninfo,
                                             const std::optional<FileUser>& user) {
  const auto options = given_options(conninfo);
  if (!options) return {};
  const auto mode = options->find("sslmode");
  const bool verifies = mode != options->end() && mode->second.starts_with("verify-");
  if (verifies && !options->contains("sslrootcert")) {
    return std::unexpected("sslmode=" + mode->second +
                           " needs sslrootcert=FILE, the CA of PostgreSQL's certificate");
  }
  if (options->contains("sslcert") && !options->contains("sslkey")) {
    return std::unexpected("sslcert= needs sslkey=FILE");
  }
  for (const auto& [keyword, kind] : known_files) {
    const auto found = options->find(keyword);
    if (found == options->end() || is_systems(*found)) continue;
    const std::string problem = problem_of(found->second, kind, user);
    if (!problem.empty()) {
      return std::unexpected(std::string{keyword} + " " + found->second + ": " + problem);
    }
  }
  return {};
}

std::vector<std::string> certificate_files(const std::string& conninfo) {
  std::vector<std::string> files;
  const auto options = given_options(conninfo);
  if (!options) return files;
  for (const auto& [keyword, kind] : known_files) {
    const auto found = options->find(keyword);
    if (kind != Kind::certificate || found == options->end() || is_systems(*found)) continue;
    files.push_back(found->second);
  }
  return files;
}

}  // namespace vneid::postgres
