#include "admin/options.hpp"

#include <array>
#include <cstdlib>
#include <getopt.h>
#include <system_error>

namespace vneid::admin {

namespace {

constexpr std::string_view help =
    R"(Usage: vneidctl [OPTION]... COMMAND

Commands:
  doctor                    look at everything nginx uses, and say what is wrong and its cure
  schema migrate            apply the schema files that the database does not have yet
  schema status             tell which are applied, pending or changed
  database create           make database, roles, tables and grants; run as postgres
  keys generate FILE        write a new key file, readable by its owner alone
  keys rotate FILE          put a fresh sealing key in front; old ones still open
  import accounts FILE      read accounts.csv
  import vault FILE         read vault.csv; its files are named relative to it
  links show ACCOUNT        tell what an account is linked to
  review list               list what officers must decide, oldest first
  review show REFERENCE     compare both sides, masked
  review approve REFERENCE  approve as the user who runs this; it takes two officers
  review reject REFERENCE   reject, with --reason

Options:
  --postgres CONNINFO  where the database is          (environment: VNEID_POSTGRES)
  --keys FILE          the key ring                   (environment: VNEID_KEYS)
  --schema DIR         folder of the schema files     (environment: VNEID_SCHEMA)
  --portal NAME        as vneid_portal in nginx.conf; default "portal"
                                                      (environment: VNEID_PORTAL)
  --name NAME          database create: its name; default "vneid"
  --worker USER        database create: who runs nginx's workers; default "www-data"
  --operator USER      database create: who runs vneidctl; default "root"
  --print              database create: print the SQL for psql, do nothing
  --nginx FILE         doctor: the nginx binary; else the one in PATH or /usr/sbin
  --conf FILE          doctor: nginx's main file; else what "nginx -T" reads
  --format FORMAT      doctor: text (the default) or json
  --dry-run            import: check and count, change nothing
  --errors FILE        import: write the lines that were not imported, with the reason
  --state STATE        review list: open (the default), approved, rejected or all
  --reason TEXT        review reject: why, for the records
  --help, --version

Exit status: 0 done; 1 done, but lines were rejected or files are pending;
2 the command line is wrong; 3 could not be done.
Of doctor: 0 all is well; 1 there are warnings; 2 something is wrong.
)";

enum Option : int {
  postgres = 256,
  keys,
  schema,
  portal,
  name_wanted,
  worker_user,
  operator_user,
  print,
  nginx,
  conf,
  format,
  dry_run,
  errors,
  state,
  reason,
  help_wanted,
  version
};

constexpr std::array long_options{
    option{"postgres", required_argument, nullptr, postgres},
    option{"keys", required_argument, nullptr, keys},
    option{"schema", required_argument, nullptr, schema},
    option{"portal", required_argument, nullptr, portal},
    option{"name", required_argument, nullptr, name_wanted},
    option{"worker", required_argument, nullptr, worker_user},
    option{"operator", required_argument, nullptr, operator_user},
    option{"print", no_argument, nullptr, print},
    option{"nginx", required_argument, nullptr, nginx},
    option{"conf", required_argument, nullptr, conf},
    option{"format", required_argument, nullptr, format},
    option{"dry-run", no_argument, nullptr, dry_run},
    option{"errors", required_argument, nullptr, errors},
    option{"state", required_argument, nullptr, state},
    option{"reason", required_argument, nullptr, reason},
    option{"help", no_argument, nullptr, help_wanted},
    option{"version", no_argument, nullptr, version},
    option{nullptr, 0, nullptr, 0},
};

std::string from_environment(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : std::move(otherwise);
}

std::filesystem::path default_schema() {
  std::filesystem::path installed{VNEID_INSTALLED_SCHEMA};
  std::error_code ignored;
  if (std::filesystem::is_directory(installed, ignored)) return installed;
  return VNEID_SOURCE_SCHEMA;  // run from the build folder
}

void apply(Options& options, int name, const char* value) {
  switch (name) {
    case postgres:
      options.postgres = value;
      break;
    case keys:
      options.keys = value;
      break;
    case schema:
      options.schema = value;
      break;
    case portal:
      options.portal = value;
      break;
    case name_wanted:
      options.name = value;
      break;
    case worker_user:
      options.worker_user = value;
      break;
    case operator_user:
      options.operator_user = value;
      break;
    case print:
      options.print = true;
      break;
    case nginx:
      options.nginx = value;
      break;
    case conf:
      options.conf = value;
      break;
    case format:
      options.format = value;
      break;
    case dry_run:
      options.dry_run = true;
      break;
    case errors:
      options.errors = value;
      break;
    case state:
      options.state = value;
      break;
    case reason:
      options.reason = value;
      break;
    case help_wanted:
      options.help = true;
      break;
    case version:
      options.version = true;
      break;
    default:
      break;
  }
}

}  // namespace

std::expected<Options, std::string> parse_options(int argc, char** argv) {
  Options options;
  options.postgres = from_environment("VNEID_POSTGRES", "");
  options.keys = from_environment("VNEID_KEYS", "");
  options.schema = from_environment("VNEID_SCHEMA", default_schema().string());
  options.portal = from_environment("VNEID_PORTAL", options.portal);
  opterr = 0;
  optind = 1;
  for (;;) {
    const int found = getopt_long(argc, argv, ":", long_options.data(), nullptr);
    if (found == -1) break;
    const std::string word = argv[optind - 1];
    if (found == '?') return std::unexpected("no such option: " + word);
    if (found == ':') return std::unexpected("option " + word + " needs a value");
    apply(options, found, optarg);
  }
  if (options.format != "text" && options.format != "json") {
    return std::unexpected("--format is text or json, not " + options.format);
  }
  options.words.assign(argv + optind, argv + argc);
  return options;
}

std::string_view help_text() { return help; }

}  // namespace vneid::admin
