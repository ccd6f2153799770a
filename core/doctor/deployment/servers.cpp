// What server{} and location{} say, inherited as nginx does.
#include <algorithm>
#include <charconv>
#include <utility>

#include "doctor/deployment/blocks.hpp"
#include "doctor/report/words.hpp"

namespace vneid::doctor {

namespace {

/// Of a location, and what those inside it inherit (module/conf/conf.cpp, merge_location).
struct Inherited {
  std::string provider;  ///< empty: off
  std::string gate;      ///< empty: none
};

std::string not_off(const std::string& word) { return word == "off" ? std::string{} : word; }

Listen read_listen(const Directive& directive) {
  Listen listen;
  const std::string& address = directive.word(0);
  const auto colon = address.rfind(':');
  const bool only_port = address.find_first_not_of("0123456789") == std::string::npos;
  const bool has_port = colon != std::string::npos && !address.ends_with(']');
  const std::string port = only_port ? address : has_port ? address.substr(colon + 1) : "";
  std::from_chars(port.data(), port.data() + port.size(), listen.port);
  listen.tls = lists(directive.words, "ssl");
  return listen;
}

void read_policy(const Directive& directive, Server& server) {
  const auto kind = policy::kind_from_text(directive.word(0));
  const auto mode = policy::mode_from_text(directive.word(1));
  if (!kind || !mode) return;
  policy::Rule rule;
  rule.mode = *mode;
  for (const auto& word : directive.words) {
    const auto enforce = value_of(word, "enforce");
    const auto closed = value_of(word, "closed");
    for (const auto& [given, instant] :
         {std::pair{enforce, &rule.enforce}, {closed, &rule.closed}}) {
      if (!given) continue;
      const auto read = policy::parse_instant(*given);
      if (read) {
        *instant = *read;
      } else {
        server.policy_problems.push_back("\"" + word + "\" is no instant: " + read.error());
      }
    }
  }
  const std::string problem = policy::rule_problem(rule);
  if (!problem.empty()) server.policy_problems.push_back(problem);
  server.policy.of(*kind) = rule;
  server.policy_at[*kind] = directive.at;
}

/// Directives of http{} or server{} whose value is one word of the server.
void read_word(const Directive& directive, Server& server) {
  const std::pair<std::string_view, std::string*> words[] = {
      {"vneid_origin", &server.origin},
      {"vneid_path", &server.path},
      {"vneid_population_source", &server.population},
      {"vneid_portal_cookie", &server.portal_cookie},
      {"vneid_logout_location", &server.logout_location},
  };
  for (const auto& [name, value] : words) {
    if (directive.name == name) *value = directive.word(0);
  }
  if (server.population == "off") server.population.clear();
}

void read_level(const std::vector<Directive>& block, Server& server, Inherited& inherited) {
  for (const Directive& directive : block) {
    if (directive.name == "vneid") inherited.provider = not_off(directive.word(0));
    if (directive.name == "vneid_require") inherited.gate = not_off(directive.word(0));
    if (directive.name == "vneid_policy") read_policy(directive, server);
    read_word(directive, server);
  }
}

LoginRecipe read_login(const Directive& directive, std::string location) {
  LoginRecipe login;
  login.location = std::move(location);
  login.at = directive.at;
  for (const auto& word : directive.words) {
    if (auto value = value_of(word, "account")) login.account = *value;
    if (auto value = value_of(word, "ask")) login.ask = *value;
    if (auto value = value_of(word, "if")) login.condition = *value;
    if (auto value = value_of(word, "cookie")) login.cookie = *value;
    if (auto value = value_of(word, "kind")) login.kind = *value;
  }
  return login;
}

class LocationReader {
 public:
  explicit LocationReader(Server& server) : server_(server) {}
  [[nodiscard]] bool on() const noexcept { return on_; }

  void read(const std::vector<Directive>& block, const Inherited& outer, const std::string& name,
            const Place& at) {
    Inherited here = outer;
    const Directive* gate = find(block, "vneid_require");
    if (const Directive* said = find(block, "vneid")) here.provider = not_off(said->word(0));
    if (gate != nullptr) here.gate = not_off(gate->word(0));
    note(block, here, name, at);
    for (const Directive& inner : block) {
      const bool nested = inner.name == "location" || inner.name == "if";
      if (!inner.is_block || !nested) continue;
      const std::string title = inner.name == "if" ? name : joined(inner.words, " ");
      read(inner.block, here, title, inner.at);
    }
  }

 private:
  static const Directive* find(const std::vector<Directive>& block, std::string_view name) {
    const auto found = std::ranges::find(block, name, &Directive::name);
    return found == block.end() ? nullptr : &*found;
  }

  void note(const std::vector<Directive>& block, const Inherited& here, const std::string& name,
            const Place& at) {
    if (!here.provider.empty()) {
      on_ = true;
      if (server_.provider.empty()) server_.provider = here.provider;
    }
    const Directive* gate = find(block, "vneid_require");
    const bool from_http = gate == nullptr && &at == &server_.at;
    if (!here.gate.empty() && (gate != nullptr || from_http)) {
      server_.gates.push_back({name, here.gate, gate == nullptr ? at : gate->at});
    }
    if (const Directive* login = find(block, "vneid_login")) {
      server_.logins.push_back(read_login(*login, name));
    }
  }

  Server& server_;
  bool on_ = false;
};

}  // namespace

void read_servers(const Directive& http, Deployment& deployment) {
  Server outer;
  Inherited inherited;
  read_level(http.block, outer, inherited);
  for (const Directive& block : http.block) {
    if (block.name != "server" || !block.is_block) continue;
    Server server = outer;
    server.at = block.at;
    Inherited ignored;
    read_level(block.block, server, ignored);
    for (const Directive& directive : block.block) {
      if (directive.name == "listen") server.listens.push_back(read_listen(directive));
      if (directive.name != "server_name") continue;
      server.names.insert(server.names.end(), directive.words.begin(), directive.words.end());
    }
    LocationReader locations{server};
    locations.read(block.block, inherited, std::string{whole_server}, server.at);
    if (!locations.on()) continue;
    deployment.used = true;
    if (server.provider.contains('$') && deployment.providers.size() == 1) {
      server.provider = deployment.providers.begin()->first;  // a variable turns the only one on
    }
    deployment.servers.push_back(std::move(server));
  }
}

}  // namespace vneid::doctor
