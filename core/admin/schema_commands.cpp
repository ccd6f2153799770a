#include <chrono>
#include <iostream>
#include <utility>

#include "admin/commands.hpp"
#include "admin/database/grants.hpp"
#include "admin/database/migrator.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes migration_timeout{30};

std::vector<SchemaFile> files_of(const Options& options) {
  auto files = read_schema_files(options.schema);
  if (!files) throw CommandFailed(exit_failed, files.error());
  return *std::move(files);
}

std::string state_of(const SchemaFile& file, const std::map<int, AppliedFile>& applied) {
  const auto found = applied.find(file.version);
  if (found == applied.end()) return "pending";
  return found->second.sha256 == file.sha256 ? "applied" : "changed after it was applied";
}

}  // namespace

Exit schema_migrate(const Options& options) {
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, migration_timeout);
  Migrator migrator{pool, files_of(options)};
  auto done = loop.run(migrator.migrate());
  if (!done) throw CommandFailed(exit_failed, done.error());
  for (const std::string& name : *done) std::cout << "applied " << name << '\n';
  const bool granted = loop.run(apply_grants(pool));
  if (granted) std::cout << "granted what the roles need\n";
  if (done->empty() && !granted) std::cout << "nothing to apply: the schema is up to date\n";
  return exit_ok;
}

Exit schema_status(const Options& options) {
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, migration_timeout);
  Migrator migrator{pool, files_of(options)};
  const auto applied = loop.run(migrator.applied());
  Exit status = exit_ok;
  for (const SchemaFile& file : migrator.files()) {
    const std::string state = state_of(file, applied);
    std::cout << file.name << "  " << state << '\n';
    if (state != "applied") status = exit_partly;
  }
  for (const auto& [version, file] : applied) {
    if (version <= static_cast<int>(migrator.files().size())) continue;
    std::cout << file.name << "  applied by a newer release\n";
    status = exit_partly;
  }
  return status;
}

}  // namespace vneid::admin
