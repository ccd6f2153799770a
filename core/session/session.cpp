#include "session/session.hpp"

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "session/cookie.hpp"
#include "session/json.hpp"
#include "session/store_reply.hpp"

namespace vneid {

namespace {

constexpr const char* purpose = "session";
constexpr std::size_t longest_token = 64;

std::string to_text(const Session& session) {
  json::Writer writer;
  writer.integer("proof", static_cast<int>(session.proof))
      .bytes("portal", session.portal)
      .integer("account", session.account_id)
      .integer("person", session.person_id)
      .integer("link", session.link_id)
      .integer("begun", session.begun_at.time_since_epoch().count());
  return writer.str();
}

std::optional<Session> from_text(std::string_view text) {
  json::Reader reader{text};
  Session session;
  session.proof = reader.integer("proof") == static_cast<int>(Session::Proof::vneid)
                      ? Session::Proof::vneid
                      : Session::Proof::legacy;
  session.portal = reader.bytes("portal");
  session.account_id = reader.integer("account");
  session.person_id = reader.integer("person");
  session.link_id = reader.integer("link");
  session.begun_at = Wall{Milliseconds{reader.integer("begun")}};
  if (!reader.good()) return std::nullopt;
  return session;
}

/// Idle sessions are Redis's to forget: each read lets them live on for the idle limit.
bool alive(const Session& session, Wall now) {
  return now < session.begun_at + Sessions::absolute_limit;
}

std::string milliseconds(Milliseconds time) { return std::to_string(time.count()); }

}  // namespace

std::string Sessions::id_of(std::string_view token) const {
  return crypto::hex(crypto::sha256(token));
}

Task<void> Sessions::end(std::string cookie_header) {
  redis::Command forget{"DEL"};
  for (std::string_view old : cookie_values(cookie_header, cookie_name::session)) {
    if (old.size() <= longest_token) forget.push_back(redis_.key("session:" + id_of(old)));
  }
  if (forget.size() == 1) co_return;
  redis::Reply reply = co_await redis_.call(std::move(forget));
  require_answer(reply);
}

Task<std::string> Sessions::begin(Session session, std::string cookie_header, Wall now) {
  session.begun_at = now;
  co_await end(std::move(cookie_header));
  std::string token = crypto::random_token();
  const std::string id = id_of(token);
  redis::Command command{"SET", redis_.key("session:" + id),
                         keys_->seal(purpose, id, to_text(session)), "PX",
                         milliseconds(idle_limit)};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return set_cookie(cookie_name::session, token);
}

Task<std::optional<LiveSession>> Sessions::read(std::string cookie_header, Wall now) {
  for (std::string_view value : cookie_values(cookie_header, cookie_name::session)) {
    if (value.size() > longest_token) continue;
    std::string token{value};
    const std::string id = id_of(token);
    // Reads and touches in one round trip; what a sign-out has ended meanwhile stays ended.
    redis::Command command{"GETEX", redis_.key("session:" + id), "PX", milliseconds(idle_limit)};
    redis::Reply reply = co_await redis_.call(std::move(command));
    require_answer(reply);
    if (reply.type != redis::Reply::Type::string) continue;
    auto text = keys_->open(purpose, id, reply.text);
    if (!text) continue;
    auto session = from_text(*text);
    if (!session || !alive(*session, now)) continue;
    co_return LiveSession{std::move(token), std::move(*session)};
  }
  co_return std::nullopt;
}

}  // namespace vneid
