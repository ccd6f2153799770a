#include "session/session.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "net/redis/answer.hpp"
#include "session/cookie.hpp"
#include "session/seen_sessions.hpp"
#include "session/stored_names.hpp"
#include "text/cookie.hpp"

namespace vneid {

namespace {

constexpr const char* purpose = "session";
constexpr const char* hint_purpose = "session-hint";
constexpr std::size_t longest_token = 64;

/// Beyond so many, an account's or a person's oldest session ends: nobody fills the store with one
/// password. Far above what people have.
constexpr const char* most_sessions = "100";

/// KEYS: the sets of the session. ARGV: the prefixes of sessions and of hints, the session's id,
/// its text and milliseconds, its hint ('' for none), the longest life of it all in milliseconds,
/// how many sessions a set holds, then the ids of the browser's sessions before.
/// A set is ordered by when its sessions end at the latest. So what it takes to begin one does not
/// grow with the sessions that there are. A set lives as long as the longest of them may.
constexpr const char* begin_script = R"(
for i = 9, #ARGV do redis.call('DEL', ARGV[1] .. ARGV[i], ARGV[2] .. ARGV[i]) end
redis.call('SET', ARGV[1] .. ARGV[3], ARGV[4], 'PX', ARGV[5])
if ARGV[6] ~= '' then redis.call('SET', ARGV[2] .. ARGV[3], ARGV[6], 'PX', ARGV[7]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, set in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', now))
  for i = 9, #ARGV do redis.call('ZREM', set, ARGV[i]) end
  redis.call('ZADD', set, string.format('%.0f', now + ARGV[7]), ARGV[3])
  while redis.call('ZCARD', set) > tonumber(ARGV[8]) do
    local oldest = redis.call('ZPOPMIN', set)[1]
    redis.call('DEL', ARGV[1] .. oldest, ARGV[2] .. oldest)
  end
  if redis.call('PTTL', set) < tonumber(ARGV[7]) then redis.call('PEXPIRE', set, ARGV[7]) end
end
return 1)";

/// KEYS: the set. ARGV: the prefixes of sessions and of hints. Answers how many sessions there
/// were.
constexpr const char* end_script = R"(
local ended = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  ended = ended + redis.call('DEL', ARGV[1] .. id)
  redis.call('DEL', ARGV[2] .. id)
end
redis.call('DEL', KEYS[1])
return ended)";

std::string id_of(std::string_view token) { return crypto::hex(crypto::sha256(token)); }

std::vector<std::string> ids_in(std::string_view cookie_header) {
  std::vector<std::string> ids;
  for (std::string_view token : text::cookie_values(cookie_header, cookie_name::session)) {
    if (token.size() <= longest_token) ids.push_back(id_of(token));
  }
  return ids;
}

std::string milliseconds(Milliseconds time) { return std::to_string(time.count()); }

}  // namespace

Sessions::Sessions(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys,
                   SessionLimits limits)
    : redis_(redis),
      keys_(std::move(keys)),
      limits_(limits),
      seen_(std::make_shared<SeenSessions>()) {}

void Sessions::forget(const std::vector<std::string>& ids) {
  for (const auto& id : ids) seen_->forget(id);
}

void Sessions::remember(const LiveSession& live, Monotonic moment) {
  seen_->saw(id_of(live.token.value()), live.session, moment);
}

std::optional<LiveSession> Sessions::remembered(std::string_view cookie_header, Wall now,
                                                Monotonic moment, Milliseconds grace) const {
  for (std::string_view token : text::cookie_values(cookie_header, cookie_name::session)) {
    if (token.size() > longest_token) continue;
    auto session = seen_->recall(id_of(token), moment, grace);
    if (!session || now >= session->begun_at + limits_.absolute) continue;
    return LiveSession{SessionToken{std::string{token}}, std::move(*session)};
  }
  return std::nullopt;
}

std::string Sessions::idle_time() const {
  return milliseconds(std::min(limits_.idle, limits_.absolute));
}

std::string Sessions::subject_set(const std::string& provider,
                                  const SubjectKey& subject_key) const {
  return redis_.key("sessions-of-subject:") +
         crypto::hex(keys_->lookup_key("session-subject", provider + '\0' + subject_key.value()));
}

std::string Sessions::sid_set(const std::string& provider, const std::string& sid) const {
  return redis_.key("sessions-of-sid:") +
         crypto::hex(keys_->lookup_key("session-sid", provider + '\0' + sid));
}

std::string Sessions::account_set(AccountId account_id) const {
  return redis_.key("sessions-of-account:") +
         crypto::hex(keys_->lookup_key("session-account", std::to_string(account_id.value())));
}

std::vector<std::string> Sessions::sets_of(const Session& session) const {
  std::vector<std::string> sets;
  if (session.subject_key) {
    sets.push_back(subject_set(session.provider, session.subject_key));
  }
  if (!session.sid.empty()) sets.push_back(sid_set(session.provider, session.sid));
  if (session.account_id) sets.push_back(account_set(session.account_id));
  return sets;
}

Task<void> Sessions::end(std::string cookie_header) {
  redis::Command command{"DEL"};
  const std::vector<std::string> ids = ids_in(cookie_header);
  for (const auto& id : ids) {
    command.push_back(redis_.key("session:" + id));
    command.push_back(redis_.key("session-hint:" + id));
  }
  if (ids.empty()) co_return;
  forget(ids);
  redis::Reply reply = co_await redis_.call(std::move(command));
  forget(ids);  // a read on its way may have come back between
  require_answer(reply);
}

Task<std::string> Sessions::begin(Session session, std::string cookie_header, Wall now,
                                  std::string id_token) {
  session.begun_at = now;
  std::string token = crypto::random_token();
  const std::string id = id_of(token);
  const std::vector<std::string> sets = sets_of(session);
  redis::Command command{"EVAL", begin_script, std::to_string(sets.size())};
  command.insert(command.end(), sets.begin(), sets.end());
  command.insert(command.end(),
                 {redis_.key("session:"), redis_.key("session-hint:"), id,
                  keys_->seal(purpose, id, sealed::to_text(session)), idle_time(),
                  id_token.empty() ? std::string{} : keys_->seal(hint_purpose, id, id_token),
                  milliseconds(limits_.absolute), most_sessions});
  const std::vector<std::string> before = ids_in(cookie_header);
  command.insert(command.end(), before.begin(), before.end());
  forget(before);
  redis::Reply reply = co_await redis_.call(std::move(command));
  forget(before);  // a read on its way may have come back between
  require_answer(reply);
  co_return set_cookie(cookie_name::session, token);
}

Task<std::optional<LiveSession>> Sessions::read(std::string cookie_header, Wall now) {
  for (std::string_view value : text::cookie_values(cookie_header, cookie_name::session)) {
    if (value.size() > longest_token) continue;
    std::string token{value};
    const std::string id = id_of(token);
    // Reads and touches in one round trip; what a sign-out has ended meanwhile stays ended.
    redis::Command command{"GETEX", redis_.key("session:" + id), "PX", idle_time()};
    redis::Reply reply = co_await redis_.call(std::move(command));
    require_answer(reply);
    if (reply.type != redis::Reply::Type::string) {
      seen_->forget(id);
      continue;
    }
    auto text = keys_->open(purpose, id, reply.text);
    if (!text) continue;
    auto session = sealed::from_text<Session>(*text);
    if (!session) continue;
    if (now < session->begun_at + limits_.absolute) {
      co_return LiveSession{SessionToken{std::move(token)}, std::move(*session)};
    }
    // The read has let it live on: who reads again and again would keep it for ever.
    redis::Command forget{"DEL", redis_.key("session:" + id), redis_.key("session-hint:" + id)};
    redis::Reply forgotten = co_await redis_.call(std::move(forget));
    require_answer(forgotten);
  }
  co_return std::nullopt;
}

Task<bool> Sessions::alive(std::string cookie_header) {
  redis::Command command{"EXISTS"};
  for (const auto& id : ids_in(cookie_header)) command.push_back(redis_.key("session:" + id));
  if (command.size() == 1) co_return false;
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return reply.integer > 0;
}

Task<std::optional<std::string>> Sessions::hint(SessionToken token) {
  if (token.value().size() > longest_token) co_return std::nullopt;
  const std::string id = id_of(token.value());
  redis::Command command{"GET", redis_.key("session-hint:" + id)};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  if (reply.type != redis::Reply::Type::string) co_return std::nullopt;
  co_return keys_->open(hint_purpose, id, reply.text);
}

Task<std::int64_t> Sessions::end_set(std::string set) {
  redis::Command command{
      "EVAL", end_script, "1", std::move(set), redis_.key("session:"), redis_.key("session-hint:")};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return reply.integer;
}

Task<std::int64_t> Sessions::end_subject(std::string provider, SubjectKey subject_key) {
  if (!subject_key) co_return 0;
  std::int64_t ended = co_await end_set(subject_set(provider, subject_key));
  seen_->forget_if([&](const Session& session) {
    return session.provider == provider && session.subject_key == subject_key;
  });
  co_return ended;
}

Task<std::int64_t> Sessions::end_sid(std::string provider, std::string sid) {
  if (sid.empty()) co_return 0;
  std::int64_t ended = co_await end_set(sid_set(provider, sid));
  seen_->forget_if(
      [&](const Session& session) { return session.provider == provider && session.sid == sid; });
  co_return ended;
}

Task<std::int64_t> Sessions::end_all_of_account(AccountId account_id) {
  if (!account_id) co_return 0;
  std::int64_t ended = co_await end_set(account_set(account_id));
  seen_->forget_if([=](const Session& session) { return session.account_id == account_id; });
  co_return ended;
}

}  // namespace vneid
