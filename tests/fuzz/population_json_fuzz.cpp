// An answer of a JSON façade: first its JSON, then the same bytes as the XML in its message, so
// that the fuzzer need not find out how to escape.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <jansson.h>

#include "identity/name_key.hpp"
#include "population/answer.hpp"

namespace {

using namespace vneid::population;

constexpr int this_year = 2026;

Question question() {
  Question asked;
  asked.cmnd = vneid::identity::Cmnd::parse("211234589").value();
  asked.name = "Nguyễn Văn An";
  return asked;
}

void require(bool condition) {
  if (!condition) std::abort();
}

void check(Settings::Service service, std::string_view body) {
  static const Question asked = question();
  Settings settings;
  settings.service = service;
  const auto finding = read_answer(settings, 200, body, this_year);
  if (!finding) {
    require(!finding.error().text.empty());
    return;
  }
  const auto answer = judge(settings, asked, *finding);
  if (!answer || !std::holds_alternative<Match>(*answer)) return;
  const Record& record = std::get<Match>(*answer).record;
  require(!record.cmnd || record.cmnd == asked.cmnd);
  require(vneid::identity::NameKeys::make(record.name)->loose == "NGUYENVANAN");
}

/// Empty when the bytes are no text.
std::string wrapped(std::string_view message) {
  const std::unique_ptr<json_t, decltype(&json_decref)> object(
      json_pack("{s:i, s:o?}", "error_code", 0, "message",
                json_stringn(message.data(), message.size())),
      &json_decref);
  const std::unique_ptr<char, decltype(&std::free)> text(
      object ? json_dumps(object.get(), JSON_COMPACT) : nullptr, &std::free);
  return text ? text.get() : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const std::string in_message = wrapped(input);
  for (const auto service : {Settings::Service::look_up, Settings::Service::verify}) {
    check(service, input);
    check(service, in_message);
  }
  return 0;
}
