#include "doctor/deployment/deployment.hpp"

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "doctor/deployment/blocks.hpp"
#include "text/ascii.hpp"
#include "text/url.hpp"

namespace vneid::doctor {

namespace {

unsigned workers_of(const std::string& word) {
  if (word == "auto") return std::max(1U, std::thread::hardware_concurrency());
  unsigned count = 1;
  std::from_chars(word.data(), word.data() + word.size(), count);
  return std::max(1U, count);
}

void read_main(const Directive& directive, const std::filesystem::path& prefix,
               Deployment& deployment) {
  if (directive.name == "user") {
    deployment.user = directive.word(0);
    deployment.group = directive.word(1);
  } else if (directive.name == "worker_processes") {
    deployment.workers = workers_of(directive.word(0));
  } else if (directive.name == "load_module") {
    deployment.modules.push_back({(prefix / directive.word(0)).string(), directive.at});
  }
}

}  // namespace

std::string Server::title() const {
  if (!origin.empty()) return origin.substr(origin.find("://") + 3);
  for (const auto& name : plain_names()) return name;
  return at.file + ":" + std::to_string(at.line);
}

std::vector<std::string> Server::plain_names() const {
  std::vector<std::string> plain;
  for (std::string name : names) {
    if (!text::is_host_name(name)) continue;
    std::ranges::transform(name, name.begin(), text::ascii_lower);  // as nginx does
    plain.push_back(std::move(name));
  }
  return plain;
}

std::vector<std::string> Server::origins() const {
  if (!origin.empty()) return {origin};
  std::vector<std::string> all;
  for (const auto& name : plain_names()) all.push_back("https://" + name);
  return all;
}

Deployment read_deployment(const NginxConf& conf, const std::filesystem::path& prefix) {
  Deployment deployment;
  for (const Directive& directive : conf.directives) read_main(directive, prefix, deployment);
  HttpReader reader{deployment, std::filesystem::path(conf.main_file).parent_path()};
  for (const Directive& http : conf.directives) {
    if (http.name != "http" || !http.is_block) continue;
    for (const Directive& directive : http.block) reader.read(directive);
    read_servers(http, deployment);
  }
  return deployment;
}

std::optional<std::string> value_of(const std::string& word, std::string_view key) {
  if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=') return {};
  return word.substr(key.size() + 1);
}

}  // namespace vneid::doctor
