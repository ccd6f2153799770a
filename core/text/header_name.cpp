#include "text/header_name.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace vneid::text {

namespace {

char folded(char byte) noexcept { return is_alphanumeric(byte) ? ascii_lower(byte) : '-'; }

}  // namespace

std::string cgi_form(std::string_view name) {
  std::string form{name};
  std::ranges::transform(form, form.begin(), folded);
  return form;
}

bool begins_with_cgi_form(std::string_view name, std::string_view prefix) noexcept {
  return name.size() >= prefix.size() &&
         std::ranges::equal(name.substr(0, prefix.size()), prefix, {}, folded);
}

}  // namespace vneid::text
