#include "module/gate/gate.hpp"

#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "certain.hpp"
#include "module/conf/conf.hpp"
#include "module/gate/answer.hpp"
#include "module/guard.hpp"
#include "module/login/portal_question.hpp"
#include "module/loop/waiting_flow.hpp"
#include "module/pages/own_pages.hpp"
#include "module/pages/page_exchange.hpp"
#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "module/request/context.hpp"
#include "module/request/cookies.hpp"
#include "module/request/mark.hpp"
#include "module/request/request.hpp"
#include "module/variables/session.hpp"

namespace vneid::ngx {

/// The question whether a request may go on. Dies with the request.
class GateExchange {
 public:
  GateExchange(Process& process, ngx_http_request_t* r, std::string reference,
               flows::Request request, const LocationConf& location)
      : flow(process, r, "gate", std::move(reference),
             process.service().gate(std::move(request), location.gate_sites->of(r),
                                    certain(location.gate->requirement), session_facts(r))) {}

  WaitingFlow<flows::GateVerdict> flow;
};

namespace {

/// A backstop: Redis has its own, shorter time.
constexpr Milliseconds gate_limit{10'000};

/// By `if=`: nothing and "0" are no, whatever else is yes. `vneid $variable` is not asked: what it
/// turns on and off is logins.
[[nodiscard]] bool asks(ngx_http_request_t* r, const GateRule& gate) {
  if (gate.condition == nullptr) return true;
  ngx_str_t value{};
  if (ngx_http_complex_value(r, gate.condition, &value) != NGX_OK) throw std::bad_alloc();
  return value.len != 0 && view(value) != "0";
}

[[nodiscard]] unsigned bit_of(const LocationConf& location) {
  return 1U << static_cast<unsigned>(certain(location.gate->requirement));
}

[[nodiscard]] bool admitted(ngx_http_request_t* r, const LocationConf& location) {
  const RequestMark* found = find_mark(r);
  return found != nullptr && (found->admitted & bit_of(location)) != 0;
}

Task<flows::Reply> ready(flows::Reply reply) { co_return reply; }

ngx_int_t keep_body(ngx_http_request_t* r) {
  const LocationConf& location = location_conf(r);
  flows::Request request = portal_request(r);
  Body body = request_body(r, location.gate->max_body);
  request.body_is_form = request.body_is_form && body.state == BodyState::kept;
  request.body = std::move(body.text);
  std::string reference = request.id;
  return begin_answer(
      r, std::move(reference),
      Process::current().service().keep_post(std::move(request), location.gate_sites->of(r)));
}

void on_body(ngx_http_request_t* r) noexcept {
  const ngx_int_t result =
      guard(r->connection->log, "gate", ngx_int_t{500}, [r] { return keep_body(r); });
  if (result != NGX_AGAIN) ngx_http_finalize_request(r, result);
}

/// The body is read first, by whom it belongs to: nginx's reader may finalize the request itself
/// (code-models.md §1.4), so the phase gives its hold on it up.
ngx_int_t keep_post(ngx_http_request_t* r, std::string reference) {
  const LocationConf& location = location_conf(r);
  const off_t length = r->headers_in.content_length_n;
  if (body_is_form(r) && length <= static_cast<off_t>(location.gate->max_body)) {
    const ngx_int_t read = ngx_http_read_client_request_body(r, on_body);
    ngx_http_finalize_request(r, read >= NGX_HTTP_SPECIAL_RESPONSE ? read : NGX_DONE);
    return NGX_DONE;
  }
  flows::Request request = portal_request(r);
  request.body_is_form = false;  // nothing is kept, and nothing waited for
  return answer_instead(
      r, std::move(reference),
      Process::current().service().keep_post(std::move(request), location.gate_sites->of(r)));
}

ngx_int_t conclude(ngx_http_request_t* r, GateExchange& exchange) {
  std::string reference = exchange.flow.reference();
  flows::GateVerdict verdict = exchange.flow.take([&reference](bool) {
    flows::GateVerdict refused;
    refused.next = flows::GateVerdict::Next::answer;
    refused.reply = plain_reply(NGX_HTTP_SERVICE_UNAVAILABLE, reference);
    return refused;
  });
  context(r).gate = nullptr;
  switch (verdict.next) {
    case flows::GateVerdict::Next::pass:
      mark(r).admitted |= bit_of(location_conf(r));
      return NGX_DECLINED;
    case flows::GateVerdict::Next::keep_post:
      return keep_post(r, std::move(reference));
    case flows::GateVerdict::Next::answer:
      break;
  }
  return answer_instead(r, std::move(reference), ready(std::move(verdict.reply)));
}

/// The verdict is there: the phase is run again, and finds it.
void on_write(ngx_http_request_t* r) noexcept {
  const RequestContext* found = find_context(r);
  if (found == nullptr || found->gate == nullptr || !found->gate->flow.finished()) return;
  r->read_event_handler = ngx_http_block_reading;
  r->write_event_handler = ngx_http_core_run_phases;
  ngx_http_core_run_phases(r);
}

[[nodiscard]] bool passes_at_once(ngx_http_request_t* r, const LocationConf& location) {
  return Process::current().service().passes_at_once(all_cookies(r), *location.gate_sites->of(r),
                                                     certain(location.gate->requirement),
                                                     session_facts(r).get());
}

ngx_int_t begin(ngx_http_request_t* r, const LocationConf& location) {
  flows::Request request = portal_request(r);
  std::string reference = request.id;
  auto* exchange = object_of_request(
      r, std::make_unique<GateExchange>(Process::current(), r, std::move(reference),
                                        std::move(request), location));
  context(r).gate = exchange;
  const ngx_int_t begun = exchange->flow.start(gate_limit, on_write);
  if (begun == NGX_OK) return conclude(r, *exchange);
  return begun == NGX_AGAIN ? NGX_AGAIN : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace

ngx_int_t on_access(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "gate", ngx_int_t{500}, [r]() -> ngx_int_t {
    const LocationConf& location = location_conf(r);
    if (!location.gate || !location.gate->requirement) return NGX_DECLINED;
    if (is_own_page(r) || admitted(r, location) || !asks(r, *location.gate)) return NGX_DECLINED;
    if (PortalQuestion::asks(r)) return NGX_DECLINED;  // it decides who may enter
    // A subrequest shows part of what its main request asked for: that decides.
    if (r != r->main) return NGX_HTTP_FORBIDDEN;
    RequestContext& here = context(r);
    if (here.gate == nullptr) {
      if (passes_at_once(r, location)) {
        mark(r).admitted |= bit_of(location);
        return NGX_DECLINED;
      }
      return begin(r, location);
    }
    if (here.gate->flow.finished()) return conclude(r, *here.gate);
    return NGX_AGAIN;
  });
}

ngx_int_t on_precontent(ngx_http_request_t* r) noexcept {
  return is_own_page(r) ? NGX_OK : on_access(r);
}

}  // namespace vneid::ngx
