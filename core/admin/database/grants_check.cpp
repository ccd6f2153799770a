#include <algorithm>
#include <utility>

#include "admin/database/grants.hpp"

namespace vneid::admin {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

using Kind = GrantProblem::Kind;
using Problems = std::vector<GrantProblem>;

constexpr Statement all_there{
    "grants_all_there",
    "select (select count(*) from pg_roles where rolname = any($1::text[])) = "
    "cardinality($1::text[])"
    " and not exists (select from unnest($2::text[]) t where to_regclass(t) is null)"};
constexpr Statement role_there{"grants_role_there", "select from pg_roles where rolname = $1"};

// $2 is the role of the duty. The second column: who has this can do everything with our tables.
constexpr Statement judge_role{"grants_judge_role", R"sql(
with me as (
  select oid, rolname, rolsuper from pg_roles where rolname = $1
), mine as (
  select r.* from pg_roles r, me
  where r.oid = me.oid or (pg_has_role(me.oid, r.oid, 'member') and not me.rolsuper)
), ours as (
  select c.oid, c.relname, c.relowner from unnest($3::text[]) t join pg_class c on c.oid = to_regclass(t)
)
select what, everything from (
  select 1, r.rolname, unnest(array[
      case when r.rolsuper then 'is a superuser' end,
      case when r.rolcreaterole then 'may create roles' end,
      case when r.rolcreatedb then 'may create databases' end,
      case when r.rolreplication then 'may replicate' end,
      case when r.rolbypassrls then 'may bypass row security' end]), r.rolsuper
  from mine r, me where r.oid = me.oid
  union all
  select 2, r.rolname, 'is a member of ' || r.rolname,
    r.rolsuper or exists (select from ours where relowner = r.oid)
  from mine r, me where r.oid <> me.oid and r.rolname not in ($2, 'pg_database_owner')
  union all
  select 3, relname, 'owns table ' || relname, true from ours, me where relowner = me.oid
  union all
  select 4, d.datname, 'owns the database', false from pg_database d, me
  where d.datname = current_database() and d.datdba = me.oid
) found (rank, name, what, everything) where what is not null order by rank, name, what)sql"};

// What the role has and what it should have, column by column and object by object, of everything
// that is not PostgreSQL's or an extension's. $2 to $4: the table of grants.
constexpr Statement judge_objects{"grants_judge_objects", R"sql(
with wanted as (
  select to_regclass(t) as oid, upper(p) as privilege, string_to_array(nullif(c, ''), ', ') as columns
  from unnest($2::text[], $3::text[], $4::text[]) w (t, p, c) where p <> 'execute'
), runs as (
  select to_regprocedure(t) as oid from unnest($2::text[], $3::text[]) w (t, p) where p = 'execute'
), schema as (
  select oid, nspname from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
), relation as (
  select c.oid, c.oid::regclass::text as name, c.relkind from pg_class c
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relnamespace in (select oid from schema)
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
                    and d.objid = c.oid and d.deptype = 'e')
), attribute as (
  select r.oid, r.name, a.attname, a.attnum, count(*) over (partition by r.oid) as columns
  from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  where r.relkind <> 'S'
), judged as (
  select a.*, privilege, has_column_privilege($1, a.oid, a.attnum, privilege) as has,
    exists (select from wanted w where w.oid = a.oid and w.privilege = p.privilege
            and (w.columns is null or a.attname = any (w.columns))) as wants
  from attribute a cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p (privilege)
), whole as (
  select unnest(array['DELETE', 'TRUNCATE', 'TRIGGER'] ||
    case when current_setting('server_version_num')::int >= 170000 then array['MAINTAIN'] end)
    as privilege
)
select wants, what from (
  select wants, name, privilege || case when count(*) = max(columns) then ''
    else ' (' || string_agg(attname, ', ' order by attnum) || ')' end || ' on ' || name
  from judged where has <> wants group by wants, name, oid, privilege
  union all
  select false, name, privilege || ' on ' || name from relation, whole
  where relkind <> 'S' and has_table_privilege($1, oid, privilege)
  union all
  select false, name, privilege || ' on sequence ' || name
  from relation, unnest(array['USAGE', 'SELECT', 'UPDATE']) privilege
  where relkind = 'S' and has_sequence_privilege($1, oid, privilege)
  union all
  select p.oid in (select oid from runs where oid is not null), p.proname,
    'EXECUTE on function ' || p.oid::regprocedure::text
  from pg_proc p
  where p.pronamespace in (select oid from schema)
    and has_function_privilege($1, p.oid, 'EXECUTE')
        <> (p.oid in (select oid from runs where oid is not null))
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
                    and d.objid = p.oid and d.deptype = 'e')
  union all
  select false, nspname, 'CREATE on schema ' || nspname from schema
  where has_schema_privilege($1, oid, 'CREATE')
  union all
  select true, nspname, 'USAGE on schema ' || nspname from schema
  where nspname = coalesce((select relnamespace::regnamespace::text from pg_class
                            where oid = to_regclass('schema_version')), current_schema())
    and not has_schema_privilege($1, oid, 'USAGE')
  union all
  select privilege = 'CONNECT', '', privilege || ' on database ' || current_database()
  from unnest(array['CONNECT', 'CREATE', 'TEMPORARY']) privilege
  where has_database_privilege($1, current_database(), privilege) <> (privilege = 'CONNECT')
) found (wants, name, what) order by wants desc, name, what)sql"};

Params role_params(const std::string& role, Duty duty) {
  std::vector<std::string> ours{all_tables().begin(), all_tables().end()};
  Params params;
  params.text(role).text(role_of(duty)).text_array(ours);
  return params;
}

Params object_params(const std::string& role, Duty duty) {
  std::vector<std::string> tables;
  std::vector<std::string> privileges;
  std::vector<std::string> columns;
  for (const Grant& grant : all_grants()) {
    if (grant.duty != duty) continue;
    tables.emplace_back(grant.table);
    privileges.emplace_back(grant.privilege);
    columns.emplace_back(grant.columns);
  }
  Params params;
  params.text(role).text_array(tables).text_array(privileges).text_array(columns);
  return params;
}

}  // namespace

std::string GrantProblem::to_text() const {
  switch (kind) {
    case Kind::missing:
      return role + " lacks " + what;
    case Kind::excess:
      return what.starts_with("is ") || what.starts_with("may ") || what.starts_with("owns ")
                 ? role + " " + what
                 : role + " needs no " + what;
    case Kind::no_such_role:
      return "there is no role " + role;
  }
  return {};
}

Task<Problems> check_grants(postgres::Pool& pool, std::string role, Duty duty) {
  Problems problems;
  Params named;
  named.text(role);
  const Result there = co_await pool.query(role_there, std::move(named));
  if (there.empty()) {
    problems.push_back({.kind = Kind::no_such_role, .role = std::move(role), .what = {}});
    co_return problems;
  }
  bool everything = false;
  const Result itself = co_await pool.query(judge_role, role_params(role, duty));
  for (std::size_t row = 0; row < itself.rows(); ++row) {
    problems.push_back({Kind::excess, role, std::string{itself.text(row, 0)}});
    everything = everything || itself.boolean(row, 1);
  }
  if (everything) co_return problems;
  const Result objects = co_await pool.query(judge_objects, object_params(role, duty));
  for (std::size_t row = 0; row < objects.rows(); ++row) {
    const Kind kind = objects.boolean(row, 0) ? Kind::missing : Kind::excess;
    problems.push_back({kind, role, std::string{objects.text(row, 1)}});
  }
  co_return problems;
}

Task<Problems> check_all_grants(postgres::Pool& pool) {
  Problems all;
  for (const Duty duty : all_duties()) {
    std::string role{role_of(duty)};
    Problems found = co_await check_grants(pool, std::move(role), duty);
    all.insert(all.end(), found.begin(), found.end());
  }
  co_return all;
}

Task<bool> apply_grants(postgres::Pool& pool) {
  std::vector<std::string> roles;
  for (const Duty duty : all_duties()) roles.emplace_back(role_of(duty));
  const std::vector<std::string> tables{all_tables().begin(), all_tables().end()};
  Params needed;
  needed.text_array(roles).text_array(tables);
  const Result there = co_await pool.query(all_there, std::move(needed));
  if (!there.boolean(0, 0)) co_return false;
  const Problems before = co_await check_all_grants(pool);
  if (before.empty()) co_return false;
  co_await pool.execute_script("begin;\n" + as_owner() + grant_sql() + "commit;\n");
  const Problems after = co_await check_all_grants(pool);
  co_return before != after;
}

}  // namespace vneid::admin
