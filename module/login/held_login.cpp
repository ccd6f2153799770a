#include "module/login/held_login.hpp"

#include <utility>

#include "certain.hpp"
#include "module/guard.hpp"
#include "module/login/answer_headers.hpp"
#include "module/login/portal_cookie.hpp"
#include "module/login/portal_question.hpp"
#include "module/pool.hpp"
#include "module/request/context.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

namespace {

constexpr Milliseconds login_limit{10'000};

/// Held in memory until our part of a sign-out is done.
constexpr std::size_t most_sign_out_body = std::size_t{1024} * 1024;

/// Of the four bits of r->buffered SSI, sub_filter and the copy filter use the others. nginx names
/// this one for its image filter, which sets it in c->buffered and never here.
constexpr unsigned buffered_by_vneid = 0x08;

/// How nginx ends an answer that its upstream cut off: a flush and no last buffer, after the
/// upstream has been finalized. (From a cache the data come without an upstream at work, too.)
[[nodiscard]] bool breaks_off(const ngx_http_request_t* r, const ngx_chain_t* in) noexcept {
  return in != nullptr && in->next == nullptr && in->buf->flush && ngx_buf_size(in->buf) == 0 &&
         r->upstream != nullptr && r->upstream->cleanup == nullptr;
}

}  // namespace

HeldLogin::HeldLogin(ngx_http_request_t* r, std::shared_ptr<const LoginRule> rule,
                     std::shared_ptr<const flows::Site> site, HeldFor why, Outlet next)
    : r_(r),
      rule_(std::move(rule)),
      site_(std::move(site)),
      why_(std::move(why)),
      next_(next),
      request_(portal_request(r)),
      reference_(request_.id) {
  r->main_filter_need_in_memory = 1;
  // The range filter cuts bodies before our place and writes its header behind it.
  r->allow_ranges = 0;
}

const char* HeldLogin::what() const noexcept {
  return is_sign_out() ? "portal's sign-out" : "legacy login";
}

std::size_t HeldLogin::most_body() const noexcept {
  return is_sign_out() ? most_sign_out_body : rule_->max_body;
}

/// Consumes the buffers, so that the upstream can use them again. True: the last one was there.
bool HeldLogin::collect(ngx_chain_t* in) {
  bool last = false;
  for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
    ngx_buf_t* buffer = link->buf;
    last = last || buffer->last_buf;
    if (ngx_buf_in_memory(buffer)) {
      const auto size = static_cast<std::size_t>(buffer->last - buffer->pos);
      if (state_ == State::collecting && body_->size() <= most_body()) {
        body_->append(reinterpret_cast<const char*>(buffer->pos), size);
      }
    } else if (buffer->in_file && buffer->file_last > buffer->file_pos) {
      in_memory_ = false;
    }
    buffer->pos = buffer->last;
    buffer->file_pos = buffer->file_last;
  }
  return last;
}

ngx_int_t HeldLogin::on_body(ngx_chain_t* in) {
  switch (state_) {
    case State::collecting:
      return on_collecting(in);
    case State::waiting:
      return on_waiting(in);
    case State::answered:
      break;
  }
  if (in == nullptr) return next_.body(r_, nullptr);
  static_cast<void>(collect(in));
  return NGX_OK;
}

ngx_int_t HeldLogin::on_collecting(ngx_chain_t* in) {
  const bool broken = breaks_off(r_, in);
  const bool last = collect(in);
  if (body_->size() > most_body()) {
    return refuse(is_sign_out()
                      ? "the portal's answer is larger than 1 MB"
                      : "the portal's answer is larger than \"max_body=\" of \"vneid_login\"");
  }
  if (!in_memory_) return refuse("the portal's answer is not in memory");
  if (last) return begin();
  if (broken) return refuse("the portal's answer broke off");
  return NGX_OK;
}

Task<flows::LoginVerdict> HeldLogin::flow() {
  flows::Service& service = Process::current().service();
  WithheldAnswer answer;
  answer.status = static_cast<int>(r_->headers_out.status);
  answer.headers = withheld_headers(r_);
  if (is_sign_out()) {
    flows::PortalSignOut sign_out{std::move(answer)};
    return service.portal_sign_out(std::move(request_), std::move(sign_out), site_);
  }
  flows::LegacyLogin login;
  login.proof = rule_->proof;
  login.account_form = rule_->account_form;
  login.session_cookie = rule_->cookie;
  login.return_to = rule_->return_to;
  login.answer = std::move(answer);
  body_->shrink_to_fit();
  login.body = body_;
  if (auto* recognised = std::get_if<Recognised>(&why_)) {
    login.account = std::move(recognised->account);
    login.kind = std::move(recognised->kind);
    return service.legacy_login(std::move(request_), std::move(login), site_);
  }
  login.kind = std::move(std::get<ToBeAsked>(why_).kind);
  return ask_first(std::move(login));
}

/// The portal's word is what makes it a login, and of whom.
Task<flows::LoginVerdict> HeldLogin::ask_first(flows::LegacyLogin login) {
  Process& process = Process::current();
  const PortalAsked& asked = certain(rule_->asked);
  PortalQuestion question{process.loop(), r_, asked};
  auto word = co_await question.ask();
  if (!word) {
    const flows::UnknownLogin unknown{login.kind, "ask=" + asked.uri + ": " + word.error()};
    co_return process.service().unknown_login(std::move(request_), unknown, site_);
  }
  nobody_ = word->account.empty();
  if (nobody_) co_return flows::LoginVerdict{};
  login.account = std::move(word->account);
  if (!word->kind.empty()) login.kind = std::move(word->kind);
  co_return co_await process.service().legacy_login(std::move(request_), std::move(login), site_);
}

ngx_int_t HeldLogin::begin() {
  flow_.emplace(Process::current(), r_, what(), reference_, flow());
  state_ = State::waiting;
  flow_->start(login_limit);
  if (flow_->finished()) return finish();
  r_->buffered = (r_->buffered | buffered_by_vneid) & 0x0fU;
  // Whoever sent the last buffer finalizes the request now, which puts nginx's writer in charge.
  // This event comes after that; on_waiting then takes over.
  ngx_event_t* event = r_->connection->write;
  ngx_post_event(event, &ngx_posted_events);
  return NGX_OK;
}

ngx_int_t HeldLogin::on_waiting(ngx_chain_t* in) {
  static_cast<void>(collect(in));
  if (certain(flow_).finished()) return finish();
  if (in != nullptr || r_->write_event_handler == on_write) return NGX_OK;
  // nginx's writer would give up after send_timeout, and waits for the socket, not for us.
  r_->write_event_handler = on_write;
  return watch_client(r_);
}

void HeldLogin::on_write(ngx_http_request_t* r) noexcept {
  r->connection->write->timedout = 0;
  const RequestContext* found = find_context(r);
  if (found == nullptr || found->held == nullptr) return;
  const HeldLogin& held = *found->held;
  if (held.state_ == State::waiting && !certain(held.flow_).finished()) return;
  r->write_event_handler = ngx_http_request_empty_handler;
  ngx_http_finalize_request(r, ngx_http_output_filter(r, nullptr));
}

ngx_int_t HeldLogin::finish() {
  r_->buffered = r_->buffered & ~buffered_by_vneid & 0x0fU;
  state_ = State::answered;
  const flows::LoginVerdict outcome = certain(flow_).take([this](bool) {
    flows::LoginVerdict refused;
    refused.reply = plain_reply(NGX_HTTP_SERVICE_UNAVAILABLE, reference_);
    return refused;
  });
  if (outcome.reply) return send_reply(r_, *outcome.reply, next_);
  if (nobody_) follow_portal_cookie(r_);
  return release(outcome.added_headers);
}

ngx_int_t HeldLogin::release(const HeaderList& added) {
  add_headers(r_, added);
  const ngx_int_t sent = next_.header(r_);
  if (sent == NGX_ERROR || sent > NGX_OK || r_->header_only) return sent;
  return send_body(r_, *body_, next_);
}

void HeldLogin::drop() noexcept {
  r_->buffered = r_->buffered & ~buffered_by_vneid & 0x0fU;
  flow_.reset();
}

ngx_int_t HeldLogin::refuse(const char* why) {
  ngx_log_error(NGX_LOG_ERR, r_->connection->log, 0, "vneid: %s: %s, reference %s", what(), why,
                reference_.c_str());
  main_conf(r_).settings->metrics.add(metrics::Login::refused);
  return answer_now(plain_reply(NGX_HTTP_BAD_GATEWAY, reference_));
}

ngx_int_t HeldLogin::answer_now(const flows::Reply& reply) {
  state_ = State::answered;
  body_.reset();
  r_->keepalive = 0;  // the portal may still be sending, and the next request would wait for it
  return send_reply(r_, reply, next_);
}

}  // namespace vneid::ngx
