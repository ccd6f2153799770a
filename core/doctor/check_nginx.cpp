#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "doctor/checks.hpp"
#include "doctor/report/words.hpp"

namespace vneid::doctor {

namespace {

constexpr const char* our_module = "ngx_http_vneid_module";

/// Modules that bring no filter of answers: their place does not matter.
constexpr const char* filterless[] = {"ngx_mail_module", "ngx_stream_module", "ndk_http_module",
                                      "ngx_rtmp_module"};

std::string bytes_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// "[emerg] 17#17: text" as "[emerg] text".
std::string without_process(const std::string& complaint) {
  const auto begin = complaint.find("] ") + 2;
  const auto end = complaint.find_first_not_of("0123456789#", begin);
  const bool numbered = end != begin && complaint.compare(end, 2, ": ") == 0;
  return numbered ? complaint.substr(0, begin) + complaint.substr(end + 2) : complaint;
}

void check_signature(const LoadedModule& module, const NginxBinary& nginx, const About& about) {
  const std::string in_module = signature_in(bytes_of(module.path));
  const std::string in_nginx = signature_in(bytes_of(nginx.path));
  if (in_nginx.empty()) {
    about.warning("nginx.signature", "the signature of " + nginx.path + " is not to be found",
                  "Give the binary itself with --nginx");
  } else if (in_module != in_nginx) {
    about.wrong("nginx.signature",
                "was built for another nginx than " + nginx.path + " " + nginx.version +
                    ": it is not loaded",
                "Install the package that belongs to this nginx, or build the module again");
  } else {
    about.ok("nginx.signature", "fits nginx " + nginx.version);
  }
}

}  // namespace

void check_verdict(const NginxBinary& nginx, int status, const std::string& text,
                   Findings& findings) {
  const About about{findings, "nginx"};
  std::istringstream lines(text);
  bool told = false;
  for (std::string line; std::getline(lines, line);) {
    const bool refused = line.contains("[emerg]") || line.contains("[alert]");
    const bool warned = line.contains("[warn]");
    if (!refused && !warned) continue;
    const std::string complaint = without_process(line.substr(line.find('[')));
    told = told || refused;
    if (refused) {
      about.wrong("nginx.test", "nginx -t refuses: " + complaint, "Correct it, then run nginx -t");
    } else {
      about.warning("nginx.test", "nginx -t warns: " + complaint, "Correct it, then run nginx -t");
    }
  }
  if (told) return;
  if (status == 0) {
    about.ok("nginx.test", "nginx -t accepts the configuration (nginx " + nginx.version + ")");
  } else {
    about.wrong("nginx.test", "nginx -t ends with status " + std::to_string(status),
                "Run nginx -t by hand");
  }
}

std::vector<std::string> modules_behind(const std::vector<LoadedModule>& modules) {
  std::vector<std::string> behind;
  bool seen = false;
  for (const LoadedModule& module : modules) {
    const std::string name = module.name();
    if (seen && std::ranges::find(filterless, name) == std::end(filterless)) behind.push_back(name);
    seen = seen || name == our_module;
  }
  return behind;
}

void check_module(const Deployment& deployment, const std::optional<NginxBinary>& nginx,
                  Findings& findings) {
  const auto ours = std::ranges::find(deployment.modules, our_module, &LoadedModule::name);
  if (ours == deployment.modules.end()) {
    const About about{findings, "module"};
    about.wrong("nginx.module", std::string{"no load_module names "} + our_module,
                "Put \"load_module modules/ngx_http_vneid_module.so;\" last among the load_module "
                "lines of nginx.conf, or install libnginx-mod-http-vneid");
    return;
  }
  const About about{findings, "module", ours->at};
  if (!std::ifstream(ours->path)) {
    about.wrong("nginx.module", ours->path + " cannot be read",
                "Install libnginx-mod-http-vneid, or correct load_module");
    return;
  }
  about.ok("nginx.module", "is " + ours->path);
  if (nginx) check_signature(*ours, *nginx, about);
  const auto behind = modules_behind(deployment.modules);
  if (behind.empty()) {
    about.ok("nginx.module_order", "is loaded last, as it should be");
  } else {
    about.wrong("nginx.module_order",
                "is loaded before " + joined(behind) +
                    ": their filters would run twice on an answer that was held back",
                "Move its load_module behind the others");
  }
}

}  // namespace vneid::doctor
