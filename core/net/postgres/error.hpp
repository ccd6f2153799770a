#pragma once

#include <optional>
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

/// Throws what an error while connecting means. No statement has been sent then, so no value is in
/// the text. SQLSTATE is known when the connection's verbosity is PQERRORS_VERBOSE.
[[noreturn]] void throw_connect_failure(const PGconn* connection);

/// What an operator does about a database that was not set up for us; empty for other states.
std::string_view cure_of(std::string_view sqlstate) noexcept;

/// What libpq says where it could not connect because of how it or the server is set up (files,
/// certificates, TLS, the socket's folder), with the cure; nothing when waiting may help.
std::optional<std::string> misconfiguration_in(std::string_view text);

}  // namespace vneid::postgres
