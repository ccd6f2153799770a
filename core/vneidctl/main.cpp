#include <array>
#include <exception>
#include <iostream>
#include <string_view>

#include "admin/commands.hpp"
#include "doctor/command.hpp"
#include "net/unavailable.hpp"

namespace vneid::admin {
namespace {

struct Command {
  std::string_view group;
  std::string_view verb;  ///< empty: the group is the whole command
  std::size_t operands;
  Exit (*run)(const Options&);
};

constexpr std::array commands{
    Command{"doctor", "", 0, doctor::run},
    Command{"schema", "migrate", 0, schema_migrate},
    Command{"schema", "status", 0, schema_status},
    Command{"database", "create", 0, database_create},
    Command{"keys", "generate", 1, keys_generate},
    Command{"keys", "rotate", 1, keys_rotate},
    Command{"import", "accounts", 1, import_accounts},
    Command{"import", "vault", 1, import_vault},
    Command{"links", "show", 1, links_show},
    Command{"review", "list", 0, review_list},
    Command{"review", "show", 1, review_show},
    Command{"review", "approve", 1, review_approve},
    Command{"review", "reject", 1, review_reject},
};

Exit usage(const std::string& message) {
  std::cerr << "vneidctl: " << message << "\nTry \"vneidctl --help\".\n";
  return exit_usage;
}

Exit dispatch(const Options& options) {
  const auto& words = options.words;
  if (words.empty()) return usage("no command");
  for (const Command& command : commands) {
    const std::size_t named = command.verb.empty() ? 1 : 2;
    if (words[0] != command.group || words.size() < named) continue;
    if (named == 2 && words[1] != command.verb) continue;
    if (words.size() != named + command.operands) {
      return usage(words.size() < named + command.operands ? "the command needs an operand"
                                                           : "too many operands");
    }
    return command.run(options);
  }
  return usage("no such command: " + words[0] + (words.size() > 1 ? " " + words[1] : ""));
}

Exit run(int argc, char** argv) {
  auto options = parse_options(argc, argv);
  if (!options) return usage(options.error());
  if (options->help) {
    std::cout << help_text();
    return exit_ok;
  }
  if (options->version) {
    std::cout << "vneidctl " VNEID_VERSION "\n";
    return exit_ok;
  }
  return dispatch(*options);
}

/// What the database's refusal means to whoever typed the command.
std::string explained(const postgres::StatementError& refused) {
  constexpr std::string_view undefined_table = "42P01";
  constexpr std::string_view insufficient_privilege = "42501";
  std::string text = refused.what();
  if (refused.sqlstate() == undefined_table) {
    text += "; run \"vneidctl schema migrate\" first";
  } else if (refused.sqlstate() == insufficient_privilege) {
    text += "; run it as the database's owner or a member of vneid_owner";
  }
  return text;
}

std::string explained(const Unavailable& away) {
  return std::string{away.what()} + (away.kind() == FailureKind::misconfigured
                                         ? ""
                                         : "; check --postgres and that the server runs");
}

}  // namespace
}  // namespace vneid::admin

int main(int argc, char** argv) {
  namespace admin = vneid::admin;
  try {
    return admin::run(argc, argv);
  } catch (const admin::CommandFailed& failed) {
    std::cerr << "vneidctl: " << failed.what() << '\n';
    return failed.code();
  } catch (const vneid::Unavailable& away) {
    std::cerr << "vneidctl: " << admin::explained(away) << '\n';
  } catch (const vneid::postgres::StatementError& refused) {
    std::cerr << "vneidctl: " << admin::explained(refused) << '\n';
  } catch (const std::exception& failure) {
    std::cerr << "vneidctl: " << failure.what() << '\n';
  }
  return admin::exit_failed;
}
