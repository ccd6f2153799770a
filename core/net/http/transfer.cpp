#include "net/http/transfer.hpp"

#include <algorithm>

#include "net/http/multi.hpp"
#include "text/ascii.hpp"

namespace vneid::http {

namespace {

constexpr std::size_t most_header_bytes = std::size_t{64} * 1024;

constexpr const char* body_too_large = "the answer is too large";
constexpr const char* headers_too_large = "the answer's headers are too large";
constexpr const char* end_not_marked = "the answer's end is not marked";
constexpr const char* no_memory = "out of memory";

bool breaks_header(std::string_view value) noexcept {
  constexpr std::string_view breaking("\r\n\0", 3);
  return value.find_first_of(breaking) != std::string_view::npos;
}

FailureKind kind_of(CURLcode result) noexcept {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return FailureKind::refused;
    case CURLE_OPERATION_TIMEDOUT:
      return FailureKind::timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return FailureKind::tls;
    default:
      return FailureKind::protocol;
  }
}

/// Header lines as libcurl gives them, with their ends.
std::string_view trimmed(std::string_view line) noexcept {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return text::trim(line);
}

}  // namespace

Transfer::Transfer(EventLoop& loop, OutgoingRequest request)
    : request_(std::move(request)), url_(curl_url()), easy_(curl_easy_init()), finished_(loop) {
  if (!url_ || !easy_) throw ExchangeFailed("libcurl has no memory");
  set_url();
  set_method();
  set_headers();
  set_limits();
  set_trust();
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
}

Transfer::~Transfer() {
  if (multi_ != nullptr) multi_->remove(*this);
}

Transfer& Transfer::of(CURL* handle) noexcept {
  char* self = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
  return *reinterpret_cast<Transfer*>(self);
}

ExchangeFailed Transfer::failed(const std::string& cause) const {
  return ExchangeFailed{(host_.empty() ? std::string("http") : host_) + ": " + cause, kind_};
}

template <class Value>
void Transfer::set(CURLoption option, Value value) {
  const CURLcode result = curl_easy_setopt(easy_.get(), option, value);
  if (result != CURLE_OK) throw failed(curl_easy_strerror(result));
}

void Transfer::set_url() {
  const auto refused =
      curl_url_set(url_.get(), CURLUPART_URL, request_.url.c_str(), CURLU_DISALLOW_USER);
  if (refused != CURLUE_OK || request_.url.find('\0') != std::string::npos) {
    throw failed("the URL is not well-formed");
  }
  char* host = nullptr;
  if (curl_url_get(url_.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    const std::unique_ptr<char, CurlDeleter> owner(host);
    host_ = host;
  }
  set(CURLOPT_CURLU, url_.get());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // also turns the environment's proxies off
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
}

void Transfer::set_method() {
  if (!text::is_token(request_.method)) throw failed("the method is not well-formed");
  const bool has_body = !request_.body.empty();
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request_.method == "POST" || has_body) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    if (request_.method != "POST") set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  } else if (request_.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
}

void Transfer::set_headers() {
  const auto append = [this](const std::string& line) {
    curl_slist* grown = curl_slist_append(header_list_.get(), line.c_str());
    if (grown == nullptr) throw failed(no_memory);
    if (!header_list_) header_list_.reset(grown);  // later it is the same list, grown
  };
  append("Expect:");  // no 100-continue: it costs a round trip and proxies stumble over it
  for (const auto& [name, value] : request_.headers) {
    if (!text::is_token(name) || breaks_header(value)) throw failed("a header is not well-formed");
    std::string line = name;
    line += trimmed(value).empty() ? ";" : ": " + value;  // libcurl's spelling
    append(line);
  }
  set(CURLOPT_HTTPHEADER, header_list_.get());
  set(CURLOPT_USERAGENT, "vneid");
  // Only these two: their decoders are bounded by on_body, which sees decoded bytes.
  set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
}

void Transfer::set_limits() {
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  const auto timeout = std::max<long>(1, static_cast<long>(request_.timeout.count()));
  set(CURLOPT_TIMEOUT_MS, timeout);
  set(CURLOPT_CONNECTTIMEOUT_MS, timeout);
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request_.max_body));
  set(CURLOPT_MAXAGE_CONN, 60L);
  set(CURLOPT_MAXLIFETIME_CONN, 600L);
  // Otherwise giving up during name resolution waits for the resolver's thread (libcurl 7.87+).
  set(CURLOPT_QUICK_EXIT, 1L);
}

void Transfer::set_trust() {
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request_.trusted_certificates) return;
  // libcurl only reads it, and request_ keeps it as long as the transfer lives.
  curl_blob certificates{.data = const_cast<char*>(request_.trusted_certificates->data()),
                         .len = request_.trusted_certificates->size(),
                         .flags = CURL_BLOB_NOCOPY};
  set(CURLOPT_CAINFO_BLOB, &certificates);
  // Debian's libcurl also looks into /etc/ssl/certs unless told not to.
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count,
                                void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > most_header_bytes) {
    transfer.failure_ = headers_too_large;
    return 0;
  }
  try {
    if (transfer.add_header_line(line)) return line.size();
  } catch (const std::exception&) {
    transfer.failure_ = no_memory;
  }
  return 0;
}

bool Transfer::add_header_line(std::string_view line) {
  if (headers_complete_) return true;  // trailers
  if (expects_status_line_) {
    expects_status_line_ = false;
    response_.headers.clear();
    return true;
  }
  if (trimmed(line).empty()) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    expects_status_line_ = status < 200;  // an interim answer: another one follows
    headers_complete_ = !expects_status_line_;
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !text::is_token(line.substr(0, colon))) return true;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), text::ascii_lower);
  response_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return true;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  std::string& body = transfer.response_.body;
  if (length > transfer.request_.max_body - body.size()) {
    transfer.failure_ = body_too_large;
    return 0;
  }
  try {
    body.append(data, length);
  } catch (const std::exception&) {
    transfer.failure_ = no_memory;
    return 0;
  }
  return length;
}

void Transfer::finish(CURLcode result) noexcept {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  kind_ = kind_of(result);
  if (result == CURLE_FILESIZE_EXCEEDED) failure_ = body_too_large;
  if (result != CURLE_OK && failure_ == nullptr) failure_ = curl_easy_strerror(result);
  // libcurl takes a connection's end for the body's end even without TLS's farewell, so a body
  // without a length could be cut anywhere and nobody would know.
  const bool measured =
      !response_.header("content-length").empty() || !response_.header("transfer-encoding").empty();
  const bool has_body = request_.method != "HEAD" && status != 204 && status != 304;
  if (has_body && !measured && failure_ == nullptr) failure_ = end_not_marked;
  finished_.wake();
}

void Transfer::fail(const char* cause) noexcept {
  failure_ = cause;
  finished_.wake();
}

IncomingResponse Transfer::take() {
  if (failure_ != nullptr) throw failed(failure_);
  return std::move(response_);
}

}  // namespace vneid::http
