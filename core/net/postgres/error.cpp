#include "net/postgres/error.hpp"

#include <algorithm>

#include "net/postgres/database.hpp"
#include "net/unavailable.hpp"

namespace vneid::postgres {

namespace {

std::string_view field(const PGresult* result, int code) noexcept {
  const char* value = PQresultErrorField(result, code);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

constexpr const char* look_at_certificates =
    "correct sslrootcert=, sslcert=, sslkey= and host= of vneid_postgres, or PostgreSQL's own "
    "certificate";

/// What libpq itself says of a set-up that no waiting mends; nginx never leaves the C locale.
struct Sign {
  std::string_view text;
  const char* cure;
};
constexpr Sign signs[] = {
    {"failed: Permission denied", "let nginx's user reach the socket"},  // connect(2)'s EACCES
    {"certificate file", look_at_certificates},  // the root's, ours: not there, not to be read
    {"private key file", look_at_certificates},
    {"private SSL key", look_at_certificates},
    {"certificate verify failed", look_at_certificates},
    {"does not match host name", look_at_certificates},
    {"server certificate", look_at_certificates},
    {"SSL certificate's", look_at_certificates},
    {"for a verified SSL connection", "give host= in vneid_postgres, the name in the certificate"},
    // TLS alerts: the server does not take our certificate.
    {"alert unknown ca", look_at_certificates},
    {"alert bad certificate", look_at_certificates},
    {"alert certificate", look_at_certificates},
    {"server does not support SSL", "turn ssl on in postgresql.conf, or correct sslmode="},
    {"no password supplied", "give password_file= in vneid_postgres"},
    // What PQconninfoParse lets through: invalid sslmode value: "…", and the like.
    {" value: \"", "correct vneid_postgres"},
    {"for connection option", "correct vneid_postgres"},
};

std::string_view line_around(std::string_view text, std::size_t at) {
  const auto before = text.rfind('\n', at);
  text.remove_prefix(before == std::string_view::npos ? 0 : before + 1);
  return text.substr(0, text.find('\n'));
}

/// SQLSTATE in a verbose message, "FATAL:  28000: role …"; empty when the server said nothing.
std::string state_of_message(std::string_view text) {
  constexpr std::size_t length = 5;
  constexpr std::string_view mark = ":  ";
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const std::string_view state = text.substr(at + mark.size(), length);
    const std::string_view behind = text.substr(std::min(at + mark.size() + length, text.size()));
    const bool plain = std::ranges::all_of(state, [](char byte) {
      return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z');
    });
    if (state.size() == length && plain && behind.starts_with(": ")) return std::string{state};
  }
  return {};
}

}  // namespace

std::string_view sqlstate(const PGresult* result) noexcept {
  return field(result, PG_DIAG_SQLSTATE);
}

bool is_farewell(const PGresult* result) noexcept {
  const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  const std::string_view state = sqlstate(result);
  return severity == "FATAL" || severity == "PANIC" || state.starts_with("08") ||
         state == "57P01" || state == "57P02" || state == "57P03";
}

std::string describe(const PGresult* result) {
  const std::string_view state = sqlstate(result);
  if (state.empty()) return "postgres: connection lost";
  std::string text = "postgres ";
  text += state;
  text += ": ";
  // Messages of this class quote the value that was wrong.
  text += state.starts_with("22") ? "invalid data" : field(result, PG_DIAG_MESSAGE_PRIMARY);
  return text;
}

void throw_failure(const PGresult* result) {
  const std::string_view state = sqlstate(result);
  const bool out_of_time = state == "57014";
  if (state.empty() || is_farewell(result) || state == "53300" || out_of_time) {
    throw Unavailable(Unavailable::Dependency::postgres, describe(result), FailureKind::refused);
  }
  throw StatementError({.sqlstate = std::string(state),
                        .constraint = std::string(field(result, PG_DIAG_CONSTRAINT_NAME)),
                        .message = describe(result)});
}

std::string_view cure_of(std::string_view sqlstate) noexcept {
  if (sqlstate == "28000" || sqlstate == "28P01") {
    return "make it known: runuser -u postgres -- vneidctl database create; see also pg_hba.conf";
  }
  if (sqlstate == "3D000") return "make it: runuser -u postgres -- vneidctl database create";
  if (sqlstate == "42501") {
    return "give the role its rights: runuser -u postgres -- vneidctl database create";
  }
  if (sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "42883" || sqlstate == "42704" ||
      sqlstate == "3F000") {
    return "bring the schema to this release: \"vneidctl schema migrate\"";
  }
  return {};
}

std::optional<std::string> misconfiguration_in(std::string_view text) {
  for (const Sign& sign : signs) {
    const auto at = text.find(sign.text);
    // Of several lines the one that says it: the next may advise to turn verification off.
    if (at != std::string_view::npos) return std::string{line_around(text, at)} + "; " + sign.cure;
  }
  return {};
}

bool StatementError::is_misconfiguration() const noexcept { return !cure_of(sqlstate_).empty(); }

void throw_connect_failure(const PGconn* connection) {
  std::string text = connection == nullptr ? "out of memory" : PQerrorMessage(connection);
  const std::string state = state_of_message(text);
  if (const auto cure = cure_of(state); !cure.empty()) {
    // What follows the first line is where in PostgreSQL's own code it was said.
    text = text.substr(0, text.find('\n')) + "; ";
    text += cure;
    throw Unavailable(Unavailable::Dependency::postgres, "postgres: " + text,
                      FailureKind::misconfigured);
  }
  if (const auto told = misconfiguration_in(text)) {
    throw Unavailable(Unavailable::Dependency::postgres, "postgres: " + *told,
                      FailureKind::misconfigured);
  }
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  throw Unavailable(Unavailable::Dependency::postgres,
                    "postgres: " + (text.empty() ? "no connection" : text));
}

}  // namespace vneid::postgres
