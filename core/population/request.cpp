#include "population/request.hpp"

#include <stdexcept>
#include <utility>

#include "crypto/digest.hpp"
#include "identity/name_key.hpp"
#include "population/facade.hpp"
#include "population/soap.hpp"

namespace vneid::population {

namespace {

void authorize(http::OutgoingRequest& request, const Settings& settings, Wall now) {
  const std::string timestamp = std::to_string(now.time_since_epoch().count());
  request.headers.emplace_back("Timestamp", timestamp);
  const std::string password =
      crypto::hex(crypto::sha256(settings.endpoint + settings.user + timestamp + settings.secret));
  request.headers.emplace_back("Authorization",
                               "Basic " + crypto::base64_encode(settings.user + ":" + password));
}

}  // namespace

const char* integration_code(Settings::Service service) noexcept {
  return service == Settings::Service::look_up ? "037" : "033";
}

std::optional<identity::Cmnd> sent_cmnd(const Settings& settings, const Question& question) {
  const bool takes_both =
      settings.profile == Settings::Profile::soap && settings.service == Settings::Service::verify;
  return takes_both || !question.number ? question.cmnd : std::nullopt;
}

std::string asked_name(const Question& question) {
  if (!question.number && !question.cmnd) throw std::invalid_argument("a question without number");
  auto keys = identity::NameKeys::make(question.name);
  if (!keys) throw std::invalid_argument("a question without a usable name");
  return std::move(keys->loose);
}

http::OutgoingRequest make_request(const Settings& settings, const Question& question,
                                   const std::string& request_id, Wall now) {
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = settings.endpoint;
  request.trusted_certificates = settings.trusted_certificates;
  request.timeout = settings.timeout;
  if (settings.profile == Settings::Profile::soap) {
    request.headers.emplace_back("Content-Type", "text/xml; charset=utf-8");
    request.headers.emplace_back("SOAPAction", "\"\"");
    request.body = soap_request(settings, question, request_id);
  } else {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = facade_request(settings, question, request_id);
  }
  if (!settings.user.empty()) authorize(request, settings, now);
  if (!settings.client.empty()) request.headers.emplace_back("X-Road-Client", settings.client);
  if (!settings.api_key.empty()) request.headers.emplace_back("ApiKey", settings.api_key);
  return request;
}

}  // namespace vneid::population
