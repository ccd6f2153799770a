#include "session/session.hpp"

#include <algorithm>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "session/cookie.hpp"
#include "session/json.hpp"
#include "session/store_reply.hpp"

namespace vneid {

namespace {

constexpr const char* purpose = "session";
constexpr std::size_t longest_token = 64;
constexpr std::chrono::minutes touch_interval{1};  // a read writes at most this often

std::string to_text(const Session& session) {
  json::Writer writer;
  writer.integer("proof", static_cast<int>(session.proof))
      .bytes("portal", session.portal)
      .integer("account", session.account_id)
      .integer("person", session.person_id)
      .integer("link", session.link_id)
      .integer("begun", session.begun_at.time_since_epoch().count())
      .integer("seen", session.seen_at.time_since_epoch().count());
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
  session.seen_at = Wall{Milliseconds{reader.integer("seen")}};
  if (!reader.good()) return std::nullopt;
  return session;
}

bool alive(const Session& session, Wall now) {
  return now < session.seen_at + Sessions::idle_limit &&
         now < session.begun_at + Sessions::absolute_limit;
}

}  // namespace

std::string Sessions::id_of(std::string_view token) const {
  return crypto::hex(crypto::sha256(token));
}

Task<void> Sessions::store(std::string id, Session session, Wall now, bool only_existing) {
  const auto left = std::min<Milliseconds>(idle_limit, session.begun_at + absolute_limit - now);
  redis::Command command{"SET", redis_.key("session:" + id),
                         keys_->seal(purpose, id, to_text(session)), "PX",
                         std::to_string(std::max<std::int64_t>(left.count(), 1))};
  // A touch must not bring back what a sign-out has ended meanwhile.
  if (only_existing) command.emplace_back("XX");
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
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
  session.seen_at = now;
  co_await end(std::move(cookie_header));
  std::string token = crypto::random_token();
  co_await store(id_of(token), std::move(session), now, false);
  co_return set_cookie(cookie_name::session, token);
}

Task<std::optional<LiveSession>> Sessions::read(std::string cookie_header, Wall now) {
  for (std::string_view value : cookie_values(cookie_header, cookie_name::session)) {
    if (value.size() > longest_token) continue;
    std::string token{value};
    const std::string id = id_of(token);
    redis::Command command{"GET", redis_.key("session:" + id)};
    redis::Reply reply = co_await redis_.call(std::move(command));
    require_answer(reply);
    if (reply.type != redis::Reply::Type::string) continue;
    auto text = keys_->open(purpose, id, reply.text);
    if (!text) continue;
    auto session = from_text(*text);
    if (!session || !alive(*session, now)) continue;
    if (now - session->seen_at > touch_interval) {
      session->seen_at = now;
      co_await store(id, *session, now, true);
    }
    co_return LiveSession{std::move(token), std::move(*session)};
  }
  co_return std::nullopt;
}

}  // namespace vneid
