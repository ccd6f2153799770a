#include "audit/audit.hpp"

#include <utility>

namespace vneid::audit {

namespace {

using postgres::Params;
using postgres::Statement;

constexpr Statement insert_event{
    "audit_insert_event",
    "insert into audit_event (at, reason, request_id, account_id, pid_masked, pid_key, provider,"
    " level, ip, port, user_agent_hash, session_hash, notice_version, event, result, link_id)"
    " values ($1, $2, $3, $4::bigint, $5, $6, $7, $8::smallint, $9::inet, $10::integer, $11, $12,"
    " $13, $14, $15, $16::bigint)"};

constexpr Statement insert_choice{
    "audit_insert_choice",
    "with kept as (insert into notice_choice (account_id, notice_version, choice, at, request_id)"
    " values ($1::bigint, $2::text, $3::text, $4::timestamptz, $5::text))"
    " insert into audit_event (at, event, result, account_id, notice_version, request_id, ip, port,"
    " user_agent_hash, session_hash)"
    " values ($4::timestamptz, 'notice.' || $3::text, 'ok', $1::bigint, $2::text, $5::text, "
    "$6::inet, $7::integer, $8, $9)"};

// By the index on account and time, backwards.
constexpr Statement find_last_skip{
    "audit_find_last_skip",
    "select at from notice_choice where account_id = $1::bigint and choice = 'skip'"
    " order by at desc limit 1"};

std::optional<std::string> known(std::string text) {
  if (text.empty()) return std::nullopt;
  return std::optional<std::string>{std::move(text)};
}

template <class Number>
void add_number(Params& params, const std::optional<Number>& number) {
  if (number) {
    params.integer(*number);
  } else {
    params.null();
  }
}

}  // namespace

Params circumstances(Event event) {
  Params params;
  params.instant(event.at)
      .text(known(std::move(event.reason)))
      .text(known(std::move(event.origin.request_id)));
  add_number(params, event.account_id);
  params.text(known(std::move(event.pid_masked)))
      .bytes(known(std::move(event.pid_key)))
      .text(known(std::move(event.provider)));
  add_number(params, event.level);
  const bool from_network = !event.origin.ip.empty();
  params.text(known(std::move(event.origin.ip)));
  add_number(params, from_network ? std::optional<std::int64_t>{event.origin.port} : std::nullopt);
  params.bytes(known(std::move(event.origin.user_agent_hash)))
      .bytes(known(std::move(event.origin.session_hash)))
      .text(known(std::move(event.notice_version)));
  return params;
}

namespace {

Params event_params(Event event) {
  std::string name = std::move(event.name);
  const std::string_view result = to_text(event.result);
  const std::optional<LinkId> link_id = event.link_id;
  Params params = circumstances(std::move(event));
  params.text(name).text(result);
  add_number(params, link_id);
  return params;
}

}  // namespace

Task<void> record(postgres::Database& database, Event event) {
  Params params = event_params(std::move(event));
  co_await database.query(insert_event, std::move(params));
}

Task<void> record(postgres::Transaction& transaction, Event event) {
  Params params = event_params(std::move(event));
  co_await transaction.query(insert_event, std::move(params));
}

Task<void> record(postgres::Database& database, NoticeChoice choice) {
  Params params;
  params.integer(choice.account_id)
      .text(choice.notice_version)
      .text(to_text(choice.choice))
      .instant(choice.at)
      .text(known(std::move(choice.origin.request_id)));
  const bool from_network = !choice.origin.ip.empty();
  params.text(known(std::move(choice.origin.ip)));
  add_number(params, from_network ? std::optional<std::int64_t>{choice.origin.port} : std::nullopt);
  params.bytes(known(std::move(choice.origin.user_agent_hash)))
      .bytes(known(std::move(choice.origin.session_hash)));
  co_await database.query(insert_choice, std::move(params));
}

Task<std::optional<Wall>> last_skip(postgres::Database& database, AccountId account_id) {
  Params params;
  params.integer(account_id);
  const postgres::Result rows = co_await database.query(find_last_skip, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  co_return rows.instant(0, 0);
}

std::string_view to_text(Result result) noexcept {
  switch (result) {
    case Result::ok:
      return "ok";
    case Result::refused:
      return "refused";
    case Result::failed:
      break;
  }
  return "failed";
}

std::string_view to_text(Choice choice) noexcept {
  switch (choice) {
    case Choice::shown:
      return "shown";
    case Choice::skip:
      return "skip";
    case Choice::vneid:
      break;
  }
  return "vneid";
}

}  // namespace vneid::audit
