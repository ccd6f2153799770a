#include "doctor/deployment/nginx_binary.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <unistd.h>
#include <vector>

#include "doctor/deployment/program.hpp"

namespace vneid::doctor {

namespace {

constexpr std::chrono::seconds version_deadline{10};

std::vector<std::string> places_of(const std::string& named) {
  if (!named.empty()) return {named};
  std::vector<std::string> places;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    if (end > 0) places.push_back(std::string{rest.substr(0, end)} + "/nginx");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  places.emplace_back("/usr/sbin/nginx");
  return places;
}

struct Option {
  std::string name;
  std::string otherwise;
};

/// The value of "--option=value" or "--option='value'".
std::string option_in(std::string_view output, const Option& option) {
  const std::string wanted = " --" + option.name + "=";
  const auto at = output.find(wanted);
  if (at == std::string_view::npos) return option.otherwise;
  std::string_view value = output.substr(at + wanted.size());
  return std::string{value.substr(0, value.find_first_of(" \n"))};
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Whether a printable run is "8,4,8,0011…".
bool is_signature(std::string_view text) noexcept {
  for (int number = 0; number < 3; ++number) {
    const auto comma = text.find(',');
    if (comma == std::string_view::npos || comma == 0) return false;
    if (!std::ranges::all_of(text.substr(0, comma), is_digit)) return false;
    text.remove_prefix(comma + 1);
  }
  return !text.empty() && text.find_first_not_of("01") == std::string_view::npos;
}

}  // namespace

NginxBinary read_version(std::string path, std::string_view output) {
  NginxBinary nginx;
  nginx.path = std::move(path);
  constexpr std::string_view mark = "nginx version: nginx/";
  if (const auto at = output.find(mark); at != std::string_view::npos) {
    const auto rest = output.substr(at + mark.size());
    nginx.version = rest.substr(0, rest.find_first_of(" \n"));
  }
  nginx.prefix = option_in(output, {"prefix", "/usr/local/nginx"});
  nginx.conf = nginx.prefix / option_in(output, {"conf-path", "conf/nginx.conf"});
  nginx.default_user = option_in(output, {"user", nginx.default_user});
  return nginx;
}

std::optional<NginxBinary> find_nginx(const std::string& named) {
  for (const auto& place : places_of(named)) {
    if (::access(place.c_str(), X_OK) != 0) continue;
    const ProgramOutput told = run_program({place, "-V"}, version_deadline);
    if (told.status == 0) return read_version(place, told.err);
  }
  return {};
}

std::string signature_in(std::string_view bytes) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  while (!bytes.empty()) {
    const auto begin = std::ranges::find_if(bytes, printable);
    const auto end = std::find_if_not(begin, bytes.end(), printable);
    const std::string_view run(begin, end);
    if (is_signature(run)) return std::string{run};
    bytes = std::string_view(end, bytes.end());
  }
  return {};
}

}  // namespace vneid::doctor
