#include "session/flow.hpp"

#include <algorithm>

#include "crypto/digest.hpp"
#include "session/cookie.hpp"
#include "session/json.hpp"
#include "session/store_reply.hpp"

namespace vneid {

namespace {

constexpr const char* record_purpose = "flow-record";
constexpr const char* outcome_purpose = "flow-outcome";

std::string to_text(const FlowRecord& record) {
  json::Writer writer;
  writer.bytes("provider", record.provider)
      .text("nonce", record.nonce)
      .text("verifier", record.code_verifier)
      .bytes("redirect", record.redirect_uri)
      .text("ticket", record.ticket_id)
      .integer("purpose", static_cast<int>(record.purpose))
      .bytes("return", record.return_to)
      .integer("fresh", record.fresh_since.time_since_epoch().count());
  return writer.str();
}

std::optional<FlowRecord> record_of(std::string_view text) {
  json::Reader reader{text};
  FlowRecord record;
  record.provider = reader.bytes("provider");
  record.nonce = reader.text("nonce");
  record.code_verifier = reader.text("verifier");
  record.redirect_uri = reader.bytes("redirect");
  record.ticket_id = reader.text("ticket");
  record.purpose = static_cast<FlowPurpose>(reader.integer("purpose"));
  record.return_to = reader.bytes("return");
  record.fresh_since = Wall{Milliseconds{reader.integer("fresh")}};
  if (!reader.good()) return std::nullopt;
  return record;
}

std::string to_text(const FlowOutcome& outcome) {
  json::Writer writer;
  writer.integer("state", static_cast<int>(outcome.state))
      .integer("at", outcome.finished_at.time_since_epoch().count())
      .integer("error", outcome.error)
      .bytes("detail", outcome.detail)
      .integer("review", outcome.review_state)
      .text("ticket", outcome.ticket_id)
      .integer("account", outcome.account_id)
      .integer("person", outcome.person_id)
      .integer("link", outcome.link_id)
      .integer("purpose", static_cast<int>(outcome.purpose))
      .bytes("return", outcome.return_to)
      .integer("asks", outcome.asks ? 1 : 0)
      .bytes("provider", outcome.provider)
      .bytes("subject", outcome.subject_key)
      .bytes("sid", outcome.sid)
      .bytes("id_token", outcome.id_token);
  return writer.str();
}

std::optional<FlowOutcome> outcome_of(std::string_view text) {
  json::Reader reader{text};
  FlowOutcome outcome;
  outcome.state = static_cast<FlowOutcome::State>(reader.integer("state"));
  outcome.finished_at = Wall{Milliseconds{reader.integer("at")}};
  outcome.error = static_cast<int>(reader.integer("error"));
  outcome.detail = reader.bytes("detail");
  outcome.review_state = static_cast<int>(reader.integer("review"));
  outcome.ticket_id = reader.text("ticket");
  outcome.account_id = reader.integer("account");
  outcome.person_id = reader.integer("person");
  outcome.link_id = reader.integer("link");
  outcome.purpose = static_cast<FlowPurpose>(reader.integer("purpose"));
  outcome.return_to = reader.bytes("return");
  outcome.asks = reader.integer("asks") != 0;
  outcome.provider = reader.bytes("provider");
  outcome.subject_key = reader.bytes("subject");
  outcome.sid = reader.bytes("sid");
  outcome.id_token = reader.bytes("id_token");
  if (!reader.good()) return std::nullopt;
  return outcome;
}

}  // namespace

std::string browser_of(std::string_view cookie_header) {
  return token_in(cookie_header, cookie_name::flow);
}

std::string Flows::name(const std::string& state, const std::string& browser) const {
  return crypto::hex(keys_->lookup_key("flow", browser + ' ' + state));
}

Task<void> Flows::begin(std::string state, std::string browser, FlowRecord record) {
  const std::string id = name(state, browser);
  const std::string seconds = std::to_string(lifetime.count());
  const FlowOutcome pending;
  std::vector<redis::Command> commands;
  commands.push_back({"SET", redis_.key("flow:" + id),
                      keys_->seal(record_purpose, id, to_text(record)), "EX", seconds});
  commands.push_back({"SET", redis_.key("outcome:" + id),
                      keys_->seal(outcome_purpose, id, to_text(pending)), "EX", seconds});
  std::vector<redis::Reply> replies = co_await redis_.transaction(std::move(commands));
  for (const auto& reply : replies) require_answer(reply);
}

Task<std::optional<std::string>> Flows::opened(redis::Command command, std::string purpose,
                                               std::string id) {
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  if (reply.type != redis::Reply::Type::string) co_return std::nullopt;
  co_return keys_->open(purpose, id, reply.text);
}

Task<std::optional<FlowRecord>> Flows::take(std::string state, std::string browser) {
  const std::string id = name(state, browser);
  redis::Command command{"GETDEL", redis_.key("flow:" + id)};
  auto text = co_await opened(std::move(command), record_purpose, id);
  co_return text ? record_of(*text) : std::nullopt;
}

Task<std::optional<FlowOutcome>> Flows::outcome(std::string state, std::string browser) {
  const std::string id = name(state, browser);
  redis::Command command{"GET", redis_.key("outcome:" + id)};
  auto text = co_await opened(std::move(command), outcome_purpose, id);
  co_return text ? outcome_of(*text) : std::nullopt;
}

Task<void> Flows::finish(std::string state, std::string browser, FlowOutcome outcome) {
  const std::string id = name(state, browser);
  redis::Command command{"SET", redis_.key("outcome:" + id),
                         keys_->seal(outcome_purpose, id, to_text(outcome)), "EX",
                         std::to_string(lifetime.count())};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
}

}  // namespace vneid
