#include <chrono>
#include <iostream>

#include "admin/commands.hpp"
#include "vault/late_records.hpp"

namespace vneid::admin {

namespace {

/// A vault of thousands of records takes its time.
constexpr std::chrono::minutes statement_timeout{10};

std::string name_of(const vault::Unfinished& link) {
  return "link " + std::to_string(link.link_id.value()) + " (account " +
         std::to_string(link.account_id.value()) + ")";
}

}  // namespace

Exit transfer_check(const Options& options) {
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const auto unfinished = loop.run(vault::unfinished_transfers(pool));
  std::int64_t behind = 0;
  for (const vault::Unfinished& link : unfinished) {
    std::cout << name_of(link) << ": " << link.stayed_behind << " records stayed behind\n";
    behind += link.stayed_behind;
  }
  std::cout << behind << " records of " << unfinished.size() << " links stayed behind\n";
  if (!unfinished.empty()) std::cout << "\"vneidctl transfer resume\" carries them over\n";
  return unfinished.empty() ? exit_ok : exit_partly;
}

Exit transfer_resume(const Options& options) {
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  std::int64_t judged = 0;
  const auto unfinished = loop.run(vault::unfinished_transfers(pool));
  for (const vault::Unfinished& link : unfinished) {
    const std::int64_t done = loop.run(vault::resume_transfer(pool, link.link_id));
    std::cout << name_of(link) << ": " << done << " records\n";
    judged += done;
  }
  std::cout << judged << " records of " << unfinished.size() << " links were carried over, or stay "
            << "for a reason that is kept\n";
  return exit_ok;
}

}  // namespace vneid::admin
