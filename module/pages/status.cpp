#include "module/pages/status.hpp"

#include <algorithm>
#include <array>

#include "certain.hpp"
#include "module/pages/operator_page.hpp"
#include "module/pages/zone.hpp"
#include "status/status_json.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] status::PolicyLine line_of(const flows::Site& site, policy::Kind kind, Wall now) {
  const policy::Rule& rule = site.policy.of(kind);
  status::PolicyLine line;
  line.portal = site.portal.value();
  line.kind = policy::to_text(kind);
  line.mode = policy::to_text(policy::mode_at(rule, now));
  if (const auto change = policy::next_change(rule, now)) {
    line.next_mode = policy::to_text(change->to);
    line.next_change = change->at;
  }
  return line;
}

/// Each portal's policy once, however many locations it has.
[[nodiscard]] std::vector<status::PolicyLine> policy_lines(const MainConf& conf, Wall now) {
  constexpr std::array kinds{policy::Kind::personal, policy::Kind::organization,
                             policy::Kind::foreign};
  std::vector<status::PolicyLine> lines;
  for (const auto& site : conf.sites) {
    for (const auto kind : kinds) {
      auto line = line_of(*site, kind, now);
      if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
  }
  return lines;
}

[[nodiscard]] flows::Reply status_reply(ngx_http_request_t* r) {
  const MainConf& conf = main_conf(r);
  conf.metrics.add(metrics::Scrape::status);
  if (Presence* presence = Presence::current()) presence->publish();
  status::Report report;
  report.now = wall_clock();
  const metrics::SharedBlock& block = certain(conf.block);
  report.counting_since = block.created();
  report.answered_by = ngx_pid;
  report.generation = conf.generation;
  const auto& clock = conf.settings->clock;
  report.policies = policy_lines(conf, clock ? policy::rehearsed(*clock, report.now) : report.now);
  report.workers = metrics::StatusBoard{block}.workers();
  flows::Reply reply;
  reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  reply.body = status::to_json(report);
  return reply;
}

}  // namespace

ngx_int_t answer_status(ngx_http_request_t* r) noexcept { return answer_operator(r, status_reply); }

void parse_status(const Directive& directive, LocationConf& /*conf*/) {
  set_operator_page(directive, answer_status);
}

}  // namespace vneid::ngx
