#include "flows/reply/return_to.hpp"

#include "flows/reply/page_reply.hpp"
#include "text/form.hpp"
#include "text/local_path.hpp"

namespace vneid::flows {

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as an address is read
std::string page_url(const std::string& path, std::string_view page, std::string_view target) {
  std::string url = path;
  url += page;
  if (text::LocalPath::parse(target)) url += "?return=" + text::percent_encode(target);
  return url;
}

std::optional<std::string> return_of(std::string_view parameters) {
  const auto target = text::LocalPath::parse(form_field(parameters, "return"));
  if (!target) return std::nullopt;
  return target->text();
}

std::string return_or_front(std::string_view parameters) {
  return return_of(parameters).value_or(text::LocalPath{}.text());
}

}  // namespace vneid::flows
