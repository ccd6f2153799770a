#include <algorithm>
#include <string_view>
#include <utility>

#include "admin/database/grants.hpp"
#include "async/epoll_loop.hpp"
#include "crypto/key_ring.hpp"
#include "doctor/checks.hpp"
#include "doctor/report/words.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/files.hpp"
#include "net/unavailable.hpp"

namespace vneid::doctor {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Milliseconds patience{4000};
constexpr int oldest_version = 150'000;
constexpr std::string_view insufficient_privilege = "42501";

constexpr Statement server_facts{
    "doctor_server",
    "select current_setting('server_version_num')::bigint, current_setting('server_version'),"
    " current_setting('server_encoding'), pg_is_in_recovery(),"
    " current_setting('max_connections')::bigint,"
    " current_setting('superuser_reserved_connections')::bigint, current_user::text"};

/// Tables that are large enough for the planner to go wrong, and what it knows of them. The
/// counters (n_live_tup, last_analyze) are empty after a crash, a restore or pg_upgrade, just when
/// it may know nothing. So the catalogue says how large a table is and, where that was never
/// filled, its file does.
constexpr Statement large_tables{
    "doctor_statistics",
    "select schemaname || '.' || s.relname,"
    " coalesce(floor(extract(epoch from now() - analyzed) / 86400), -1)::bigint,"
    " analyzed is null or n_mod_since_analyze > 0.2 * live"
    " from pg_stat_user_tables s join pg_class c on c.oid = s.relid,"
    " lateral (select greatest(last_analyze, last_autoanalyze) as analyzed,"
    "          greatest(reltuples, n_live_tup) as live,"
    "          pg_relation_size(s.relid) / current_setting('block_size')::bigint as pages) known"
    " where live > 10000 or (live <= 0 and pages > 100) order by pages desc"};

constexpr Statement missing_tables{
    "doctor_tables",
    "select string_agg(name, ', ' order by name) from unnest($1::text[]) as name"
    " where to_regclass(name) is null"};

constexpr Statement sealed_sample{
    "doctor_sample",
    "select coalesce(sealed_under, account_key)::bytea, account_name_sealed::bytea"
    " from account limit 1"};

struct Cure {
  std::string_view sign;  ///< in libpq's or the server's text
  const char* cure;
};
constexpr Cure cures[] = {
    {"pg_hba.conf", "Open it in pg_hba.conf for this user and database, then reload PostgreSQL"},
    {"Peer authentication failed",
     "In pg_hba.conf map the workers' user to the role (map= and pg_ident.conf), or give user= and "
     "password_file="},
    {"password authentication failed", "Correct password_file= of vneid_postgres"},
    {"no password supplied", "Give password_file= in vneid_postgres"},
    {"role \"", "Run \"vneidctl database create\" as postgres, or correct user= in vneid_postgres"},
    {"database \"", "Run \"vneidctl database create\" as postgres, or correct dbname="},
    // First, because texts about such a file may end as those about the socket do.
    {"certificate", "Correct sslrootcert= and host= of vneid_postgres"},
    {"No such file", "Start PostgreSQL, or correct host= (Debian's socket: /run/postgresql)"},
    {"Permission denied", "Let the workers' user into the folder of the socket"},
    {"too many clients", "Raise max_connections of PostgreSQL"},
};

std::string cure_of(const Refusal& refusal) {
  for (const Cure& known : cures) {
    if (refusal.cause.contains(known.sign)) return known.cure;
  }
  return refusal.cure.empty() ? "Start PostgreSQL, or correct vneid_postgres" : refusal.cure;
}

class PostgresLook {
 public:
  PostgresLook(const PostgresNeeds& needs, postgres::Settings settings, const About& about)
      : about_(about),
        needs_(needs),
        connections_(needs.place.settings.connections),
        pool_(loop_, std::move(settings)) {}

  void look() {
    if (!look_at_server()) return;
    guarded("postgres.schema", [this] { look_at_schema(); });
    guarded("postgres.tables", [this] { look_at_tables(); });
    guarded("postgres.grants", [this] { look_at_grants(); });
    guarded("postgres.statistics", [this] { look_at_statistics(); });
    guarded("keys.sample", [this] { look_at_sealed_value(); });
  }

 private:
  Result ask(Statement statement) { return loop_.run(pool_.query(statement, Params())); }

  template <class Look>
  void guarded(const char* check, Look look) const {
    try {
      look();
    } catch (const postgres::StatementError& refused) {
      const bool forbidden = refused.sqlstate() == insufficient_privilege;
      about_.wrong(check, std::string{"the server refuses: "} + refused.what(),
                   forbidden ? "Run \"vneidctl database create\" as postgres: it grants what is "
                               "missing"
                             : "Run \"vneidctl schema migrate\"");
    }
  }

  bool look_at_server() {
    try {
      const Result facts = ask(server_facts);
      role_ = facts.text(0, 6);
      tell_server(facts);
    } catch (const std::runtime_error& away) {
      const Refusal refusal = split_refusal(away.what());
      about_.wrong("postgres.reach", "the workers cannot use it: " + refusal.cause,
                   cure_of(refusal));
      return false;
    }
    return true;
  }

  void tell_server(const Result& facts) const {
    about_.ok("postgres.reach", "lets the workers in as " + role_);
    const std::string version{facts.text(0, 1)};
    if (facts.integer(0, 0) < oldest_version) {
      about_.wrong("postgres.version", "is " + version, "Install PostgreSQL 15 or newer");
    } else {
      about_.ok("postgres.version", "is " + version);
    }
    if (facts.text(0, 2) != "UTF8") {
      about_.wrong("postgres.encoding",
                   "the database's encoding is " + std::string{facts.text(0, 2)},
                   "Create it anew with encoding UTF8");
    } else {
      about_.ok("postgres.encoding", "the database is in UTF8");
    }
    if (facts.boolean(0, 3)) {
      about_.wrong("postgres.primary", "is a standby: nothing can be written",
                   "Name the primary in vneid_postgres");
    }
    tell_connections(facts.integer(0, 4) - facts.integer(0, 5));
  }

  void tell_connections(std::int64_t free) const {
    const std::int64_t most = std::int64_t{needs_.workers} * connections_;
    const std::string sum = std::to_string(needs_.workers) + " workers × " +
                            std::to_string(connections_) + " connections = " + std::to_string(most);
    const std::string cure = "Raise max_connections of PostgreSQL, or lower connections=";
    if (most > free) {
      about_.wrong("postgres.connections", sum + ", and PostgreSQL gives " + std::to_string(free),
                   cure);
    } else if (2 * most > free) {
      about_.warning(
          "postgres.connections",
          sum + ", twice that during a reload, and PostgreSQL gives " + std::to_string(free), cure);
    } else {
      about_.ok("postgres.connections", sum + ", PostgreSQL gives " + std::to_string(free));
    }
  }

  void look_at_schema() {
    if (needs_.schema.empty()) {
      about_.warning("postgres.schema", "the schema files of this release are not here",
                     "Name their folder with --schema");
      return;
    }
    admin::Migrator migrator{pool_, needs_.schema};
    const auto applied = loop_.run(migrator.applied());
    const int wanted = needs_.schema.back().version;
    const int found = applied.empty() ? 0 : applied.rbegin()->first;
    const std::string both = "the schema is at " + std::to_string(found) + ", this release needs " +
                             std::to_string(wanted);
    if (found > wanted) {
      about_.wrong("postgres.schema", both + ": a newer release was here",
                   "Install the newer release again");
      return;
    }
    for (const auto& file : needs_.schema) {
      const auto there = applied.find(file.version);
      if (there == applied.end()) {
        about_.wrong("postgres.schema", both, "Run \"vneidctl schema migrate\" as the owner");
        return;
      }
      if (there->second.sha256 != file.sha256) {
        about_.wrong("postgres.schema", file.name + " is another than the one that was applied",
                     "Install the release whose schema the database has");
        return;
      }
    }
    about_.ok("postgres.schema", "the schema is at " + std::to_string(found) + ", as needed");
  }

  void look_at_tables() {
    std::vector<std::string> names;
    for (const auto table : admin::all_tables()) names.emplace_back(table);
    const Result missing =
        loop_.run(pool_.query(missing_tables, std::move(Params().text_array(names))));
    if (missing.is_null(0, 0)) return;
    about_.wrong(
        "postgres.tables", "the database has no " + std::string{missing.text(0, 0)},
        "Run \"vneidctl schema migrate\" as the owner; if the schema is as needed, somebody "
        "took it away: restore the backup");
  }

  void look_at_grants() {
    using Kind = admin::GrantProblem::Kind;
    const auto problems = loop_.run(admin::check_grants(pool_, role_, admin::Duty::app));
    for (const auto& problem : problems) {
      const std::string cure = problem.kind == Kind::excess
                                   ? "Run \"vneidctl database create\" as postgres, and take away "
                                     "by hand what it was not that gave"
                                   : "Run \"vneidctl database create\" as postgres";
      about_.wrong("postgres.grants",
                   problem.to_text() + (problem.kind == Kind::excess
                                            ? ": whoever takes over a worker has that too"
                                            : ": logins will fail"),
                   cure);
    }
    if (problems.empty()) {
      about_.ok("postgres.grants", "the workers may do what they need, and nothing else");
    }
  }

  void look_at_statistics() {
    const Result tables = ask(large_tables);
    std::string stale;
    std::int64_t oldest = 0;
    for (std::size_t row = 0; row < tables.rows(); ++row) {
      const std::int64_t days = tables.integer(row, 1);
      oldest = std::max(oldest, days);
      if (!tables.boolean(row, 2)) continue;
      stale.append(stale.empty() ? "" : ", ").append(tables.text(row, 0));
      stale += days < 0 ? " (none known)" : " (" + std::to_string(days) + " days old)";
    }
    if (!stale.empty()) {
      about_.warning("postgres.statistics", "old statistics make links slow: " + stale,
                     "Run \"ANALYZE\" as the owner, always after an import");
    } else if (tables.empty()) {
      about_.ok("postgres.statistics", "no table is large enough to need fresh statistics");
    } else {
      about_.ok("postgres.statistics", "statistics of the large tables are fresh, the oldest " +
                                           std::to_string(oldest) + " days old");
    }
  }

  /// Opened and forgotten: that it opens is what is told.
  void look_at_sealed_value() {
    if (!needs_.keys) return;  // check_keys says why
    const Result sample = ask(sealed_sample);
    if (sample.empty()) return;
    try {
      link::open_account_name(*needs_.keys, sample.bytes(0, 0), sample.bytes(0, 1));
      about_.ok("keys.sample", "what is sealed in the database opens with the keys");
    } catch (const link::UnreadableValue&) {
      about_.wrong("keys.sample",
                   "what is sealed in the database does not open with the keys: accounts cannot "
                   "be read",
                   "Put the key file back that sealed it, with all its keys");
    }
  }

  About about_;
  const PostgresNeeds& needs_;
  unsigned connections_;
  std::string role_;
  EpollLoop loop_;
  postgres::Pool pool_;
};

}  // namespace

void check_postgres(const PostgresNeeds& needs, Findings& findings) {
  const About about{findings, "postgres", needs.place.at};
  if (const auto sound = postgres::check_conninfo(needs.place.settings.conninfo); !sound) {
    about.wrong("postgres.reach", sound.error(), "Correct vneid_postgres");
    return;
  }
  // As whoever runs this, which is the workers' user.
  if (const auto files = postgres::check_files(needs.place.settings.conninfo, {}); !files) {
    about.wrong("postgres.reach", "the workers cannot use it: " + files.error(),
                "Name files in vneid_postgres that the workers' user can read");
    return;
  }
  postgres::Settings settings = needs.place.settings;
  settings.connections = 1;
  settings.timeout = std::max(settings.timeout, patience);
  PostgresLook{needs, settings, about}.look();
}

}  // namespace vneid::doctor
