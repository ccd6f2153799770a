#include "population/answer.hpp"

#include <string>

#include "population/facade.hpp"
#include "population/xml_answer.hpp"

namespace vneid::population {

namespace {

std::unexpected<Unusable> broken(std::string text) {
  return std::unexpected{Unusable{.text = std::move(text)}};
}

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// A status that is no success, and whether a service's Fault came with it, which tells a refusing
/// service from a gateway that cannot reach it.
std::unexpected<Unusable> refused(const Settings& settings, int status, std::string_view body) {
  std::string text = "status " + std::to_string(status);
  if (settings.profile == Settings::Profile::soap && is_soap_fault(body)) text += ", a SOAP Fault";
  return broken(std::move(text));
}

}  // namespace

std::expected<Finding, Unusable> read_answer(const Settings& settings, int status,
                                             std::string_view body, int current_year) {
  if (status != 200) return refused(settings, status, body);
  if (body.empty()) return broken("the answer has no body");
  if (settings.profile == Settings::Profile::soap) {
    return read_envelope(body, settings.service, current_year);
  }
  const auto message = facade_message(body);
  if (!message) return broken(message.error());
  if (is_blank(*message)) return Nobody{};
  return read_document(*message, settings.service, current_year);
}

}  // namespace vneid::population
