#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "doctor/deployment/nginx_conf.hpp"
#include "doctor/report/finding.hpp"
#include "net/postgres/client.hpp"
#include "net/redis/client.hpp"
#include "oidc/provider_settings.hpp"
#include "policy/policy.hpp"
#include "population/settings.hpp"

namespace vneid::doctor {

/// A file that the configuration names.
struct NamedFile {
  std::string what;  ///< the directive, e.g. "client_secret_file"
  std::string path;  ///< absolute
  Place at;
};

struct LoadedModule {
  std::string path;  ///< absolute
  Place at;
  /// "ngx_http_vneid_module" of "modules/ngx_http_vneid_module.so".
  [[nodiscard]] std::string name() const { return std::filesystem::path(path).stem().string(); }
};

struct RedisPlace {
  redis::Settings settings;  ///< the address may still be a name
  std::string fault;         ///< why nginx refuses it; empty: it does not
  Place at;
};

struct PostgresPlace {
  postgres::Settings settings;  ///< the password is in the conninfo
  Place at;
};

struct Provider {
  oidc::ProviderSettings settings;  ///< with the content of its files
  Place at;
};

struct PopulationSource {
  population::Settings settings;
  Place at;
};

/// `vneid_login` of one location.
struct LoginRecipe {
  std::string location;
  std::string account;    ///< the value of `account=`; empty: asked
  std::string ask;        ///< `ask=`
  std::string condition;  ///< `if=`
  std::string cookie;
  std::string kind;
  Place at;
};

/// What the place of a gate is called that stands in server{} or above.
inline constexpr std::string_view whole_server = "the server";

/// `vneid_require` of one location.
struct Gate {
  std::string location;
  std::string requirement;
  Place at;
};

/// One address of `listen`.
struct Listen {
  unsigned port = 80;
  bool tls = false;
};

/// One server{} where `vneid` is on somewhere.
struct Server {
  std::vector<std::string> names;  ///< as written in server_name
  std::vector<Listen> listens;
  std::string origin;  ///< `vneid_origin`; empty: made of the names
  std::string path = "/vneid/";
  std::string provider;
  std::string population;
  std::string portal_cookie;
  std::string logout_location;
  std::map<policy::Kind, Place> policy_at;
  policy::Policy policy;
  std::vector<std::string> policy_problems;
  std::vector<LoginRecipe> logins;
  std::vector<Gate> gates;
  Place at;

  /// What people know it by: its first name, or where it stands.
  [[nodiscard]] std::string title() const;
  /// Those of its names that can stand in a URL, in lower case, as the module takes them.
  [[nodiscard]] std::vector<std::string> plain_names() const;
  /// Where browsers reach it: `vneid_origin`, or https and each plain name.
  [[nodiscard]] std::vector<std::string> origins() const;
};

/// What the directives say, inherited as nginx does. Read leniently: what `nginx -t` would refuse
/// is left out, since its own verdict is another finding.
struct Deployment {
  std::string user;  ///< of the workers; empty: nginx's default
  std::string group;
  unsigned workers = 1;
  std::vector<LoadedModule> modules;  ///< in their order
  std::optional<NamedFile> keys;
  std::optional<RedisPlace> redis;
  std::optional<PostgresPlace> postgres;
  std::optional<NamedFile> templates;
  std::vector<NamedFile> secrets;       ///< all that must be kept from others, the keys too
  std::vector<NamedFile> certificates;  ///< CAs in PEM
  std::map<std::string, Provider> providers;
  std::map<std::string, PopulationSource> populations;
  std::vector<Server> servers;
  std::optional<Place> rehearsal;  ///< `vneid_rehearsal on`
  std::optional<policy::RehearsalClock> clock;
  bool used = false;  ///< some server has `vneid` on
};

/// `prefix`: nginx's own (`--prefix`), where `load_module` looks.
Deployment read_deployment(const NginxConf& conf, const std::filesystem::path& prefix);

}  // namespace vneid::doctor
