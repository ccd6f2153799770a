#include "admin/officer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <pwd.h>
#include <string_view>
#include <unistd.h>

#include "certain.hpp"
#include "link/stored_values.hpp"
#include "text/utf8.hpp"

namespace vneid::admin {

namespace {

constexpr uid_t first_person = 1000;
/// systemd's dynamic users, and "nobody".
constexpr uid_t first_of_services = 61184;
constexpr uid_t last_of_services = 65535;

constexpr std::uint32_t no_login = std::numeric_limits<std::uint32_t>::max();

/// Whether somebody's number is in it, however it is grouped.
bool has_long_number(std::string_view text) {
  constexpr int digits_of_a_number = 9;
  int digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (++digits == digits_of_a_number) return true;
    } else if (c != ' ' && c != '.' && c != '-') {
      digits = 0;
    }
  }
  return false;
}

}  // namespace

std::optional<uid_t> login_of(const std::string& file) {
  std::ifstream stream{file};
  std::string text;
  if (!(stream >> text)) return std::nullopt;
  std::uint32_t login = no_login;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, login);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return uid_t{0};  // not readable: nobody
  if (login == no_login) return std::nullopt;
  return login;
}

std::expected<uid_t, std::string> officer_of(std::optional<uid_t> login, uid_t real) {
  const uid_t user = login.value_or(real);
  if (user == 0) {
    return std::unexpected(
        login ? "somebody who logged in as root is nobody in particular: log in as yourself, then "
                "use sudo"
              : "root is nobody in particular, and this system keeps no audit login id "
                "(/proc/self/loginuid): run it as yourself");
  }
  if (user < first_person || (user >= first_of_services && user <= last_of_services)) {
    return std::unexpected("user id " + std::to_string(user) +
                           " is an account of the system, which several people may use: run it as "
                           "yourself");
  }
  return user;
}

std::string current_officer() {
  const auto user = officer_of(login_of("/proc/self/loginuid"), ::getuid());
  if (!user) throw CommandFailed(exit_failed, "who decides? " + user.error());
  const passwd* account = ::getpwuid(*user);
  if (account == nullptr || account->pw_name == nullptr || *account->pw_name == '\0') {
    throw CommandFailed(exit_failed, "who decides? user id " + std::to_string(*user) +
                                         " names no account of this system");
  }
  return account->pw_name;
}

std::string reason_given(const Options& options) {
  constexpr std::size_t longest = 1000;  // characters, as the database has it
  const std::string what = "--reason says why in one line: up to 1000 characters of UTF-8";
  auto reason = link::stored_text(options.reason);
  if (!reason) throw CommandFailed(exit_usage, what);
  const auto points = certain(text::decode_utf8(*reason));
  const auto unfit = [](char32_t point) { return point < U' ' || text::is_forbidden(point); };
  if (std::ranges::all_of(points, text::is_blank) || points.size() > longest ||
      std::ranges::any_of(points, unfit)) {
    throw CommandFailed(exit_usage, what);
  }
  if (has_long_number(*reason)) {
    throw CommandFailed(exit_usage,
                        "--reason must not hold somebody's number: more people read it "
                        "than may know it");
  }
  return *std::move(reason);
}

}  // namespace vneid::admin
