#include "vneidctl/command_line.hpp"

#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>

#include "admin/audit/commands.hpp"
#include "admin/commands.hpp"
#include "admin/officers/commands.hpp"
#include "doctor/command.hpp"
#include "probe/command.hpp"
#include "vneidctl/help.hpp"

namespace vneid::admin {

namespace {

struct Command {
  const char* group;  ///< null: none
  const char* name;
  const char* operand;  ///< null: none
  Exit (*run)(const Options&);
  const char* text;
};

constexpr std::array commands{
    Command{"", "doctor", nullptr, doctor::run,
            "look at everything nginx uses, and say what is wrong and its cure"},
    Command{"schema", "migrate", nullptr, schema_migrate,
            "apply the schema files that the database does not have yet"},
    Command{"schema", "status", nullptr, schema_status,
            "tell which are applied, pending or changed"},
    Command{"database", "create", nullptr, database_create,
            "make database, roles, tables and grants; run as postgres"},
    Command{"keys", "generate", "FILE", keys_generate,
            "write a new key file, readable by its owner alone"},
    Command{"keys", "rotate", "FILE", keys_rotate,
            "put a fresh sealing key in front; old ones still open"},
    Command{"import", "accounts", "FILE", import_accounts, "read accounts.csv"},
    Command{"import", "vault", "FILE", import_vault,
            "read vault.csv; its files are named relative to it"},
    Command{"accounts", "duplicates", nullptr, accounts_duplicates,
            "list accounts that --account-form makes one"},
    Command{"accounts", "close", "ACCOUNT", accounts_close,
            "close an account and end its sessions, with --reason"},
    Command{"accounts", "rename", "ACCOUNT", accounts_rename,
            "give it the name --to; it takes two officers"},
    Command{"accounts", "merge", "ACCOUNT", accounts_merge,
            "make it part of the account --into; it takes two officers"},
    Command{"persons", "flag", "PERSON", persons_flag,
            "keep a person out and end all sessions, with --reason"},
    Command{"persons", "unflag", "PERSON", persons_unflag,
            "let them in again, with --reason; another officer's"},
    Command{"links", "show", "ACCOUNT", links_show, "tell what an account is linked to"},
    Command{"links", "undo", "LINK", links_undo,
            "undo the link of that number; it takes two officers"},
    Command{"transfer", "check", nullptr, transfer_check,
            "tell which records did not follow their account's link"},
    Command{"transfer", "resume", nullptr, transfer_resume, "carry those over"},
    Command{"dossier", "papers", "CODE", dossier_papers,
            "tell which papers of the vault serve in a dossier"},
    Command{"review", "list", nullptr, review_list, "list what officers must decide, oldest first"},
    Command{"review", "show", "REFERENCE", review_show, "compare both sides, masked"},
    Command{"review", "approve", "REFERENCE", review_approve,
            "approve as the user who runs this; it takes two officers"},
    Command{"review", "reject", "REFERENCE", review_reject, "reject, with --reason"},
    Command{"audit", "key", "FILE", audit_key, "make a key that signs heads, and FILE.pub"},
    Command{"audit", "seal", nullptr, audit_seal, "seal the events that wait"},
    Command{"audit", "verify", nullptr, audit_verify,
            "tell what was changed, removed or put in since it was sealed"},
    Command{"audit", "proof", "ID", audit_proof, "print the proof that an event is in the trail"},
    Command{"audit", "consistency", "HEAD", audit_consistency,
            "print the proof that it goes on from the head --since"},
    Command{"audit", "check", "FILE", audit_check, "check printed proofs; needs no database"},
    Command{"audit", "export", nullptr, audit_export,
            "print all events of a person (--subject) with their proofs"},
    Command{"audit", "archive", nullptr, audit_archive,
            "move old sealed events (--before) into a file (--to)"},
    Command{"portal", "probe", "URL", probe::run,
            "log in at a portal's login page and say which vneid_login fits"},
};

constexpr const char* exit_codes =
    "Exit status: 0 done; 1 done, but lines were rejected or files are pending;\n"
    "2 the command line is wrong; 3 could not be done.\n"
    "Of doctor: 0 all is well; 1 there are warnings; 2 something is wrong.\n"
    "Of audit verify and check: 0 all is as sealed; 1 it is not.\n"
    "Of portal probe: 0 a whole recipe; 1 something is left to find out.";

std::string default_schema() {
  std::error_code ignored;
  const bool installed = std::filesystem::is_directory(VNEID_INSTALLED_SCHEMA, ignored);
  return installed ? VNEID_INSTALLED_SCHEMA : VNEID_SOURCE_SCHEMA;  // run from the build folder
}

void add_commands(CLI::App& app, Options& options, const Command*& chosen) {
  std::map<std::string_view, CLI::App*> groups{{"", &app}};
  for (const Command& each : commands) {
    CLI::App*& parent = groups[each.group];
    if (parent == nullptr) parent = app.add_subcommand(each.group)->require_subcommand(0, 1);
    CLI::App* added = parent->add_subcommand(each.name, each.text);
    added->callback([&chosen, &each] { chosen = &each; });
    if (each.operand != nullptr) added->add_option(each.operand, options.operand)->required();
  }
}

template <class Value>
CLI::Option* add(CLI::App* to, const char* name, const char* value, Value& into, const char* text) {
  return to->add_option(name, into, text)->option_text(value);
}

void add_options(CLI::App& app, Options& options) {
  add(&app, "--postgres", "CONNINFO", options.postgres,
      "where the database is (environment: VNEID_POSTGRES)")
      ->envname("VNEID_POSTGRES");
  add(&app, "--keys", "FILE", options.keys, "the key ring (environment: VNEID_KEYS)")
      ->envname("VNEID_KEYS");
  add(&app, "--redis", "WORDS", options.redis,
      "where sessions are: as vneid_redis in nginx.conf, in one word\n(environment: VNEID_REDIS)")
      ->envname("VNEID_REDIS");
  add(&app, "--schema", "DIR", options.schema,
      "folder of the schema files (environment: VNEID_SCHEMA)")
      ->envname("VNEID_SCHEMA");
  add(&app, "--portal", "NAME", options.portal,
      "as vneid_portal in nginx.conf; default \"portal\"\n(environment: VNEID_PORTAL)")
      ->envname("VNEID_PORTAL");

  add(&app, "--account-form", "FORM", options.account_form,
      "exact (the default), fold or trim,fold: as account_form= of\nvneid_login (environment: "
      "VNEID_ACCOUNT_FORM)")
      ->envname("VNEID_ACCOUNT_FORM")
      ->check(CLI::IsMember({"exact", "fold", "trim,fold"}));

  auto* doctor = app.get_subcommand("doctor");
  add(doctor, "--nginx", "FILE", options.nginx, "the binary; else the one in PATH or /usr/sbin");
  add(doctor, "--conf", "FILE", options.conf, "its main file; else what \"nginx -T\" reads");
  add(doctor, "--format", "FORMAT", options.format, "text (the default) or json")
      ->check(CLI::IsMember({"text", "json"}));

  auto* create = app.get_subcommand("database")->get_subcommand("create");
  add(create, "--name", "NAME", options.name, "of the database; default \"vneid\"");
  add(create, "--worker", "USER", options.worker_user,
      "who runs nginx's workers; default \"www-data\"");
  add(create, "--operator", "USER", options.operator_user, "who runs vneidctl; default \"root\"");
  add(create, "--sealer", "USER", options.sealer_user,
      "who seals the audit trail; default \"vneid-audit\"");
  create->add_flag("--print", options.print, "print the SQL for psql, do nothing");

  auto* import = app.get_subcommand("import");
  import->add_flag("--dry-run", options.dry_run, "check and count, change nothing");
  add(import, "--errors", "FILE", options.errors,
      "write the lines that were not imported, with the reason");

  auto* accounts = app.get_subcommand("accounts");
  add(accounts, "--reason", "TEXT", options.reason, "why, for the records; the first officer's");
  auto* rename = accounts->get_subcommand("rename");
  add(rename, "--to", "NAME", options.new_name, "what the portal calls it now")->required();
  auto* merge = accounts->get_subcommand("merge");
  add(merge, "--into", "ACCOUNT", options.into, "the account that stays")->required();
  add(app.get_subcommand("persons"), "--reason", "TEXT", options.reason, "why, for the records");
  add(app.get_subcommand("links")->get_subcommand("undo"), "--reason", "TEXT", options.reason,
      "why, for the records; the first officer's");

  auto* review = app.get_subcommand("review");
  add(review, "--reason", "TEXT", options.reason, "of a rejection, for the records");
  add(review->get_subcommand("list"), "--state", "STATE", options.state,
      "open (the default), approved, rejected or all");
  add(review->get_subcommand("list"), "--after", "REF", options.after, "goes on after this one");
  add(review->get_subcommand("list"), "--limit", "N", options.limit, "at most so many (50)")
      ->check(CLI::Range(1, 10000));

  auto* probe = app.get_subcommand("portal")->get_subcommand("probe");
  add(probe, "--user", "NAME", options.user, "of a test account, which ends up logged in")
      ->required();
  add(probe, "--password-file", "FILE", options.password_file,
      "its first line is the password; mode 0600 or 0640")
      ->required();
  add(probe, "--me", "PATH", options.me, "of the portal, that tells who is logged in, as /api/me");
  add(probe, "--format", "FORMAT", options.format, "text (the default) or json")
      ->check(CLI::IsMember({"text", "json"}));
}

void add_audit_options(CLI::App& app, AuditOptions& options, std::string& format) {
  auto* audit = app.get_subcommand("audit");
  const auto of = [audit](const char* name) { return audit->get_subcommand(name); };
  add(audit, "--public", "FILE", options.public_keys,
      "the public keys, old ones too (environment:\nVNEID_AUDIT_PUBLIC)")
      ->envname("VNEID_AUDIT_PUBLIC");
  add(of("seal"), "--key", "FILE", options.key, "that signs (environment: VNEID_AUDIT_KEY)")
      ->envname("VNEID_AUDIT_KEY");
  add(of("seal"), "--heads", "FILE", options.heads, "append the heads to it, a line of JSON each");
  of("seal")->add_flag("--syslog", options.syslog, "send the heads to the system's log");
  add(of("seal"), "--metrics", "FILE", options.metrics,
      "write them for Prometheus' textfile collector");
  add(of("verify"), "--heads", "FILE", options.heads, "heads that left the database");
  add(of("verify"), "--late", "SECONDS", options.late,
      "an event may be committed after its time; default 300");
  add(of("verify"), "--format", "FORMAT", format, "text (the default) or json")
      ->check(CLI::IsMember({"text", "json"}));
  for (const char* name : {"verify", "proof", "export"}) {
    add(of(name), "--archive", "FILE", options.archives, "archived events; may be given again")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  add(of("consistency"), "--since", "HEAD", options.since, "its number; default 0, the first");
  add(of("export"), "--subject", "FILE", options.subject,
      "whose first line is the person's number; \"-\": standard\ninput")
      ->required();
  add(of("archive"), "--before", "DATE", options.before, "events before that day, YYYY-MM-DD (UTC)")
      ->required();
  add(of("archive"), "--to", "FILE", options.to, "where they go; must not be there")->required();
}

Exit usage(const std::string& message) {
  std::cerr << "vneidctl: " << message << "\nTry \"vneidctl --help\".\n";
  return exit_usage;
}

}  // namespace

Exit run_command_line(int argc, char** argv) {
  Options options;
  options.schema = default_schema();
  const Command* chosen = nullptr;
  CLI::App app{"", "vneidctl"};
  app.formatter(std::make_shared<Help>());
  app.footer(exit_codes);
  app.set_help_flag("--help", "tell this, or more of the command before it");
  app.set_version_flag("--version", "vneidctl " VNEID_VERSION, "tell the version");
  app.require_subcommand(0, 1)->fallthrough();
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  add_commands(app, options, chosen);
  add_options(app, options);
  add_audit_options(app, options.audit, options.format);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked);
    return exit_ok;
  } catch (const CLI::ParseError& wrong) {
    return usage(wrong.what());
  }
  return chosen == nullptr ? usage("no command") : chosen->run(options);
}

}  // namespace vneid::admin
