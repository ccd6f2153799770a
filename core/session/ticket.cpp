#include "session/ticket.hpp"

#include <algorithm>

#include "net/redis/answer.hpp"
#include "session/cookie.hpp"
#include "session/stored_names.hpp"
#include "text/cookie.hpp"

namespace vneid {

namespace {

constexpr const char* cookie_purpose = "ticket-cookie";
constexpr const char* answer_purpose = "ticket-answer";
constexpr const char* consent_purpose = "ticket-consent";
constexpr const char* in_cookie = "-";  // the server's half when the answer is in the cookie

constexpr std::string_view word_of(Consent consent) noexcept {
  return consent == Consent::linked ? "linked" : "skipped";
}

}  // namespace

std::string Tickets::server_key(const TicketId& id) const {
  return redis_.key("ticket:" + id.value());
}

std::string Tickets::consent_key(const TicketId& id) const {
  return redis_.key("ticket-consent:" + id.value());
}

Task<std::string> Tickets::issue(Ticket ticket, WithheldAnswer answer) {
  const TicketId id = ticket.id;
  const Milliseconds held = std::min<Milliseconds>(lifetime, ticket.idle.value_or(lifetime));
  const bool may_fit = answer.body.size() < most_cookie_bytes;
  Opened whole{std::move(ticket), std::move(answer)};
  std::string kept = in_cookie;
  std::string cookie;
  if (may_fit) cookie = keys_->seal_text(cookie_purpose, "", sealed::to_text(whole));
  if (!may_fit || cookie.size() > most_cookie_bytes) {
    kept = keys_->seal(answer_purpose, id.value(), sealed::to_text(*whole.answer));
    whole.answer.reset();
    cookie = keys_->seal_text(cookie_purpose, "", sealed::to_text(whole));
  }
  redis::Command command{"SET", server_key(id), kept, "PX", std::to_string(held.count())};
  require_answer(co_await redis_.call(std::move(command)));
  co_return set_cookie(cookie_name::ticket, cookie, lifetime);
}

std::expected<Tickets::Opened, TicketError> Tickets::open_cookie(std::string_view cookie_header,
                                                                 const PortalName& portal,
                                                                 Wall now) const {
  for (std::string_view value : text::cookie_values(cookie_header, cookie_name::ticket)) {
    const auto text = keys_->open_text(cookie_purpose, "", value);
    auto opened = text ? sealed::from_text<Opened>(*text) : std::nullopt;
    if (!opened || opened->ticket.portal != portal) continue;
    if (now > opened->ticket.issued_at + lifetime) return std::unexpected(TicketError::expired);
    return *std::move(opened);
  }
  return std::unexpected(TicketError::absent);
}

std::expected<Ticket, TicketError> Tickets::open(std::string_view cookie_header,
                                                 const PortalName& portal, Wall now) const {
  auto opened = open_cookie(cookie_header, portal, now);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->ticket);
}

Task<bool> Tickets::unused(const Ticket& ticket) {
  redis::Command command{"EXISTS", server_key(ticket.id)};
  if (ticket.idle) {
    command = {"PEXPIRE", server_key(ticket.id), std::to_string(ticket.idle->count())};
  }
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return reply.integer == 1;
}

Task<void> Tickets::consent(TicketId id, Consent consent) {
  // Sealed: whoever writes to Redis alone opens nothing with it.
  std::string kept = keys_->seal(consent_purpose, id.value(), word_of(consent));
  redis::Command command{"SET", consent_key(id), std::move(kept), "EX",
                         std::to_string(consent_lifetime.count())};
  require_answer(co_await redis_.call(std::move(command)));
}

Task<std::optional<Consent>> Tickets::consented(TicketId id) {
  redis::Command command{"GET", consent_key(id)};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  if (reply.type != redis::Reply::Type::string) co_return std::nullopt;
  const auto word = keys_->open(consent_purpose, id.value(), reply.text);
  if (word == word_of(Consent::skipped)) co_return Consent::skipped;
  if (word == word_of(Consent::linked)) co_return Consent::linked;
  co_return std::nullopt;
}

Task<std::expected<WithheldAnswer, TicketError>> Tickets::release(std::string cookie_header,
                                                                  PortalName portal, Wall now) {
  auto opened = open_cookie(cookie_header, portal, now);
  if (!opened) co_return std::unexpected(opened.error());
  const TicketId id = opened->ticket.id;
  redis::Command command{"GETDEL", server_key(id)};
  redis::Reply kept = co_await redis_.call(std::move(command));
  require_answer(kept);
  if (kept.type != redis::Reply::Type::string) co_return std::unexpected(TicketError::used);
  if (auto& held = opened->answer) co_return std::move(*held);
  auto text = keys_->open(answer_purpose, id.value(), kept.text);
  if (!text) co_return std::unexpected(TicketError::expired);  // its key has left the ring
  auto answer = sealed::from_text<WithheldAnswer>(*text);
  if (!answer) co_return std::unexpected(TicketError::expired);
  co_return std::move(*answer);
}

}  // namespace vneid
