#include <algorithm>
#include <string>
#include <utility>

#include "async/epoll_loop.hpp"
#include "doctor/checks.hpp"
#include "net/postgres/conninfo.hpp"
#include "net/postgres/files.hpp"
#include "net/unavailable.hpp"

namespace vneid::doctor {

namespace {

constexpr Milliseconds patience{4000};
constexpr std::int64_t too_long = 300;  // seconds; the timer seals once a minute

constexpr postgres::Statement waiting{
    "doctor_audit_waiting",
    "select count(*), coalesce(floor(extract(epoch from clock_timestamp() - min(since))), "
    "0)::bigint,"
    " (select max(number) is null from audit_head) from audit_pending"};

std::string minutes_of(std::int64_t seconds) { return std::to_string(seconds / 60) + " minutes"; }

void judge(const postgres::Result& rows, const About& about) {
  const std::int64_t events = rows.integer(0, 0);
  const std::int64_t oldest = rows.integer(0, 1);
  if (events == 0 || oldest < too_long) {
    about.ok("audit.seal",
             "no event of the audit trail waits for more than 5 minutes to be sealed");
    return;
  }
  const std::string text = std::to_string(events) +
                           " events of the audit trail wait to be sealed, " + "the oldest for " +
                           minutes_of(oldest) +
                           ": until then nobody would see that they were changed";
  const bool never = rows.boolean(0, 2);
  about.warning("audit.seal", text,
                never ? "Make its key and start vneid-audit-seal.timer, as operate.md says"
                      : "journalctl -u vneid-audit-seal says why");
}

}  // namespace

void check_audit(const PostgresPlace& place, Findings& findings) {
  const About about{findings, "audit", place.at};
  const std::string& conninfo = place.settings.conninfo;
  if (!postgres::check_conninfo(conninfo) || !postgres::check_files(conninfo, {})) {
    return;  // check_postgres says so
  }
  postgres::Settings settings = place.settings;
  settings.connections = 1;
  settings.timeout = std::max(settings.timeout, patience);
  EpollLoop loop;
  postgres::Pool pool{loop, std::move(settings)};
  try {
    judge(loop.run(pool.query(waiting, {})), about);
  } catch (const std::runtime_error& refused) {
    about.ok("audit.seal",
             std::string{"whether the audit trail is sealed cannot be seen from here ("} +
                 refused.what() + "); the metrics of vneidctl audit seal tell");
  }
}

}  // namespace vneid::doctor
