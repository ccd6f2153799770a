#pragma once

#include <expected>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace vneid::postgres {

/// Who opens the files of a conninfo: libpq does, in the worker, at each connection.
struct FileUser {
  std::string name;
  uid_t user = 0;
  std::vector<gid_t> groups;
};

/// What `nginx -t` says about the files that a conninfo names. Refused: verify-ca or verify-full
/// without `sslrootcert` (libpq would look in the home folder of the workers' user), `sslcert`
/// without `sslkey`, and a file that is not there, that libpq would not take (a key or password
/// that others may read) or that `user` cannot read. Without `user`: whoever runs this. Where an
/// ACL has a say, rights are not judged. What check_conninfo refuses is accepted here.
std::expected<void, std::string> check_files(const std::string& conninfo,
                                             const std::optional<FileUser>& user);

/// The files with certificates among them: `sslrootcert`, `sslcert`.
std::vector<std::string> certificate_files(const std::string& conninfo);

}  // namespace vneid::postgres
