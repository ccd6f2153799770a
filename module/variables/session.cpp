// The session of a request, for variables and gates: read once, in a phase that can wait.

#include "module/variables/session.hpp"

#include <memory>
#include <new>
#include <optional>
#include <string>

#include "certain.hpp"
#include "module/conf/conf.hpp"
#include "module/guard.hpp"
#include "module/loop/process.hpp"
#include "module/loop/waiting_flow.hpp"
#include "module/pages/own_pages.hpp"
#include "module/pool.hpp"
#include "module/request/context.hpp"
#include "module/request/cookies.hpp"
#include "module/request/mark.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

/// The flow, and then its facts.
class IdentityRead {
 public:
  std::shared_ptr<const flows::Site> site;
  std::optional<WaitingFlow<flows::SharedFacts>> flow;
  flows::SharedFacts facts;  ///< when the flow is gone
  flows::SharedAssertion assertion;
};

namespace {

/// A backstop: the stores have their own, shorter times.
constexpr Milliseconds read_limit{10'000};

/// The flow dies with the request, whoever still holds its memory.
void end_with_request(ngx_http_request_t* r, IdentityRead& read) {
  ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(r, 0);
  if (cleanup == nullptr) throw std::bad_alloc();
  cleanup->handler = [](void* data) noexcept { static_cast<IdentityRead*>(data)->flow.reset(); };
  cleanup->data = &read;
}

[[nodiscard]] IdentityRead* find_read(ngx_http_request_t* r) noexcept {
  const RequestMark* found = find_mark(r->main);
  return found == nullptr ? nullptr : found->identity;
}

/// Takes the result over; what ended the flow otherwise leaves the session unknown.
void settle_read(IdentityRead& read) {
  read.facts = certain(read.flow).take(
      [](bool) { return flows::facts_of_nobody(flows::SessionFacts::State::unknown); });
  read.flow.reset();
}

}  // namespace

ngx_int_t read_identity(ngx_http_request_t* r, bool full) {
  IdentityRead* read = find_read(r);
  if (read == nullptr) {
    // The facts are the pool's: an access log asks for them when the request's cleanups have run.
    read = object_in_pool<IdentityRead>(r->pool);
    end_with_request(r, *read);
    read->site = location_conf(r).sites->of(r);
    mark(r).identity = read;
    auto& service = Process::current().service();
    if (auto known = service.identify_at_once(all_cookies(r), *read->site, full)) {
      read->facts = std::move(known);
      return NGX_OK;
    }
    flows::Request request = make_request(r);
    std::string reference = request.id;
    read->flow.emplace(Process::current(), r, "session", std::move(reference),
                       Process::current().service().identify(std::move(request), read->site, full));
    read->flow->start(read_limit);
    if (!read->flow->finished() && watch_client(r) != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!read->flow) return NGX_OK;
  if (!read->flow->finished()) return NGX_AGAIN;
  if (!r->discard_body) r->read_event_handler = ngx_http_block_reading;
  settle_read(*read);
  return NGX_OK;
}

ngx_int_t on_identity(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "vneid_identity", ngx_int_t{500}, [r]() -> ngx_int_t {
    const LocationConf& location = location_conf(r);
    const bool on = location.identity && *location.identity != IdentityScope::off;
    if (r != r->main || !on || !location.sites || is_own_page(r)) {
      return NGX_DECLINED;  // our pages read the session themselves
    }
    const ngx_int_t result = read_identity(r, *location.identity == IdentityScope::full);
    return result == NGX_OK ? NGX_DECLINED : result;
  });
}

flows::SharedFacts session_facts(ngx_http_request_t* r) noexcept {
  const IdentityRead* read = find_read(r);
  return read == nullptr ? nullptr : read->facts;
}

std::string_view session_assertion(ngx_http_request_t* r) {
  IdentityRead* read = find_read(r);
  if (read == nullptr || !read->facts) return {};
  if (!read->assertion) {
    read->assertion = Process::current().service().assertion(read->facts, *read->site);
  }
  return read->assertion ? std::string_view{*read->assertion} : std::string_view{};
}

}  // namespace vneid::ngx
