#include "flows/reply/intent.hpp"

#include <string>

namespace vneid::flows {

Asked asked(const Request& request) {
  if (request.purpose.find("prefetch") != std::string::npos) return Asked::guessed;
  const bool navigates =
      request.sec_fetch_mode.empty()
          ? request.accept.find("text/html") != std::string::npos && request.requested_with.empty()
          : request.sec_fetch_mode == "navigate";
  if (!navigates) return Asked::other;
  if (request.method == Request::Method::post) return Asked::form;
  const bool reads =
      request.method == Request::Method::get || request.method == Request::Method::head;
  return reads ? Asked::page : Asked::other;
}

bool is_script(const Request& request) { return asked(request) == Asked::other; }

bool is_of_own_page(const Request& request, std::string_view origin) {
  const std::string& site = request.sec_fetch_site;
  if (!site.empty() && site != "same-origin") return false;
  if (request.origin == "null") return !site.empty();
  return request.origin.empty() || request.origin == origin;
}

}  // namespace vneid::flows
