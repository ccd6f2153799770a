#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "identity/masking.hpp"
#include "identity/name_key.hpp"
#include "text/utf8.hpp"

using namespace vneid::identity;
namespace text = vneid::text;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_name(std::string_view text) {
  const auto keys = NameKeys::make(text);
  const auto clean = clean_name(text);
  if (!clean) {
    require(!keys);
    return;
  }
  require(text::decode_utf8(*clean).has_value());
  require(clean_name(*clean) == *clean);
  require(NameKeys::make(*clean) == keys);
  const auto decomposed = text::encode_utf8(text::to_nfd(text::decode_utf8(*clean).value()));
  require(NameKeys::make(decomposed) == keys);
  if (!keys) return;
  require(keys->loose.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
          std::string::npos);
  require(text::decode_utf8(keys->strict).has_value());
}

}  // namespace

/// Names, numbers, dates and masks from any bytes: no crash, and keys that do not depend on the
/// form of the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_name(text);
  if (const auto number = CitizenNumber::parse(text, 2026)) {
    require(CitizenNumber::parse(number->digits(), 2026) == number);
    require(number->birth_year() >= 1900 && number->birth_year() <= 2026);
    require(mask_account(text) == number->masked());
  }
  if (const auto date = BirthDate::parse(text, 2026)) {
    require(BirthDate::from_text(date->to_text()) == date);
    require(BirthDate::parse(date->display(), 2026) == date);
  }
  require(text::decode_utf8(mask_account(text)).has_value());
  require(text::decode_utf8(mask_name(text)).has_value());
  return 0;
}
