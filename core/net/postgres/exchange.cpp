// The half of Connection that moves bytes: sending what libpq queued, and collecting the answer.

#include <openssl/ssl.h>

#include "async/wait.hpp"
#include "net/postgres/connection.hpp"
#include "net/postgres/error.hpp"
#include "net/unavailable.hpp"

namespace vneid::postgres {

void Connection::start_exchange() {
  if (in_flight_) throw std::logic_error("postgres: a statement is in flight on this connection");
  in_flight_ = true;
}

void Connection::sent(int accepted) {
  if (accepted == 0) lose();
}

/// The last result, or the first one that failed.
Task<Connection::Handle> Connection::answer() {
  co_await flush();
  Handle kept;
  for (;;) {
    co_await wait_for_result();
    Handle next{PQgetResult(connection_.get())};
    if (!next) break;
    const ExecStatusType status = PQresultStatus(next.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      lost_ = true;
      throw std::logic_error("postgres: COPY is not spoken here");
    }
    if (is_farewell(next.get())) {
      lost_ = true;
      throw_failure(next.get());
    }
    if (!kept || PQresultStatus(kept.get()) != PGRES_FATAL_ERROR) kept = std::move(next);
  }
  in_flight_ = false;
  if (!kept) lose();
  co_return kept;
}

/// A result for each statement of a pipeline, up to the first one that failed: what comes after it
/// was skipped.
Task<std::vector<Connection::Handle>> Connection::answers() {
  co_await flush();
  std::vector<Handle> kept;
  for (bool failed = false;;) {
    co_await wait_for_result();
    Handle next{PQgetResult(connection_.get())};
    if (!next) {  // ends a statement's results
      if (PQstatus(connection_.get()) != CONNECTION_OK) lose();
      continue;
    }
    const ExecStatusType status = PQresultStatus(next.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (is_farewell(next.get())) {
      lost_ = true;
      throw_failure(next.get());
    }
    if (!failed) kept.push_back(std::move(next));
    failed = failed || status == PGRES_FATAL_ERROR;
  }
  if (PQexitPipelineMode(connection_.get()) == 0) lose();
  in_flight_ = false;
  co_return kept;
}

Task<void> Connection::flush() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) co_return;
    if (left < 0 || socket() < 0) lose();
    // Both ways: a server that cannot get rid of its answer does not read on either.
    const Readiness found = co_await readable_or_writable(loop_, socket());
    if (found.readable) consume();
  }
}

Task<void> Connection::wait_for_result() {
  while (PQisBusy(connection_.get()) == 1) {
    if (unread_tls_bytes()) {
      consume();
      continue;
    }
    if (socket() < 0) lose();
    const Readiness found = co_await readable(loop_, socket());
    if (found.readable) consume();
  }
}

/// Decrypted bytes may wait inside OpenSSL while the socket stays silent.
bool Connection::unread_tls_bytes() const noexcept {
  const auto* tls = static_cast<const SSL*>(PQsslStruct(connection_.get(), "OpenSSL"));
  return tls != nullptr && SSL_pending(tls) > 0;
}

void Connection::consume() {
  if (PQconsumeInput(connection_.get()) == 0) lose();
}

/// The connection has ended. The server's last words, when they came through, tell why.
void Connection::lose() {
  lost_ = true;
  constexpr int most_results = 8;
  for (int i = 0; i < most_results && PQisBusy(connection_.get()) == 0; ++i) {
    const Handle last{PQgetResult(connection_.get())};
    if (!last) break;
    if (is_farewell(last.get())) throw_failure(last.get());
  }
  throw Unavailable(Unavailable::Dependency::postgres, "postgres: connection lost",
                    FailureKind::refused);
}

void Connection::check(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return;
    default:
      break;
  }
  if (sqlstate(result).empty()) lost_ = true;  // libpq's own words, not the server's
  throw_failure(result);
}

}  // namespace vneid::postgres
