#include "net/postgres_error.hpp"

#include <algorithm>

#include "net/postgres.hpp"
#include "net/unavailable.hpp"

namespace vneid::postgres {

namespace {

std::string_view field(const PGresult* result, int code) noexcept {
  const char* value = PQresultErrorField(result, code);
  return value == nullptr ? std::string_view{} : std::string_view{value};
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
  throw StatementError(std::string(state), std::string(field(result, PG_DIAG_CONSTRAINT_NAME)),
                       describe(result));
}

std::string connect_cause(const PGconn* connection) {
  std::string text = connection == nullptr ? "out of memory" : PQerrorMessage(connection);
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text.empty() ? "no connection" : text;
}

}  // namespace vneid::postgres
