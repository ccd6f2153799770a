#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace vneid::postgres {

/// The five letters of SQLSTATE, or empty when libpq itself made the result.
std::string_view sqlstate(const PGresult* result) noexcept;

/// Whether the server says that this session is over.
bool is_farewell(const PGresult* result) noexcept;

/// What may be told of a failed result: SQLSTATE and primary message, never a value.
std::string describe(const PGresult* result);

/// Throws what a failed result means: Unavailable when another try later may go well without
/// anything being changed (server going, out of connections, statement out of time),
/// StatementError otherwise.
[[noreturn]] void throw_failure(const PGresult* result);

/// One line of an error while connecting. No statement has been sent then, so no value is in it.
std::string connect_cause(const PGconn* connection);

}  // namespace vneid::postgres
