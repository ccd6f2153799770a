#include "admin/database/roles_sql.hpp"

#include <algorithm>
#include <array>

#include "admin/database/grants.hpp"

namespace vneid::admin {

namespace {

constexpr std::size_t longest_name = 63;  // NAMEDATALEN - 1

std::string quoted(std::string_view text, char mark) {
  std::string result(1, mark);
  for (const char c : text) result.append(c == mark ? 2 : 1, c);
  return result + mark;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '@' || c == '-';
}

std::expected<void, std::string> check_name(std::string_view option, std::string_view name) {
  constexpr std::array<std::string_view, 5> reserved{"public", "none", "postgres", "template0",
                                                     "template1"};
  const std::string told = std::string{option} + " \"" + std::string{name} + "\"";
  if (name.empty() || name.size() > longest_name || name.front() == '-' ||
      !std::ranges::all_of(name, is_plain)) {
    return std::unexpected(told + ": a name has 1 to 63 letters, digits and . _ @ - here");
  }
  if (std::ranges::find(reserved, name) != reserved.end() || name.starts_with("pg_")) {
    return std::unexpected(told + ": that name is PostgreSQL's own; give another");
  }
  return {};
}

std::string block(const std::string& body) {
  return "do $vneid$ begin\n" + body + "end $vneid$;\n";
}

enum class Login : bool { no, yes };

std::string create_role(std::string_view role, Login login) {
  const std::string name{role};
  return "  if not exists (select from pg_roles where rolname = " + quoted_text(name) +
         ") then create role " + quoted_name(name) + (login == Login::yes ? " login" : " nologin") +
         "; end if;\n";
}

std::string member_sql(const std::string& member, std::string_view group) {
  const std::string role = quoted_name(member);
  return block(create_role(member, Login::yes) +
               "  if exists (select from pg_roles where rolname = " + quoted_text(member) +
               " and not rolcanlogin) then alter role " + role +
               " login; end if;\n"
               "  if not exists (select from pg_auth_members where roleid = " +
               quoted_text(group) + "::regrole and member = " + quoted_text(role) +
               "::regrole) then grant " + std::string{group} + " to " + role + "; end if;\n");
}

std::string duties() {
  std::string roles;
  for (const Duty duty : all_duties())
    roles.append(roles.empty() ? "" : ", ").append(role_of(duty));
  return roles;
}

}  // namespace

std::string quoted_name(std::string_view name) { return quoted(name, '"'); }
std::string quoted_text(std::string_view text) { return quoted(text, '\''); }

std::expected<void, std::string> check_plan(const DatabasePlan& plan) {
  if (auto sound = check_name("--name", plan.database); !sound) return sound;
  if (auto sound = check_name("--worker", plan.worker_user); !sound) return sound;
  if (auto sound = check_name("--operator", plan.operator_user); !sound) return sound;
  if (!plan.sealer_user.empty()) {
    if (auto sound = check_name("--sealer", plan.sealer_user); !sound) return sound;
  }
  for (const std::string& login : {plan.worker_user, plan.operator_user, plan.sealer_user}) {
    const auto is_group = [&login](Duty duty) { return role_of(duty) == login; };
    if (login == owner_role || std::ranges::any_of(all_duties(), is_group)) {
      return std::unexpected("\"" + login +
                             "\" is a group that users become members of; give a user");
    }
  }
  if (plan.worker_user == plan.operator_user) {
    return std::unexpected("--worker and --operator are both \"" + plan.worker_user +
                           "\": who runs nginx's workers must not own the tables");
  }
  if (plan.sealer_user == plan.worker_user || plan.sealer_user == plan.operator_user) {
    return std::unexpected("--sealer is \"" + plan.sealer_user +
                           "\" too: who writes or owns the audit trail must not be who seals it");
  }
  return {};
}

std::string roles_sql(const DatabasePlan& plan) {
  std::string groups = create_role(owner_role, Login::no);
  for (const Duty duty : all_duties()) groups += create_role(role_of(duty), Login::no);
  return "begin;\n" + block(groups) + member_sql(plan.worker_user, role_of(Duty::app)) +
         member_sql(plan.operator_user, owner_role) +
         (plan.sealer_user.empty() ? "" : member_sql(plan.sealer_user, role_of(Duty::auditor))) +
         "commit;\n";
}

std::string create_query(const DatabasePlan& plan) {
  const std::string name = quoted_text(plan.database);
  return "select format('create database %I owner vneid_owner template template0'\n"
         "  ' encoding ''UTF8'' locale %L', " +
         name +
         ",\n  case when exists (select from pg_collation where collname in ('C.UTF-8', 'C.utf8'))"
         " then 'C.UTF-8' else 'C' end)\n"
         "where not exists (select from pg_database where datname = " +
         name + ")";
}

std::string access_sql(const DatabasePlan& plan) {
  const std::string database = quoted_name(plan.database);
  return "begin;\n"
         "revoke all on database " +
         database + " from public, " + duties() + ";\ngrant connect on database " + database +
         " to " + duties() +
         ";\n"
         "revoke all on schema public from public, " +
         duties() +
         ";\n"
         "grant usage, create on schema public to vneid_owner;\n"
         "grant usage on schema public to " +
         duties() + ";\ncommit;\n";
}

std::string psql_script(const DatabasePlan& plan) {
  return "-- Run as a superuser: psql -X -f FILE. It may be run again.\n"
         "\\set ON_ERROR_STOP on\n"
         "set client_min_messages = warning;\n" +
         roles_sql(plan) + create_query(plan) + " \\gexec\n\\connect " +
         quoted_name(plan.database) + "\n" + access_sql(plan) +
         "\n-- The tables are made by: vneidctl schema migrate, which grants as below at its end.\n"
         "select to_regclass('schema_version') is not null as migrated \\gset\n"
         "\\if :migrated\n"
         "begin;\n" +
         grant_sql() + "commit;\n\\endif\n";
}

}  // namespace vneid::admin
