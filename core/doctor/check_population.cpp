#include <string>
#include <utility>

#include "doctor/checks.hpp"
#include "doctor/peer_look.hpp"

namespace vneid::doctor {

void check_population(const PopulationSource& source, Findings& findings) {
  const population::Settings& settings = source.settings;
  const About about{findings, "population " + settings.name, source.at};
  PeerLook peer{about, "vneid_population", settings.trusted_certificates, settings.timeout};
  if (!peer.look_at_transport("population.tls", settings.endpoint)) return;
  http::OutgoingRequest request;  // no body, so nobody is asked for
  request.method = "HEAD";
  request.url = settings.endpoint;
  const auto response = peer.send("population.reach", std::move(request));
  if (!response) return;
  const std::string status = "status " + std::to_string(response->status);
  if (response->status >= 500) {
    about.wrong("population.reach", "answers with " + status, "Ask the platform's operator");
  } else {
    about.ok("population.reach", "answers (" + status + " to a question about nobody)");
  }
}

}  // namespace vneid::doctor
