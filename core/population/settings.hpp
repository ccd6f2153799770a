#pragma once

#include <cstdint>
#include <string>

#include "async/event_loop.hpp"
#include "net/call_observer.hpp"
#include "net/http/trusted_certificates.hpp"

namespace vneid::population {

/// A token bucket: `tokens` come in every `period`, at most `burst` are kept.
struct Rate {
  unsigned tokens = 20;
  Milliseconds period{1000};
  unsigned burst = 20;
};

/// A source of the population database as `vneid_population` describes it (domain.md §3).
struct Settings {
  /// `json`: the façade of a provincial platform. `soap`: SOAP 1.1, the services themselves.
  enum class Profile : std::uint8_t { json, soap };
  /// `look_up` (037) gives the citizen's record; `verify` (033) says only whether number and name
  /// belong together.
  enum class Service : std::uint8_t { look_up, verify };

  std::string name;  ///< of the source in nginx.conf; part of its keys in Redis
  Profile profile = Profile::json;
  Service service = Service::look_up;
  std::string endpoint;            ///< http or https URL that is posted to
  std::string user;                ///< of the Authorization header; empty: no such header
  std::string secret;              ///< goes with `user`
  std::string api_key;             ///< header ApiKey; empty: none
  std::string client;              ///< header X-Road-Client; empty: none
  std::string officer;             ///< MaCanBo: on whose behalf this system asks
  std::string unit;                ///< MaDonVi
  std::string account;             ///< TaiKhoan; empty: left out
  std::string procedure = "VPCP";  ///< MaDVC, MaDichVu
  http::TrustedCertificates trusted_certificates;  ///< the only CAs trusted; null: the system's
  Milliseconds timeout{5000};
  Rate rate;  ///< of all workers together
  Rate citizen_rate{.tokens = 10, .period = Milliseconds{3'600'000}, .burst = 5};
  /// Different numbers asked about from one network (limited_network()), and by everybody.
  Rate address_rate{.tokens = 30, .period = Milliseconds{3'600'000}, .burst = 12};
  Rate numbers_rate{.tokens = 3600, .period = Milliseconds{3'600'000}, .burst = 1000};
  unsigned in_flight = 16;             ///< calls at a time, of one worker; further ones are refused
  unsigned circuit_failures = 5;       ///< in a row, after which the circuit opens
  CallObserver* observer = nullptr;    ///< of calls that go out; null: nobody
  Milliseconds circuit_pause{30'000};  ///< how long it stays open before one call probes
};

}  // namespace vneid::population
