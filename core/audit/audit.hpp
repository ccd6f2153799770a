#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/postgres/database.hpp"

namespace vneid::audit {

enum class Result : std::uint8_t {
  ok,
  refused,  ///< a rule said no
  failed,   ///< something broke
};

/// Who asked, from where, in which request: what every event of a request has in common.
/// Hashes are 32 raw bytes or empty.
struct Origin {
  std::string request_id;
  std::string ip;  ///< numeric; empty: not from the network
  std::uint16_t port = 0;
  std::string user_agent_hash;
  std::string session_hash;
};

/// One line of the trail (domain.md §8.4). Holds no full citizen number, name, token or code;
/// the database refuses what looks like one. Empty text: not told.
struct Event {
  Wall at{};
  std::string name;  ///< e.g. "link.made": [a-z0-9_.], at most 64 characters
  Result result = Result::ok;
  std::string reason;  ///< codes, comma-separated
  Origin origin;
  std::optional<AccountId> account_id;
  std::string pid_masked;  ///< CitizenNumber::masked()
  std::string pid_key;     ///< KeyRing::lookup_key of the number, 32 raw bytes
  std::string provider;
  std::optional<int> level;
  std::string notice_version;
  std::optional<LinkId> link_id;
};

/// Everything of an event but its name, result and link, as parameters: at, reason, request_id,
/// account_id, pid_masked, pid_key, provider, level, ip, port, user_agent_hash, session_hash,
/// notice_version. For functions of the schema that write events with what they tell of.
postgres::Params circumstances(Event event);

/// Adds an event in a transaction of its own.
Task<void> record(postgres::Database& database, Event event);
/// Adds an event to what the transaction does: both stand or neither.
Task<void> record(postgres::Transaction& transaction, Event event);

/// What a person did with the notice (R39).
enum class Choice : std::uint8_t { shown, skip, vneid };

struct NoticeChoice {
  Wall at{};
  AccountId account_id;
  std::string notice_version;
  Choice choice = Choice::shown;
  Origin origin;
};

/// Keeps the choice and its audit event ("notice.shown", "notice.skip", "notice.vneid"), in one
/// statement.
Task<void> record(postgres::Database& database, NoticeChoice choice);

/// When the account has pressed [Bỏ qua] last.
Task<std::optional<Wall>> last_skip(postgres::Database& database, AccountId account_id);

/// Stable names, as the database has them.
std::string_view to_text(Result result) noexcept;
std::string_view to_text(Choice choice) noexcept;

}  // namespace vneid::audit
