#pragma once

#include <expected>
#include <string>
#include <string_view>

/// The SQL of `vneidctl database create`: run by the command, or printed for psql. Each part may be
/// run again, and then only makes what is missing.
namespace vneid::admin {

/// Names of PostgreSQL, as they are (not folded to small letters).
struct DatabasePlan {
  std::string database;
  std::string worker_user;    ///< login role of nginx's workers: member of vneid_app
  std::string operator_user;  ///< login role of who runs vneidctl: member of vneid_owner
  /// Login role of who seals the audit trail: member of vneid_auditor. Empty: none is made.
  std::string sealer_user;
};

/// The error is a sentence: a name that is empty, too long, reserved or of other characters than
/// letters, digits and ". _ @ -", or worker and operator being one.
std::expected<void, std::string> check_plan(const DatabasePlan& plan);

/// As PostgreSQL's quote_ident and quote_literal, always with quotes.
std::string quoted_name(std::string_view name);
std::string quoted_text(std::string_view text);

/// The roles of design D17 and the two login roles; to be run in any database of the server.
std::string roles_sql(const DatabasePlan& plan);
/// A query whose one value is the CREATE DATABASE statement; no row if the database is there.
std::string create_query(const DatabasePlan& plan);
/// Who may enter the database and its schema public; to be run in the database.
std::string access_sql(const DatabasePlan& plan);
/// All of it and the grants, as a script for psql.
std::string psql_script(const DatabasePlan& plan);

}  // namespace vneid::admin
