#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>

#include "admin/commands.hpp"
#include "admin/import/account_import.hpp"
#include "admin/import/importer.hpp"
#include "admin/import/values.hpp"
#include "admin/import/vault_import.hpp"
#include "admin/sessions.hpp"
#include "text/date.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes statement_timeout{2};
constexpr std::size_t most_shown = 20;  // problems on the terminal; the error file has all

std::string csv_field(std::string_view text) {
  std::string field = "\"";
  for (char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

/// Where problems go: all into the error file if there is one, the first ones to the terminal.
class Problems {
 public:
  explicit Problems(const std::string& path) {
    if (path.empty()) return;
    file_.emplace(path, std::ios::trunc);
    *file_ << "line,column,reason\n" << std::flush;
    if (!*file_) throw CommandFailed(exit_failed, "cannot write the error file " + path);
  }

  void take(const Problem& problem) {
    if (file_) {
      *file_ << problem.line << ',' << csv_field(problem.column) << ',' << csv_field(problem.reason)
             << '\n';
    }
    if (++count_ > most_shown) return;
    std::cerr << "line " << problem.line << ": "
              << (problem.column.empty() ? "" : problem.column + ": ") << problem.reason << '\n';
  }

  void finish(const std::string& path) {
    if (count_ > most_shown) std::cerr << "… and " << count_ - most_shown << " more\n";
    if (file_ && !file_->flush()) {
      throw CommandFailed(exit_failed, "cannot write the error file " + path);
    }
  }

 private:
  std::optional<std::ofstream> file_;
  std::size_t count_ = 0;
};

void print(const ImportReport& report, const Options& options) {
  std::cout << options.operand << ": " << report.lines() << " lines: " << report.created
            << " created, " << report.updated << " updated, " << report.unchanged << " unchanged, "
            << report.rejected << " rejected\n";
  if (options.dry_run) {
    std::cout << "this was a dry run: nothing was changed\n";
  } else if (report.created + report.updated == 0) {
    std::cout << "nothing was changed\n";
  }
}

/// Sessions of accounts that the file says are closed, as `accounts close` ends them.
void end_sessions_of_closed(const ImportReport& report, const Options& options,
                            const std::optional<redis::Settings>& redis) {
  if (options.dry_run || report.closed.empty()) return;
  const std::string accounts = std::to_string(report.closed.size()) + " accounts";
  if (!redis) {
    std::cout << accounts
              << " are closed, and their sessions may go on: run it again with --redis\n";
    return;
  }
  std::cout << end_sessions(*redis, load_keys(options), report.closed, accounts + " are closed")
            << " sessions of " << accounts << " that are closed were ended\n";
}

template <class Rows>
Exit import_rows(const Options& options, Rows rows) {
  const std::string& path = options.operand;
  std::ifstream stream{path, std::ios::binary};
  if (!stream || stream.peek() == std::ifstream::traits_type::eof()) {
    throw CommandFailed(exit_failed, "cannot read " + path + ", or it is empty");
  }
  std::optional<redis::Settings> redis;
  if (!options.redis.empty()) redis = redis_of(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  Problems problems{options.errors};
  Import<Rows> import{pool, rows, options.dry_run,
                      [&problems](const Problem& problem) { problems.take(problem); }};
  const auto report = loop.run(import.run(stream));
  if (!report) throw CommandFailed(exit_failed, path + ", " + report.error());
  problems.finish(options.errors);
  print(*report, options);
  // Until PostgreSQL does so by itself, it would plan as if what came in were not there.
  if (!options.dry_run && report->created + report->updated > 0) {
    loop.run(pool.query(Rows::analyze, postgres::Params()));
  }
  end_sessions_of_closed(*report, options, redis);
  return report->rejected == 0 ? exit_ok : exit_partly;
}

ImportedPortal portal_of(const Options& options) {
  return {PortalName{options.portal}, account_form_of(options)};
}

int this_year() {
  return text::year_in_vietnam(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

}  // namespace

Exit import_accounts(const Options& options) {
  return import_rows(options, AccountRows{load_keys(options), portal_of(options), this_year()});
}

Exit import_vault(const Options& options) {
  const std::filesystem::path folder = std::filesystem::absolute(options.operand).parent_path();
  return import_rows(options,
                     VaultRows{load_keys(options), portal_of(options), folder, this_year()});
}

}  // namespace vneid::admin
