// vneid_keys, vneid_redis, vneid_postgres, vneid_templates: what http{} says of the stores.

#include <grp.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "crypto/key_ring.hpp"
#include "module/conf/directive.hpp"
#include "net/postgres/client.hpp"
#include "net/postgres/files.hpp"
#include "net/redis/primary.hpp"
#include "net/redis/words.hpp"

namespace vneid::ngx {

namespace {

/// Redis may start after nginx: no reason to stay down.
void warn_without_socket(const Directive& directive, const std::string& path) {
  if (struct stat status{}; !path.empty() && ::stat(path.c_str(), &status) != 0) {
    ngx_conf_log_error(NGX_LOG_WARN, directive.conf(), ngx_errno,
                       "vneid: there is no Redis at \"%s\" now", path.c_str());
  }
}

/// Whom workers will be, as far as nginx.conf has said it by now; nobody: whoever runs this.
std::optional<postgres::FileUser> workers_user(const Directive& directive) {
  const auto* core = reinterpret_cast<const ngx_core_conf_t*>(
      ngx_get_conf(directive.conf()->cycle->conf_ctx, ngx_core_module));
  if (core == nullptr || core->username == nullptr) return {};
  postgres::FileUser user{.name = core->username, .user = core->user, .groups = {}};
  int count = 0;
  ::getgrouplist(core->username, core->group, nullptr, &count);
  user.groups.resize(static_cast<std::size_t>(count));
  ::getgrouplist(core->username, core->group, user.groups.data(), &count);
  return user;
}

void add_password(const Directive& directive, std::string& conninfo, std::string_view password) {
  if (conninfo.starts_with("postgres://") || conninfo.starts_with("postgresql://")) {
    directive.fail(
        "\"password_file=\" of \"vneid_postgres\" needs a conninfo of keywords, not a URI");
  }
  conninfo += " password='";
  for (const char byte : password) {
    if (byte == '\'' || byte == '\\') conninfo += '\\';
    conninfo += byte;
  }
  conninfo += '\'';
}

}  // namespace

void parse_keys(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.has_keys);
  conf.has_keys = true;
  auto ring = crypto::KeyRing::load(directive.path(directive.word(0)));
  if (!ring) directive.fail("\"vneid_keys\": " + ring.error());
  conf.settings->keys = std::make_shared<const crypto::KeyRing>(std::move(*ring));
}

void parse_redis(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.has_redis);
  conf.has_redis = true;
  std::vector<std::string> words;
  words.reserve(directive.size());
  for (std::size_t i = 0; i < directive.size(); ++i) words.emplace_back(directive.word(i));
  const redis::Words read = redis::read_words(words);
  if (!read.fault.empty()) directive.fail(read.fault);
  redis::Settings& redis = conf.settings->redis;
  redis = read.settings;
  if (!read.password_file.empty()) {
    redis.password = directive.secret(read.password_file, "password file");
  }
  if (!read.sentinel_password_file.empty()) {
    redis.sentinel_password = directive.secret(read.sentinel_password_file, "password file");
  }
  // Now, so that nothing in a worker has to (code-models.md finding 8).
  if (const auto found = redis::resolve(redis); !found) directive.fail(found.error());
  warn_without_socket(directive, redis.unix_path);
  if (const auto found = redis::find_primary(redis); !found) {
    ngx_conf_log_error(NGX_LOG_WARN, directive.conf(), 0, "vneid: %s", found.error().c_str());
  }
}

void parse_anonymous_limit(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.has_anonymous_limit);
  conf.has_anonymous_limit = true;
  AnonymousLimits& limits = conf.settings->anonymous_limits;
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto address = Directive::value_of(word, "address")) {
      limits.address = directive.bytes(*address, "address");
    } else if (auto total = Directive::value_of(word, "total")) {
      limits.total = directive.bytes(*total, "total");
    } else {
      directive.fail_parameter(word);
    }
  }
}

void parse_postgres(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.has_postgres);
  conf.has_postgres = true;
  postgres::Settings& postgres = conf.settings->postgres;
  postgres.conninfo = directive.word(0);
  std::string password;
  for (std::size_t i = 1; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto connections = Directive::value_of(word, "connections")) {
      postgres.connections = directive.number(*connections, "connections", 1, 1000);
    } else if (auto timeout = Directive::value_of(word, "timeout")) {
      postgres.timeout = directive.time(*timeout, "timeout");
    } else if (auto file = Directive::value_of(word, "password_file")) {
      password = directive.secret(*file, "password file");
    } else {
      directive.fail_parameter(word);
    }
  }
  // Checked before the password is in it, so that no complaint can quote it.
  if (auto valid = postgres::check_conninfo(postgres.conninfo); !valid) {
    directive.fail("\"vneid_postgres\": " + valid.error());
  }
  // What libpq cannot open in a worker it reports as it reports a server that is away.
  const auto files = postgres::check_files(postgres.conninfo, workers_user(directive));
  if (!files) directive.fail("\"vneid_postgres\": " + files.error());
  for (const auto& file : postgres::certificate_files(postgres.conninfo)) {
    static_cast<void>(directive.certificates(file));  // read to see that they are some
  }
  if (!password.empty()) add_password(directive, postgres.conninfo, password);
}

void parse_templates(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.templates_at.has_value());
  conf.templates_at = directive.position();
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (auto wording = Directive::value_of(word, "wording")) {
      conf.wording = *wording;
    } else if (i == 0) {
      conf.templates = directive.path(word);
    } else {
      directive.fail_parameter(word);
    }
  }
  if (conf.templates.empty()) return;
  struct stat status{};
  if (::stat(conf.templates.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    directive.fail("\"vneid_templates\": \"" + conf.templates + "\" is not a folder");
  }
}

}  // namespace vneid::ngx
