#include <charconv>
#include <climits>

#include <libpq-fe.h>

#include "net/postgres/database.hpp"

namespace vneid::postgres {

namespace {

constexpr Oid bytea_type = 17;

// The positions that libpq takes, checked: libpq itself only warns on stderr.
struct Cell {
  const PGresult* result;
  int row;
  int column;

  [[nodiscard]] bool is_null() const noexcept { return PQgetisnull(result, row, column) == 1; }
  [[nodiscard]] std::string_view text() const {
    if (is_null()) throw std::logic_error("postgres: NULL where a value was expected");
    return {PQgetvalue(result, row, column),
            static_cast<std::size_t>(PQgetlength(result, row, column))};
  }
};

Cell cell(const std::shared_ptr<void>& handle, std::size_t row, std::size_t column) {
  const auto* result = static_cast<const PGresult*>(handle.get());
  if (result == nullptr || row >= static_cast<std::size_t>(PQntuples(result)) ||
      column >= static_cast<std::size_t>(PQnfields(result))) {
    throw std::logic_error("postgres: no such row or column in the result");
  }
  return {.result = result, .row = static_cast<int>(row), .column = static_cast<int>(column)};
}

[[noreturn]] void wrong_type(const char* wanted) {
  throw std::logic_error(std::string("postgres: the column is not ") + wanted);
}

// A run of digits of a timestamp, and the character that must follow it ('\0': the end).
int number(std::string_view& rest, std::string_view followers) {
  int value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  const auto length = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc{} || length == 0 || rest.front() == '-' || length == rest.size() ||
      followers.find(rest[length]) == std::string_view::npos) {
    wrong_type("a timestamptz in UTC");
  }
  rest.remove_prefix(length);
  return value;
}

Milliseconds fraction(std::string_view& rest) {
  int value = 0;
  int scale = 100;
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    value += scale * (rest.front() - '0');
    scale /= 10;
    rest.remove_prefix(1);
  }
  return Milliseconds{value};
}

// PostgreSQL's ISO style: 2024-07-01 00:00:00[.123456]+00
Wall parse_instant(std::string_view text) {
  std::string_view rest = text;
  const auto take = [&rest](std::string_view followers) {
    const int value = number(rest, followers);
    if (rest.front() != '.' && rest.front() != '+') rest.remove_prefix(1);
    return value;
  };
  const std::chrono::year year{take("-")};
  const std::chrono::month month{static_cast<unsigned>(take("-"))};
  const std::chrono::day day{static_cast<unsigned>(take(" "))};
  const std::chrono::year_month_day date = year / month / day;
  const std::chrono::hours hours{take(":")};
  const std::chrono::minutes minutes{take(":")};
  const std::chrono::seconds seconds{take(".+")};
  Milliseconds part{0};
  if (rest.front() == '.') {
    rest.remove_prefix(1);
    part = fraction(rest);
  }
  if (rest != "+00" || !date.ok()) wrong_type("a timestamptz in UTC");
  return Wall{std::chrono::sys_days{date} + hours + minutes + seconds + part};
}

}  // namespace

std::size_t Result::rows() const noexcept {
  if (!handle_) return 0;
  return static_cast<std::size_t>(PQntuples(static_cast<const PGresult*>(handle_.get())));
}

std::size_t Result::affected() const noexcept {
  if (!handle_) return 0;
  const std::string_view count = PQcmdTuples(static_cast<PGresult*>(handle_.get()));
  std::size_t value = 0;
  std::from_chars(count.data(), count.data() + count.size(), value);
  return value;
}

bool Result::is_null(std::size_t row, std::size_t column) const {
  return cell(handle_, row, column).is_null();
}

std::string_view Result::text(std::size_t row, std::size_t column) const {
  return cell(handle_, row, column).text();
}

std::optional<std::string> Result::optional_text(std::size_t row, std::size_t column) const {
  const Cell found = cell(handle_, row, column);
  if (found.is_null()) return std::nullopt;
  return std::string(found.text());
}

std::int64_t Result::integer(std::size_t row, std::size_t column) const {
  const std::string_view digits = text(row, column);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) wrong_type("an integer");
  return value;
}

bool Result::boolean(std::size_t row, std::size_t column) const {
  const std::string_view letter = text(row, column);
  if (letter != "t" && letter != "f") wrong_type("a boolean");
  return letter == "t";
}

std::string Result::bytes(std::size_t row, std::size_t column) const {
  const Cell found = cell(handle_, row, column);
  const std::string_view encoded = found.text();
  if (PQftype(found.result, found.column) != bytea_type) wrong_type("a bytea");
  std::size_t length = 0;
  const std::unique_ptr<unsigned char, decltype([](unsigned char* memory) { PQfreemem(memory); })>
      decoded{PQunescapeBytea(reinterpret_cast<const unsigned char*>(encoded.data()), &length)};
  if (!decoded) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(decoded.get()), length};
}

std::optional<std::string> Result::optional_bytes(std::size_t row, std::size_t column) const {
  if (is_null(row, column)) return std::nullopt;
  return bytes(row, column);
}

Wall Result::instant(std::size_t row, std::size_t column) const {
  return parse_instant(text(row, column));
}

}  // namespace vneid::postgres
