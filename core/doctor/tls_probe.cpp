#include "doctor/tls_probe.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.hpp"

namespace vneid::doctor {

namespace {

using Kind = TlsProblem::Kind;

std::unexpected<TlsProblem> problem(Kind kind, std::string text) {
  return std::unexpected{TlsProblem{kind, std::move(text)}};
}

struct Address {
  std::string host;
  std::string port;
};

Address address_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  const auto part = [&parsed](CURLUPart wanted, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), wanted, &text, flags) != CURLUE_OK) return std::string{};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return std::string{text};
  };
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  Address address{part(CURLUPART_HOST, 0), part(CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  if (address.host.starts_with('[')) address.host = address.host.substr(1, address.host.size() - 2);
  return address;
}

/// A connected socket with time limits, closed at the end.
class Connection {
 public:
  explicit Connection(Milliseconds patience) noexcept
      : limit_{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000} {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  /// The cause of a failure, or empty.
  std::string open(const Address& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
    if (failure != 0) return "there is no host " + address.host + ": " + ::gai_strerror(failure);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    std::string cause;
    for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
      if (connect(*next)) return {};
      cause = std::strerror(errno);
    }
    return cause;
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  bool connect(const addrinfo& to) noexcept {
    close();
    fd_ = ::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC, to.ai_protocol);
    if (fd_ < 0) return false;
    // On Linux the time limit for sending holds for connecting too.
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit_, sizeof(limit_));
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit_, sizeof(limit_));
    return ::connect(fd_, to.ai_addr, to.ai_addrlen) == 0;
  }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  timeval limit_;
  int fd_ = -1;
};

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

using Bio = std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, crypto::HandleDeleter<X509_free>>;

bool trust(SSL_CTX* context, const std::string& pem) {
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  bool any = false;
  while (bio) {
    const Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    if (!certificate) break;
    any = X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) == 1 || any;
  }
  ERR_clear_error();
  return any;
}

Context make_context(const http::TrustedCertificates& trusted) {
  Context context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // judged afterwards, to tell why
  const bool trusts = trusted ? trust(context.get(), *trusted)
                              : SSL_CTX_set_default_verify_paths(context.get()) == 1;
  if (!trusts) context.reset();
  return context;
}

void name_host(SSL* session, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  const bool is_address = ::inet_pton(AF_INET, host.c_str(), binary.data()) == 1 ||
                          ::inet_pton(AF_INET6, host.c_str(), binary.data()) == 1;
  if (is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str());
    return;
  }
  SSL_set1_host(session, host.c_str());
  SSL_set_tlsext_host_name(session, host.c_str());
}

int days_left(SSL* session) {
  int fewest = std::numeric_limits<int>::max();
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(session);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    int days = 0;
    int seconds = 0;
    ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(sk_X509_value(chain, i)));
    fewest = std::min(fewest, days);
  }
  return fewest;
}

std::expected<TlsFacts, TlsProblem> judge(SSL* session) {
  const long verdict = SSL_get_verify_result(session);
  switch (verdict) {
    case X509_V_OK:
      return TlsFacts{days_left(session)};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      if (days_left(session) >= 0) {  // all that it has sent
        return problem(Kind::expired_ca,
                       "the CA that signed its certificate has expired, as we have it");
      }
      return problem(Kind::expired, "its certificate has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return problem(Kind::not_yet_valid, "its certificate is not valid yet");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return problem(Kind::wrong_host, "its certificate is for another host");
    default:
      return problem(Kind::unknown_ca, std::string{"its certificate is not trusted: "} +
                                           X509_verify_cert_error_string(verdict));
  }
}

std::string last_tls_error() {
  std::array<char, 256> text{};
  const unsigned long error = ERR_get_error();
  if (error == 0) return "the other side broke off, or speaks no TLS";
  ERR_error_string_n(error, text.data(), text.size());
  return text.data();
}

}  // namespace

std::expected<TlsFacts, TlsProblem> probe_tls(const std::string& url,
                                              const http::TrustedCertificates& trusted,
                                              Milliseconds patience) {
  const Address address = address_of(url);
  Connection connection{patience};
  if (const std::string cause = connection.open(address); !cause.empty()) {
    return problem(Kind::unreachable, address.host + " port " + address.port + ": " + cause);
  }
  const Context context = make_context(trusted);
  if (!context) return problem(Kind::unknown_ca, "no trusted CA: " + last_tls_error());
  const Session session{SSL_new(context.get()), &SSL_free};
  if (!session) return problem(Kind::handshake, last_tls_error());
  name_host(session.get(), address.host);
  SSL_set_fd(session.get(), connection.fd());
  if (SSL_connect(session.get()) != 1) return problem(Kind::handshake, last_tls_error());
  return judge(session.get());
}

}  // namespace vneid::doctor
