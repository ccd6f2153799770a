#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "async/event_loop.hpp"
#include "async/wake.hpp"
#include "net/http/client.hpp"

namespace vneid::http {

class Multi;

struct CurlDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  void operator()(char* text) const noexcept { curl_free(text); }
};

/// One exchange: libcurl's easy handle with what it reads from and writes to. Lives in the
/// caller's frame; its destructor takes the exchange down.
class Transfer {
 public:
  /// Throws ExchangeFailed when the request cannot be made as it stands.
  Transfer(EventLoop& loop, OutgoingRequest request);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }
  [[nodiscard]] static Transfer& of(CURL* handle) noexcept;

  /// Called by Multi: where it runs, null once it does not.
  void runs_in(Multi* multi) noexcept { multi_ = multi; }
  void finish(CURLcode result) noexcept;
  void fail(const char* cause) noexcept;

  [[nodiscard]] Wakeup& finished() noexcept { return finished_; }
  /// The answer; throws ExchangeFailed.
  [[nodiscard]] IncomingResponse take();

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;

  template <class Value>
  void set(CURLoption option, Value value);
  void set_url();
  void set_method();
  void set_headers();
  void set_limits();
  void set_trust();
  [[nodiscard]] ExchangeFailed failed(const std::string& cause) const;
  [[nodiscard]] bool add_header_line(std::string_view line);

  OutgoingRequest request_;
  std::string host_;
  std::unique_ptr<CURLU, CurlDeleter> url_;
  std::unique_ptr<curl_slist, CurlDeleter> header_list_;
  std::unique_ptr<CURL, CurlDeleter> easy_;
  Multi* multi_ = nullptr;
  IncomingResponse response_;
  std::size_t header_bytes_ = 0;
  bool expects_status_line_ = true;
  bool headers_complete_ = false;
  const char* failure_ = nullptr;  // a static text
  FailureKind kind_ = FailureKind::other;
  Wakeup finished_;
};

}  // namespace vneid::http
