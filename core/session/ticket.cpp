#include "session/ticket.hpp"

#include "session/cookie.hpp"
#include "session/json.hpp"
#include "session/store_reply.hpp"

namespace vneid {

namespace {

constexpr const char* cookie_purpose = "ticket-cookie";
constexpr const char* answer_purpose = "ticket-answer";
constexpr const char* in_cookie = "-";  // the server's half when the answer is in the cookie

std::string to_text(const Ticket& ticket, const std::string& answer) {
  json::Writer writer;
  writer.text("id", ticket.id)
      .integer("at", ticket.issued_at.time_since_epoch().count())
      .bytes("portal", ticket.portal)
      .integer("account", ticket.account_id)
      .bytes("called", ticket.account)
      .integer("kind", static_cast<int>(ticket.kind))
      .bytes("masked", ticket.account_masked)
      .bytes("name", ticket.name_masked)
      .bytes("portal_cookie", ticket.portal_cookie_key)
      .bytes("answer", answer);
  return writer.str();
}

}  // namespace

std::string Tickets::server_key(const std::string& id) const { return redis_.key("ticket:" + id); }

Task<std::string> Tickets::issue(Ticket ticket, WithheldAnswer answer) {
  const std::string answer_text = serialize(answer);
  std::string kept = in_cookie;
  std::string cookie = keys_->seal_text(cookie_purpose, "", to_text(ticket, answer_text));
  if (cookie.size() > most_cookie_bytes) {
    kept = keys_->seal(answer_purpose, ticket.id, answer_text);
    cookie = keys_->seal_text(cookie_purpose, "", to_text(ticket, ""));
  }
  redis::Command command{"SET", server_key(ticket.id), kept, "EX",
                         std::to_string(lifetime.count())};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return set_cookie(cookie_name::ticket, cookie, lifetime);
}

std::expected<Tickets::Opened, TicketError> Tickets::open_cookie(std::string_view cookie_header,
                                                                 std::string_view portal,
                                                                 Wall now) const {
  for (std::string_view value : cookie_values(cookie_header, cookie_name::ticket)) {
    auto text = keys_->open_text(cookie_purpose, "", value);
    if (!text) continue;
    json::Reader reader{*text};
    Opened opened;
    opened.ticket.id = reader.text("id");
    opened.ticket.issued_at = Wall{Milliseconds{reader.integer("at")}};
    opened.ticket.portal = reader.bytes("portal");
    opened.ticket.account_id = reader.integer("account");
    opened.ticket.account = reader.bytes("called");
    opened.ticket.kind = static_cast<policy::Kind>(reader.integer("kind"));
    opened.ticket.account_masked = reader.bytes("masked");
    opened.ticket.name_masked = reader.bytes("name");
    opened.ticket.portal_cookie_key = reader.bytes("portal_cookie");
    const std::string answer = reader.bytes("answer");
    if (!reader.good() || opened.ticket.portal != portal) continue;
    if (now > opened.ticket.issued_at + lifetime) return std::unexpected(TicketError::expired);
    if (!answer.empty()) opened.answer = parse_withheld_answer(answer);
    return opened;
  }
  return std::unexpected(TicketError::absent);
}

std::expected<Ticket, TicketError> Tickets::open(std::string_view cookie_header,
                                                 std::string_view portal, Wall now) const {
  auto opened = open_cookie(cookie_header, portal, now);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->ticket);
}

Task<bool> Tickets::unused(std::string id) {
  redis::Command command{"EXISTS", server_key(id)};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return reply.integer == 1;
}

Task<std::expected<WithheldAnswer, TicketError>> Tickets::release(std::string cookie_header,
                                                                  std::string portal, Wall now) {
  auto opened = open_cookie(cookie_header, portal, now);
  if (!opened) co_return std::unexpected(opened.error());
  const std::string id = opened->ticket.id;
  redis::Command command{"GETDEL", server_key(id)};
  redis::Reply kept = co_await redis_.call(std::move(command));
  require_answer(kept);
  if (kept.type != redis::Reply::Type::string) co_return std::unexpected(TicketError::used);
  if (opened->answer) co_return std::move(*opened->answer);
  auto text = keys_->open(answer_purpose, id, kept.text);
  if (!text) co_return std::unexpected(TicketError::expired);  // its key has left the ring
  auto answer = parse_withheld_answer(*text);
  if (!answer) co_return std::unexpected(TicketError::expired);
  co_return std::move(*answer);
}

}  // namespace vneid
