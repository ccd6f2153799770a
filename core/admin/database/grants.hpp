#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "net/postgres/client.hpp"

/// Who may do what in the database (design D17): one table, from which the GRANT statements are
/// made and against which a database is checked.
namespace vneid::admin {

/// What a role is there for. The owner has the tables and is granted nothing.
enum class Duty : std::uint8_t {
  app,      ///< nginx's workers: what their statements need
  officer,  ///< `vneidctl review …` and `links show`
  reader,   ///< reports: nothing sealed, nothing that is looked up by, no titles or numbers
  auditor,  ///< the audit trail and its sealing, notices, and when which field changed
};

inline constexpr std::string_view owner_role = "vneid_owner";
/// The role that stands for a duty, "vneid_app". People and workers are its members.
std::string_view role_of(Duty duty);
/// The four, in the order of Duty.
std::span<const Duty> all_duties();

/// One privilege on one table or function; whatever is not listed is not allowed.
struct Grant {
  Duty duty;
  std::string_view table;      ///< or a function, as in all_functions()
  std::string_view privilege;  ///< "select", "insert" or "update"; "execute" of a function
  std::string_view columns;    ///< separated by ", "; empty: all, later ones as well
};
std::span<const Grant> all_grants();

/// Everything that the schema has and that somebody could be given rights to, by its name; a
/// function with the types of its arguments. On sequences nobody is granted anything.
std::span<const std::string_view> all_tables();
std::span<const std::string_view> all_sequences();
std::span<const std::string_view> all_functions();

/// SQL that takes from PUBLIC and the four roles what they have on the schema's objects and gives
/// them what the table says. To be run in one transaction, by their owner, after the last schema
/// file; statements end with ";\n".
std::string grant_sql();

/// SQL for the start of a transaction that changes the schema: goes on as vneid_owner where tables
/// are, or are to be, that role's, so that whoever of its members (or which superuser) migrates,
/// the owner is the same. Deployments with another owner keep it. One statement, ending with ";\n".
std::string as_owner();

/// One thing that a role cannot or should not be able to do.
struct GrantProblem {
  enum class Kind : std::uint8_t {
    missing,  ///< statements of its duty will be refused: "permission denied"
    excess,   ///< it can do more than its duty needs
    no_such_role,
  };
  Kind kind;
  std::string role;
  std::string what;  ///< "UPDATE (moved_to, replaces) on record", "is a superuser"

  bool operator==(const GrantProblem&) const = default;

  [[nodiscard]] std::string to_text() const;  ///< a sentence without full stop
};

/// What `role` lacks and has too much for its duty, however it comes by it: own grants, PUBLIC's,
/// memberships, ownership, attributes of the role. Empty: neither missing nor too wide. `role` may
/// be the one of the duty, or a login role that is its member ("www-data"). Tables that the
/// database does not have yet are passed over. Of a role that may do everything (superuser, owner,
/// member of the owner), that alone is told. Any role that can connect may ask.
Task<std::vector<GrantProblem>> check_grants(postgres::Pool& pool, std::string role, Duty duty);

/// check_grants() of the four roles themselves.
Task<std::vector<GrantProblem>> check_all_grants(postgres::Pool& pool);

/// Brings the four roles' rights to what the table says, if the roles and the tables exist and
/// something differs; gives whether anything was changed. Throws StatementError 42501 when the
/// session is not of the objects' owner. What can only be cured elsewhere (a role that is a
/// superuser, rights on other schemas) stays, and check_all_grants() goes on telling it.
Task<bool> apply_grants(postgres::Pool& pool);

}  // namespace vneid::admin
