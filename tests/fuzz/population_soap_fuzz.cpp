// A SOAP answer from a hostile or broken database: no crash, and whatever is accepted is about the
// number that was asked and never about a relative.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "population/answer.hpp"

namespace {

using namespace vneid::population;

constexpr int this_year = 2026;

Question question() {
  Question asked;
  asked.number = vneid::identity::CitizenNumber::parse("052089999999", this_year).value();
  asked.name = "Nguyễn Văn An";
  asked.birth_date = vneid::identity::BirthDate::parse("07/03/1989", this_year);
  return asked;
}

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Settings& settings, int status, std::string_view body) {
  static const Question asked = question();
  const auto finding = read_answer(settings, status, body, this_year);
  if (!finding) {
    require(!finding.error().text.empty());
    return;
  }
  require(status == 200 && !body.empty() && !body.contains("<!DOCTYPE"));
  const auto answer = judge(settings, asked, *finding);
  if (!answer || !std::holds_alternative<Match>(*answer)) return;
  const Record& record = std::get<Match>(*answer).record;
  require(record.number == asked.number && !record.name.empty());
  require(!record.birth_date || compatible(*record.birth_date, *asked.birth_date));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  Settings settings;
  settings.profile = Settings::Profile::soap;
  check(settings, 200, body);
  check(settings, 500, body);
  settings.service = Settings::Service::verify;
  check(settings, 200, body);
  return 0;
}
