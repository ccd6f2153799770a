#include "module/pages/metrics.hpp"

#include "certain.hpp"
#include "metrics/exposition.hpp"
#include "module/pages/operator_page.hpp"
#include "module/pages/zone.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] flows::Reply metrics_reply(ngx_http_request_t* r) {
  const MainConf& conf = main_conf(r);
  conf.metrics.add(metrics::Scrape::metrics);
  const auto format = metrics::negotiate_format(request_header(r, "accept"));
  metrics::Gauges gauges;
  const metrics::SharedBlock& block = certain(conf.block);
  gauges.workers = metrics::StatusBoard{block}.workers().size();
  gauges.counting_since = block.created();
  flows::Reply reply;
  reply.headers = {{"Content-Type", std::string{metrics::content_type(format)}},
                   {"Cache-Control", "no-store"},
                   {"Vary", "Accept"}};
  reply.body = metrics::render(conf.metrics, gauges, format);
  return reply;
}

}  // namespace

ngx_int_t answer_metrics(ngx_http_request_t* r) noexcept {
  return answer_operator(r, metrics_reply);
}

void parse_metrics(const Directive& directive, LocationConf& /*conf*/) {
  set_operator_page(directive, answer_metrics);
}

}  // namespace vneid::ngx
