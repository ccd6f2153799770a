#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "async/wake.hpp"
#include "module/conf/conf.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Whom the portal knows the browser as.
struct PortalWord {
  std::string account;  ///< empty: nobody
  std::string kind;     ///< empty: not told
};

/// Asks the portal itself, through one of nginx's own locations and with the cookies that the
/// browser would have after the answer in hand, who that is (D15).
///
/// A subrequest that is no part of the response: our filters keep what it is answered. It may
/// outlive this object; then its answer is thrown away.
class PortalQuestion {
 public:
  PortalQuestion(EventLoop& loop, ngx_http_request_t* r, const PortalAsked& asked);
  PortalQuestion(const PortalQuestion&) = delete;
  PortalQuestion& operator=(const PortalQuestion&) = delete;
  ~PortalQuestion();

  /// The answer; or why it says nothing, for the log. Once.
  Task<std::expected<PortalWord, std::string>> ask();

  // For the filters.
  /// Whether the request is such a subrequest.
  static bool asks(ngx_http_request_t* r) noexcept;
  /// Its body, consumed.
  static void on_body(ngx_http_request_t* r, ngx_chain_t* in);

 private:
  static ngx_int_t on_end(ngx_http_request_t* asking, void* data, ngx_int_t status) noexcept;

  void begin();
  void conclude(ngx_http_request_t* asking, ngx_int_t status);
  void collect(const ngx_buf_t& buffer);
  [[nodiscard]] std::expected<std::string, std::string> read(ngx_http_request_t* asking,
                                                             const AnswerPart& part) const;

  ngx_http_request_t* r_;
  const PortalAsked& asked_;
  Wakeup ended_;
  std::string body_;
  bool readable_ = true;
  bool whole_ = false;  // what breaks off must not read as nobody
  std::expected<PortalWord, std::string> word_;
};

}  // namespace vneid::ngx
