#include <utility>

#include "admin/commands.hpp"

namespace vneid::admin {

postgres::Pool open_pool(EventLoop& loop, const Options& options, Milliseconds timeout) {
  if (options.postgres.empty()) {
    throw CommandFailed(exit_usage,
                        "which database? Give --postgres or set VNEID_POSTGRES, for example "
                        "\"host=/run/postgresql dbname=vneid\"");
  }
  const auto sound = postgres::check_conninfo(options.postgres);
  if (!sound) throw CommandFailed(exit_usage, "--postgres: " + sound.error());
  postgres::Settings settings;
  settings.conninfo = options.postgres;
  settings.connections = 1;
  settings.timeout = timeout;
  return postgres::Pool{loop, std::move(settings)};
}

std::shared_ptr<const crypto::KeyRing> load_keys(const Options& options) {
  if (options.keys.empty()) {
    throw CommandFailed(exit_usage, "which keys? Give --keys or set VNEID_KEYS");
  }
  auto keys = crypto::KeyRing::load(options.keys);
  if (!keys) throw CommandFailed(exit_failed, keys.error());
  return std::make_shared<const crypto::KeyRing>(*std::move(keys));
}

}  // namespace vneid::admin
