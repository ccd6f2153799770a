#include "policy/variable_source.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace vneid::policy {

namespace {

bool begins_with_any(std::string_view name, auto... prefixes) {
  return (name.starts_with(prefixes) || ...);
}

}  // namespace

std::vector<std::string> variables_in(std::string_view value) {
  constexpr std::string_view name_characters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  std::vector<std::string> names;
  while (true) {
    const auto dollar = value.find('$');
    if (dollar == std::string_view::npos) return names;
    value.remove_prefix(dollar + 1);
    if (value.starts_with('{')) value.remove_prefix(1);
    auto& name = names.emplace_back(value.substr(0, value.find_first_not_of(name_characters)));
    std::ranges::transform(name, name.begin(), text::ascii_lower);
  }
}

bool is_portals_own(std::string_view variable) {
  return begins_with_any(variable, "upstream_http_", "upstream_cookie_", "sent_http_");
}

bool is_browsers_own(std::string_view variable) {
  return begins_with_any(variable, "vneid_form_", "arg", "cookie_", "http_", "query_string",
                         "request", "uri", "document_uri", "content_");
}

bool is_portals_word(std::string_view value) {
  const auto variables = variables_in(value);
  return !variables.empty() && std::ranges::all_of(variables, is_portals_own);
}

}  // namespace vneid::policy
