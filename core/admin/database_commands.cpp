#include <chrono>
#include <iostream>
#include <set>
#include <utility>

#include "admin/commands.hpp"
#include "admin/database/grants.hpp"
#include "admin/database/migrator.hpp"
#include "admin/database/roles_sql.hpp"
#include "net/unavailable.hpp"

namespace vneid::admin {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr std::chrono::minutes creation_timeout{30};
constexpr const char* maintenance = "postgres";  // the database that every server has
constexpr const char* run_as_postgres =
    "run it as postgres: runuser -u postgres -- vneidctl database create (--print shows the SQL)";

constexpr Statement is_superuser{
    "database_superuser", "select rolsuper, rolname from pg_roles where rolname = current_user"};
constexpr Statement list_roles{"database_roles", "select rolname from pg_roles"};
constexpr Statement find_owner{
    "database_owner",
    "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"};

DatabasePlan plan_of(const Options& options) {
  const auto conninfo = postgres::check_conninfo(options.postgres);
  if (!conninfo) throw CommandFailed(exit_usage, "--postgres: " + conninfo.error());
  DatabasePlan plan;
  plan.database = options.name;
  if (plan.database.empty()) plan.database = database_of(options.postgres);
  if (plan.database.empty() || plan.database == maintenance) plan.database = "vneid";
  plan.worker_user = options.worker_user;
  plan.operator_user = options.operator_user;
  plan.sealer_user = options.sealer_user;
  const auto sound = check_plan(plan);
  if (!sound) throw CommandFailed(exit_usage, sound.error());
  return plan;
}

/// Makes what is missing and says what it made.
class Creation {
 public:
  Creation(const Options& options, DatabasePlan plan, std::vector<SchemaFile> files)
      : options_(options), plan_(std::move(plan)), files_(std::move(files)) {}

  Exit run() {
    make_roles_and_database();
    postgres::Pool pool = open_pool(loop_, of_database(plan_.database), creation_timeout);
    refuse_other_owner(pool);
    loop_.run(pool.execute_script(access_sql(plan_)));
    Migrator migrator{pool, std::move(files_)};
    const auto applied = loop_.run(migrator.migrate());
    if (!applied) throw CommandFailed(exit_failed, applied.error());
    for (const std::string& name : *applied) made("applied " + name);
    if (loop_.run(apply_grants(pool))) made("granted what the roles need");
    if (!made_)
      std::cout << "nothing to do: database " << plan_.database << " is as it should be\n";
    return report_problems(pool);
  }

 private:
  [[nodiscard]] Options of_database(const std::string& name) const {
    Options options = options_;
    options.postgres = with_database(options_.postgres, name);
    return options;
  }

  void made(const std::string& what) {
    std::cout << what << '\n';
    made_ = true;
  }

  [[nodiscard]] std::set<std::string> roles(postgres::Pool& pool) {
    const Result rows = loop_.run(pool.query(list_roles, Params()));
    std::set<std::string> names;
    for (std::size_t row = 0; row < rows.rows(); ++row) names.emplace(rows.text(row, 0));
    return names;
  }

  void make_roles_and_database() {
    postgres::Pool pool = open_pool(loop_, of_database(maintenance), creation_timeout);
    const Result me = loop_.run(pool.query(is_superuser, Params()));
    if (!me.boolean(0, 0)) {
      throw CommandFailed(exit_failed, "role \"" + std::string{me.text(0, 1)} +
                                           "\" may not make databases and roles; " +
                                           run_as_postgres);
    }
    const std::set<std::string> before = roles(pool);
    loop_.run(pool.execute_script(roles_sql(plan_)));
    for (const std::string& role : roles(pool)) {
      if (!before.contains(role)) made("created role " + role);
    }
    const std::string query = create_query(plan_);
    const Result creation =
        loop_.run(pool.query(Statement{"database_create", query.c_str()}, Params()));
    if (creation.empty()) return;
    loop_.run(pool.execute_script(std::string{creation.text(0, 0)}));
    made("created database " + plan_.database);
  }

  void refuse_other_owner(postgres::Pool& pool) {
    const std::string owner{loop_.run(pool.query(find_owner, Params())).text(0, 0)};
    if (owner == owner_role) return;
    throw CommandFailed(
        exit_failed, "database " + plan_.database + " belongs to " + owner +
                         ", and was left as it is; give it away first, in psql: alter database " +
                         quoted_name(plan_.database) + " owner to vneid_owner");
  }

  Exit report_problems(postgres::Pool& pool) {
    auto problems = loop_.run(check_all_grants(pool));
    for (auto& problem : loop_.run(check_grants(pool, plan_.worker_user, Duty::app))) {
      problems.push_back(std::move(problem));
    }
    for (auto& problem : loop_.run(check_grants(pool, plan_.sealer_user, Duty::auditor))) {
      problems.push_back(std::move(problem));
    }
    for (const GrantProblem& problem : problems) {
      std::cerr << "vneidctl: " << problem.to_text() << '\n';
    }
    return problems.empty() ? exit_ok : exit_partly;
  }

  const Options& options_;
  DatabasePlan plan_;
  std::vector<SchemaFile> files_;
  EpollLoop loop_;
  bool made_ = false;
};

}  // namespace

Exit database_create(const Options& options) {
  DatabasePlan plan = plan_of(options);
  if (options.print) {
    std::cout << psql_script(plan);
    return exit_ok;
  }
  auto files = read_schema_files(options.schema);
  if (!files) throw CommandFailed(exit_failed, files.error());
  return Creation{options, std::move(plan), *std::move(files)}.run();
}

}  // namespace vneid::admin
