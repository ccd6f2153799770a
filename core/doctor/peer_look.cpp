#include "doctor/peer_look.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <curl/curl.h>

#include "doctor/tls_probe.hpp"

namespace vneid::doctor {

namespace {

constexpr Milliseconds most_patience{5000};
constexpr int days_to_warn = 30;
constexpr std::size_t longest_quote = 120;
constexpr std::chrono::seconds noticeable{5};
constexpr std::chrono::seconds leeway{30};  // of ID tokens (core/oidc/provider_settings.hpp)

std::string cure_of(const TlsProblem& problem, const std::string& directive) {
  using Kind = TlsProblem::Kind;
  switch (problem.kind) {
    case Kind::unreachable:
      return "Open the way to it (firewall, DNS), or correct " + directive;
    case Kind::expired:
      return "Its operator must renew it; if it is fresh, correct this machine's clock";
    case Kind::expired_ca:
      return "Put the CA's new certificate into trusted_certificate, or update ca-certificates";
    case Kind::not_yet_valid:
      return "Correct this machine's clock, or ask its operator";
    case Kind::wrong_host:
      return "Use the name that the certificate is for, in " + directive;
    case Kind::unknown_ca:
      return "Name its CA in trusted_certificate, after making sure that it is theirs";
    case Kind::handshake:
      break;
  }
  return "See that it speaks TLS 1.2 or newer on this port";
}

bool is_loopback(std::string_view url) {
  return url.starts_with("http://127.") || url.starts_with("http://localhost") ||
         url.starts_with("http://[::1]");
}

}  // namespace

std::string quoted_from_peer(std::string_view text) {
  std::string quote{text.substr(0, longest_quote)};
  std::ranges::replace_if(quote, [](char c) { return c < ' ' || c > '~'; }, '?');
  return quote;
}

void judge_clock(const About& about, std::chrono::seconds ahead) {
  const std::chrono::seconds apart = std::chrono::abs(ahead);
  const std::string text = "this machine's clock is " + std::to_string(apart.count()) + " s " +
                           (ahead.count() > 0 ? "ahead of" : "behind") + " its clock";
  const char* cure = "Run a time service here (systemd-timesyncd or chrony), then ask theirs";
  if (apart > leeway) {
    about.wrong("peer.clock", text + ": its tokens are refused", cure);
  } else if (apart > noticeable) {
    about.warning("peer.clock", text, cure);
  } else {
    about.ok("peer.clock", "its clock and this machine's agree");
  }
}

bool PeerLook::look_at_transport(const char* check, const std::string& url) const {
  if (!url.starts_with("https://")) {
    if (is_loopback(url)) {
      about_.ok(check, url + " is on this machine, without TLS");
    } else {
      about_.wrong(check, url + " is spoken to without TLS: everybody between reads and changes it",
                   "Use https in " + directive_);
    }
    return true;
  }
  const auto facts = probe_tls(url, trusted_, std::min(timeout_, most_patience));
  if (!facts) {
    about_.wrong(check, url + ": " + facts.error().text, cure_of(facts.error(), directive_));
    return false;
  }
  const std::string text =
      "its certificate is trusted and good for " + std::to_string(facts->days_left) + " days";
  if (facts->days_left < days_to_warn) {
    about_.warning(check, text, "Ask its operator to renew it");
  } else {
    about_.ok(check, text);
  }
  return true;
}

std::optional<http::IncomingResponse> PeerLook::send(const char* check,
                                                     http::OutgoingRequest request) {
  request.trusted_certificates = trusted_;
  request.timeout = std::min(timeout_, most_patience);
  request.headers.emplace_back("Accept", "application/json");
  const Wall before = loop_.wall_now();
  try {
    http::IncomingResponse response = loop_.run(client_.send(std::move(request)));
    compare_clocks(response, before);
    return response;
  } catch (const http::ExchangeFailed& failure) {
    about_.wrong(check, std::string{"no answer: "} + failure.what(),
                 "Open the way to it (firewall, proxy), or ask its operator");
    return {};
  }
}

void PeerLook::compare_clocks(const http::IncomingResponse& response, Wall before) {
  if (std::exchange(clocks_compared_, true)) return;
  const std::string told{response.header("date")};
  const std::time_t theirs = curl_getdate(told.c_str(), nullptr);
  if (told.empty() || theirs < 0) return;
  // Somewhere between the two instants it wrote the second down, cut.
  const Wall ours = before + (loop_.wall_now() - before) / 2;
  const auto cut = std::chrono::floor<std::chrono::seconds>(ours);
  judge_clock(about_, cut - std::chrono::sys_seconds{std::chrono::seconds{theirs}});
}

}  // namespace vneid::doctor
