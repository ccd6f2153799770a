#include "admin/database/grants.hpp"

#include <algorithm>
#include <array>

namespace vneid::admin {

namespace {

constexpr std::array duties{Duty::app, Duty::officer, Duty::reader, Duty::auditor};

constexpr std::string_view execute = "execute";
constexpr std::string_view reuse_record =
    "reuse_record(bigint,bigint,bigint,bytea,text,text,text,text,text,text,"
    "timestamp with time zone)";
constexpr std::string_view event_columns =
    "at, event, result, reason, request_id, account_id, pid_masked, pid_key, provider, level, ip,"
    " port, user_agent_hash, session_hash, notice_version, link_id";
constexpr std::string_view field_columns =
    "account_id, field, value_sealed, value_key, status, source, verified_at, told";
constexpr std::string_view field_values =
    "value_sealed, value_key, status, source, verified_at, told";
constexpr std::string_view change_columns =
    "id, account_id, field, at, old_status, new_status, old_source, new_source, reason, request_id";

constexpr std::string_view claim_person = "claim_person(bytea,bytea,bytea,bytea,text,bytea)";
constexpr std::string_view make_link =
    "make_link(timestamp with time zone,text,text,bigint,text,bytea,text,smallint,inet,integer,"
    "bytea,bytea,text,text[],bytea,bytea,bytea,text,bytea)";

// Whoever locks a row (for no key update, on conflict do update) must be allowed to update one of
// its columns: then it is the one with which least can be done.
constexpr std::array grants{
    Grant{Duty::app, "schema_version", "select", {}},
    Grant{Duty::app, "account", "select", {}},
    Grant{Duty::app, "account", "insert",
          "portal, account_key, account_name_sealed, kind, created_at, last_login_at"},
    Grant{Duty::app, "account", "update", "kind, last_login_at"},
    Grant{Duty::app, "identity_field", "select", {}},
    Grant{Duty::app, "identity_field", "insert", field_columns},
    Grant{Duty::app, "identity_field", "update", field_values},
    Grant{Duty::app, "identity_field_change", "select",
          "id, account_id, field, at, new_source, reason"},
    Grant{Duty::app, "person", "select", {}},
    Grant{Duty::app, "person_subject", "select", {}},
    Grant{Duty::app, "link", "select", {}},
    // Not what officers compare.
    Grant{Duty::app, "review", "select",
          "id, reference, account_id, kind, provider, issuer, subject_key, citizen_key, source,"
          " case_key, reasons, state, created_at, stated_at, decided_at, link_id"},
    Grant{Duty::app, "review", "insert",
          "reference, account_id, kind, provider, issuer, subject_key, citizen_key, source,"
          " account_masked, other_masked, sides_sealed, reasons, case_key, created_at, stated_at,"
          " link_id"},
    Grant{Duty::app, "review", "update",
          "account_masked, other_masked, sides_sealed, reasons, case_key, stated_at, citizen_key,"
          " source"},
    Grant{Duty::app, "vault", "select", {}},
    Grant{Duty::app, "file", "select", {}},
    Grant{Duty::app, "record", "select", {}},
    Grant{Duty::app, "record_file", "select", {}},
    Grant{Duty::app, "transfer_item", "select", {}},
    Grant{Duty::app, "reuse_hindrances(bigint,bytea,text,text)", execute, {}},
    Grant{Duty::app, "reuse_warnings(bigint)", execute, {}},
    Grant{Duty::app, reuse_record, execute, {}},
    Grant{Duty::app, "person_flag", "select", "person_id, unflagged_at"},
    Grant{Duty::app, "kept_out(bigint)", execute, {}},
    Grant{Duty::app, claim_person, execute, {}},
    Grant{Duty::app, make_link, execute, {}},
    Grant{Duty::app, "audit_event", "insert", event_columns},
    Grant{Duty::app, "notice_choice", "select", "account_id, choice, at"},
    Grant{Duty::app, "notice_choice", "insert",
          "account_id, notice_version, choice, at, request_id"},

    Grant{Duty::officer, "schema_version", "select", {}},
    Grant{Duty::officer, "account", "select", {}},
    Grant{Duty::officer, "account", "update", "last_login_at"},
    Grant{Duty::officer, "identity_field", "select", {}},
    Grant{Duty::officer, "identity_field", "insert", field_columns},
    Grant{Duty::officer, "identity_field", "update", field_values},
    Grant{Duty::officer, "identity_field_change", "select",
          "id, account_id, field, at, new_source, reason"},
    Grant{Duty::officer, "person", "select", {}},
    Grant{Duty::officer, "link", "select", {}},
    Grant{Duty::officer, "review", "select", {}},
    Grant{Duty::officer, "review", "update",
          "state, proposed_at, proposed_by, decided_at, decided_by, note, undo_reason, act_reason,"
          " stated_at"},
    Grant{
        Duty::officer, "review", "insert",
        "kind, reference, account_id, provider, link_id, into_account_id, new_key, new_name_sealed,"
        " source, account_masked,"
        " other_masked, sides_sealed, reasons, created_at, stated_at"},
    Grant{Duty::officer, "undo_link(bigint)", execute, {}},
    Grant{Duty::officer, "close_account(bigint,text,text)", execute, {}},
    Grant{Duty::officer, "person_flag", "select", {}},
    Grant{Duty::officer, "account_act", "select", "account_id, act"},
    Grant{Duty::officer, "kept_out(bigint)", execute, {}},
    Grant{Duty::officer, "flag_person(bigint,text,text,text)", execute, {}},
    Grant{Duty::officer, "unflag_person(bigint,text,text,text)", execute, {}},
    Grant{Duty::officer, "rename_account(bigint)", execute, {}},
    Grant{Duty::officer, "merge_obstacle(bigint,bigint)", execute, {}},
    Grant{Duty::officer, "merge_accounts(bigint)", execute, {}},
    Grant{Duty::officer, "audit_event", "insert", event_columns},

    Grant{Duty::officer, "record_reuse", "select", {}},

    Grant{Duty::reader, "schema_version", "select", {}},
    Grant{Duty::reader, "account", "select",
          "id, portal, kind, status, created_at, last_login_at, merged_into"},
    Grant{Duty::reader, "identity_field", "select",
          "account_id, field, status, source, verified_at, told"},
    Grant{Duty::reader, "identity_field_change", "select", change_columns},
    Grant{Duty::reader, "person", "select", "id, created_at"},
    Grant{Duty::reader, "person_subject", "select", "issuer, person_id, created_at"},
    Grant{Duty::reader, "link", "select", {}},
    Grant{
        Duty::reader, "review", "select",
        "id, reference, account_id, kind, provider, source, reasons, state, created_at, stated_at,"
        " proposed_at, proposed_by, decided_at, decided_by, link_id, into_account_id"},
    Grant{Duty::reader, "vault", "select", {}},
    Grant{Duty::reader, "file", "select", "sha256, size, created_at"},
    Grant{
        Duty::reader, "record", "select",
        "id, vault_id, kind, doc_type_code, issuer_code, procedure_code, field_code, source, trust,"
        " signature_status, version, replaces, revoked_at, hidden, reuse_count, last_reused_at,"
        " created_at, origin_account_id, origin_record_id, link_id, transferred_at,"
        " returned_at"},
    Grant{Duty::reader, "record_file", "select", "record_id, sha256, mime"},
    Grant{Duty::reader, "record_reuse", "select",
          "id, record_id, portal, procedure_code, account_id, person_id, reused_at"},
    Grant{Duty::reader, "transfer_job", "select", {}},
    Grant{Duty::reader, "transfer_item", "select", {}},
    Grant{Duty::reader, "merge_item", "select", {}},
    Grant{Duty::reader, "person_flag", "select", "person_id, flagged_at, unflagged_at"},
    Grant{Duty::reader, "transfer_note", "select", {}},
    Grant{Duty::reader, "notice_choice", "select", {}},

    Grant{Duty::auditor, "schema_version", "select", {}},
    Grant{Duty::auditor, "audit_event", "select", {}},
    Grant{Duty::auditor, "audit_pending", "select", {}},
    Grant{Duty::auditor, "audit_leaf", "select", {}},
    Grant{Duty::auditor, "audit_leaf", "insert", {}},
    Grant{Duty::auditor, "audit_head", "select", {}},
    Grant{Duty::auditor, "audit_head", "insert", {}},
    Grant{Duty::auditor, "audit_exported(bytea,text)", execute, {}},
    Grant{Duty::auditor, "notice_choice", "select", {}},
    Grant{Duty::auditor, "account_act", "select",
          "id, account_id, act, at, officer, reason, other_account_id"},
    Grant{Duty::auditor, "person_flag", "select", {}},
    Grant{Duty::auditor, "merge_item", "select", {}},
    Grant{Duty::auditor, "record_reuse", "select", {}},
    Grant{Duty::auditor, "identity_field_change", "select", change_columns},
};

constexpr std::array<std::string_view, 25> tables{
    "schema_version", "account",        "identity_field", "identity_field_change",
    "person",         "person_subject", "link",           "review",
    "vault",          "file",           "record",         "record_file",
    "transfer_job",   "transfer_item",  "audit_event",    "notice_choice",
    "audit_pending",  "audit_leaf",     "audit_head",     "late_record",
    "account_act",    "person_flag",    "merge_item",     "record_reuse",
    "transfer_note"};
constexpr std::array<std::string_view, 12> sequences{
    "account_act_id_seq",           "account_id_seq", "audit_event_id_seq",
    "identity_field_change_id_seq", "link_id_seq",    "notice_choice_id_seq",
    "person_flag_id_seq",           "person_id_seq",  "record_id_seq",
    "record_reuse_id_seq",          "review_id_seq",  "vault_id_seq"};
constexpr std::array<std::string_view, 31> functions{
    "acting_officer(text)",
    "audit_event_guard()",
    "audit_event_wait()",
    "audit_exported(bytea,text)",
    "audit_leaf_settle()",
    "audit_seal_guard()",
    "carry_over(bigint,timestamp with time zone)",
    "carry_records(bigint,timestamp with time zone)",
    claim_person,
    "close_account(bigint,text,text)",
    "flag_person(bigint,text,text,text)",
    "identity_field_keep_change()",
    "identity_history_guard()",
    "kept_out(bigint)",
    "late_record_carry()",
    "link_kept_out()",
    make_link,
    "merge_accounts(bigint)",
    "merge_obstacle(bigint,bigint)",
    "record_file_written()",
    "record_origin_guard()",
    "record_owner_told()",
    "record_reuse_guard()",
    "record_written()",
    "rename_account(bigint)",
    "reuse_hindrances(bigint,bytea,text,text)",
    reuse_record,
    "reuse_warnings(bigint)",
    "review_guard()",
    "undo_link(bigint)",
    "unflag_person(bigint,text,text,text)"};

std::string everybody() {
  std::string roles = "public";
  for (const Duty duty : duties) roles.append(", ").append(role_of(duty));
  return roles;
}

std::string privilege_sql(const Grant& grant) {
  std::string text{grant.privilege};
  if (!grant.columns.empty()) text.append(" (").append(grant.columns).append(")");
  return text;
}

}  // namespace

std::string_view role_of(Duty duty) {
  switch (duty) {
    case Duty::app:
      return "vneid_app";
    case Duty::officer:
      return "vneid_officer";
    case Duty::reader:
      return "vneid_reader";
    case Duty::auditor:
      return "vneid_auditor";
  }
  return {};
}

std::span<const Duty> all_duties() { return duties; }
std::span<const Grant> all_grants() { return grants; }
std::span<const std::string_view> all_tables() { return tables; }
std::span<const std::string_view> all_sequences() { return sequences; }
std::span<const std::string_view> all_functions() { return functions; }

std::string grant_sql() {
  const std::string from = " from " + everybody() + ";\n";
  std::string sql;
  const auto revoke = [&](std::string_view kind, std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
      sql.append("revoke all on ").append(kind).append(" ").append(name).append(from);
    }
  };
  revoke("table", tables);
  revoke("sequence", sequences);
  revoke("function", functions);
  for (const Grant& grant : grants) {
    sql.append("grant ").append(privilege_sql(grant));
    sql.append(grant.privilege == execute ? " on function " : " on table ").append(grant.table);
    sql.append(" to ").append(role_of(grant.duty)).append(";\n");
  }
  return sql;
}

std::string as_owner() {
  return "select set_config('role', rolname, true) from pg_roles o where o.rolname = 'vneid_owner'"
         " and pg_has_role(session_user, o.oid, 'member') and o.oid = coalesce("
         "(select relowner from pg_class where oid = to_regclass('schema_version')),"
         " (select datdba from pg_database where datname = current_database()));\n";
}

}  // namespace vneid::admin
