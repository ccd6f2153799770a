#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace vneid::admin {

/// Exit codes of vneidctl.
enum Exit : int {
  exit_ok = 0,
  exit_partly = 1,  ///< done, but something needs attention: rejected lines, pending files
  exit_usage = 2,   ///< the command line is wrong; nothing was done
  exit_failed = 3,  ///< could not be done; the message says why
};

/// Of `vneidctl audit …`.
struct AuditOptions {
  std::string key;                    ///< --key, VNEID_AUDIT_KEY: the private key that signs heads
  std::string public_keys;            ///< --public, VNEID_AUDIT_PUBLIC: who may have signed them
  std::string heads;                  ///< --heads: heads outside the database
  bool syslog = false;                ///< --syslog: heads to the system's log, too
  std::string metrics;                ///< --metrics: for a textfile collector
  std::vector<std::string> archives;  ///< --archive: events that were taken out
  std::string subject;                ///< --subject: a file with somebody's number; "-": stdin
  std::string before;                 ///< --before: a day
  std::string to;                     ///< --to: the archive to be made
  std::uint64_t since = 0;            ///< --since: number of an older head
  unsigned late = 300;                ///< --late, seconds
};

/// The command line of vneidctl, and what the environment adds to it.
struct Options {
  std::string operand;            ///< what the command is about: a file, an account, a reference
  std::string postgres;           ///< --postgres, VNEID_POSTGRES
  std::string keys;               ///< --keys, VNEID_KEYS
  std::string redis;              ///< --redis, VNEID_REDIS: as `vneid_redis` in nginx.conf
  std::filesystem::path schema;   ///< --schema, VNEID_SCHEMA
  std::string portal = "portal";  ///< --portal, VNEID_PORTAL: as `vneid_portal` in nginx.conf
  std::string account_form = "exact";    ///< --account-form, VNEID_ACCOUNT_FORM: as in nginx.conf
  std::string name;                      ///< --name of the database to create
  std::string worker_user = "www-data";  ///< --worker
  std::string operator_user = "root";    ///< --operator
  std::string sealer_user = "vneid-audit";  ///< --sealer
  bool print = false;                       ///< --print: the SQL, instead of running it
  std::string nginx;            ///< --nginx: the binary whose configuration is looked at
  std::string conf;             ///< --conf: its main file, instead of nginx's own
  std::string format = "text";  ///< --format: text or json
  std::string user;             ///< --user: the test account that the probe logs in
  std::string password_file;    ///< --password-file: its first line is the password
  std::string me;               ///< --me: a path of the portal that tells who is logged in
  bool dry_run = false;
  std::string errors;          ///< --errors: CSV of the lines that were not imported
  std::string after;           ///< --after: reference of the last review seen
  std::int64_t limit = 50;     ///< --limit of the reviews listed
  std::string state = "open";  ///< --state of the reviews listed; "all" for all
  std::string reason;          ///< --reason of whatever an officer does
  std::string new_name;        ///< --to of a renaming
  std::string into;            ///< --into of a merge: the account that stays
  AuditOptions audit;
};

/// A command that cannot be done. `what()` is a sentence with its cure.
class CommandFailed : public std::runtime_error {
 public:
  CommandFailed(Exit code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] Exit code() const noexcept { return code_; }

 private:
  Exit code_;
};

}  // namespace vneid::admin
