#include <exception>
#include <iostream>
#include <string_view>

#include "net/postgres/database.hpp"
#include "net/unavailable.hpp"
#include "vneidctl/command_line.hpp"

namespace vneid::admin {
namespace {

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
    return admin::run_command_line(argc, argv);
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
