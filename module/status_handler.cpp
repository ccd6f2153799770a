#include "status_handler.hpp"

#include "operator_page.hpp"
#include "status/status_json.hpp"
#include "zone.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] Reply status_reply(ngx_http_request_t* r) {
  const MainConf& conf = main_conf(r);
  conf.metrics.add(metrics::Scrape::status);
  if (Presence* presence = Presence::current()) presence->publish();
  status::Report report;
  report.now = wall_clock();
  report.counting_since = conf.block->created();
  report.answered_by = ngx_pid;
  report.generation = conf.generation;
  report.workers = metrics::StatusBoard{*conf.block}.workers();
  Reply reply;
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
