#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "module/conf/conf.hpp"
#include "module/login/recognise.hpp"
#include "module/loop/waiting_flow.hpp"
#include "module/pages/reply.hpp"

namespace vneid::ngx {

/// The portal's answer to a sign-out.
struct SignOut {};

/// Why an answer is held.
using HeldFor = std::variant<Recognised, ToBeAsked, SignOut>;

/// The portal's answer to a login, or to a sign-out, from its header to what becomes of it (D5).
///
/// The header stays in r->headers_out, untouched; the body is collected here. With its last buffer
/// the flow starts; the request is kept alive by a bit in r->buffered, as any filter with output
/// to come does. When the flow has ended, the core's reply or the portal's answer goes on behind
/// our place in the chain of filters. Dies with the request.
class HeldLogin {
 public:
  /// `rule` is the location's; without one for a sign-out.
  HeldLogin(ngx_http_request_t* r, std::shared_ptr<const LoginRule> rule,
            std::shared_ptr<const flows::Site> site, HeldFor why, Outlet next);

  /// The body filter for this request. `in` is null when nginx wants output to go on.
  ngx_int_t on_body(ngx_chain_t* in);
  /// Answers without waiting for the rest of the portal's answer, which is then thrown away.
  ngx_int_t answer_now(const flows::Reply& reply);
  /// Something else has answered the request.
  void drop() noexcept;

 private:
  enum class State { collecting, waiting, answered };

  static void on_write(ngx_http_request_t* r) noexcept;

  [[nodiscard]] bool collect(ngx_chain_t* in);
  ngx_int_t on_collecting(ngx_chain_t* in);
  ngx_int_t on_waiting(ngx_chain_t* in);
  ngx_int_t begin();
  ngx_int_t finish();
  ngx_int_t release(const HeaderList& added);
  ngx_int_t refuse(const char* why);
  [[nodiscard]] Task<flows::LoginVerdict> flow();
  [[nodiscard]] Task<flows::LoginVerdict> ask_first(flows::LegacyLogin login);
  [[nodiscard]] std::size_t most_body() const noexcept;
  [[nodiscard]] const char* what() const noexcept;

  [[nodiscard]] bool is_sign_out() const noexcept { return std::holds_alternative<SignOut>(why_); }

  ngx_http_request_t* r_;
  std::shared_ptr<const LoginRule> rule_;
  std::shared_ptr<const flows::Site> site_;
  HeldFor why_;
  Outlet next_;
  flows::Request request_;
  std::string reference_;
  std::shared_ptr<std::string> body_ = std::make_shared<std::string>();
  bool in_memory_ = true;
  bool nobody_ = false;  // logged in, as the portal says
  State state_ = State::collecting;
  std::optional<WaitingFlow<flows::LoginVerdict>> flow_;
};

}  // namespace vneid::ngx
