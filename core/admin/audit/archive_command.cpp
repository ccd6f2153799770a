#include <chrono>
#include <iostream>

#include "admin/audit/commands.hpp"
#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "audit/seal/archiver.hpp"
#include "audit/seal/stored_event.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes statement_timeout{30};

std::int64_t begin_of(const std::string& day) {
  const auto begin = audit::instant_from_text(day + "T00:00:00.000000Z");
  if (!begin) throw CommandFailed(exit_usage, "--before is a day, as 2026-08-01");
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::chrono::year_month_day date{today};
  const std::chrono::sys_days youngest{date.year() / date.month() / 1 - std::chrono::months{3}};
  if (std::chrono::microseconds{*begin} > std::chrono::microseconds{youngest.time_since_epoch()}) {
    throw CommandFailed(
        exit_usage,
        "--before: the last three months stay in the database; give a day up to " +
            audit::instant_text(std::chrono::microseconds{youngest.time_since_epoch()}.count())
                .substr(0, day.size()));
  }
  return *begin;
}

}  // namespace

Exit audit_archive(const Options& options) {
  const auto keys = public_keys_of(options);
  audit::ArchivePlan plan{.before = begin_of(options.audit.before),
                          .path = options.audit.to,
                          .officer = current_officer()};
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const auto done = loop.run(audit::archive(pool, keys, std::move(plan)));
  if (!done) {
    std::cout << "nothing to archive: no sealed batch of events ends before that day\n";
    return exit_ok;
  }
  std::cout << "moved " << done->head.size - done->first << " events (positions " << done->first
            << " to " << done->head.size - 1 << ") to " << options.audit.to
            << "; verify with --archive " << options.audit.to << " from now on\n";
  return exit_ok;
}

}  // namespace vneid::admin
