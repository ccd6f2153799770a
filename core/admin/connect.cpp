#include <map>
#include <utility>

#include <libpq-fe.h>

#include "admin/commands.hpp"

namespace vneid::admin {

namespace {

/// Keywords and values; empty for what libpq cannot read.
std::map<std::string, std::string> parts_of(const std::string& conninfo) {
  std::map<std::string, std::string> parts;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (option->val != nullptr) parts[option->keyword] = option->val;
  }
  return parts;
}

}  // namespace

std::string database_of(const std::string& conninfo) { return parts_of(conninfo)["dbname"]; }

std::string with_database(const std::string& conninfo, std::string_view name) {
  auto parts = parts_of(conninfo);
  parts["dbname"] = name;
  std::string text;
  for (const auto& [keyword, value] : parts) {
    text.append(text.empty() ? "" : " ").append(keyword).append("='");
    for (const char c : value) text.append(c == '\'' || c == '\\' ? "\\" : "").append(1, c);
    text += '\'';
  }
  return text;
}

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

identity::AccountForm account_form_of(const Options& options) {
  const auto form = identity::account_form_from_text(options.account_form);
  if (!form) throw CommandFailed(exit_usage, "--account-form is exact, fold or trim,fold");
  return *form;
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
