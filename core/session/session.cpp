#include "session/session.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "async/scope.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "net/redis/answer.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"
#include "session/packed.hpp"
#include "session/scripts.hpp"
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

/// A session that is in use is prolonged so often in its idle time.
constexpr int touches = 10;

std::string id_of(std::string_view token) { return crypto::hex(crypto::sha256(token)); }

std::string milliseconds(Milliseconds time) { return std::to_string(time.count()); }

Task<std::int64_t> none() { co_return 0; }

}  // namespace

Sessions::Sessions(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys,
                   SessionTable table, SessionLimits limits)
    : redis_(redis), keys_(std::move(keys)), limits_(limits), table_(std::move(table)) {
  const std::string source = keys_->fingerprint() + redis_.place() + '\n' + redis_.key("");
  crypto::sha256(source).copy(ring_.data(), ring_.size());
}

/// The tag depends on the keys and the Redis of this worker. Workers from before and after a reload
/// share one table, but where these differ they do not see each other's sessions: so a key that
/// was taken out of the ring ends its sessions here too.
SessionTable::Tag Sessions::tag_of(std::string_view token) const noexcept {
  std::array<char, 16 + longest_token> text{};
  const auto end = std::ranges::copy(ring_, text.begin()).out;
  const auto count = std::min(token.size(), longest_token);
  std::ranges::copy(token.substr(0, count), end);
  return table_.tag_of({text.data(), ring_.size() + count});
}

void Sessions::forget_here(std::string_view cookie_header) { forget(ids_in(cookie_header)); }

void Sessions::forget(const std::vector<std::string>& ids) {
  for (const auto& id : ids) table_.forget(id);
}

std::string Sessions::key_of(const std::string& id) const { return redis_.key("session:" + id); }

Milliseconds Sessions::idle() const noexcept { return std::min(limits_.idle, limits_.absolute); }

std::string Sessions::idle_time() const { return milliseconds(idle()); }

bool Sessions::is_over(const Session& session, Wall now) const noexcept {
  return now >= session.begun_at + limits_.absolute;
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

std::vector<std::string> Sessions::ids_in(std::string_view cookie_header) {
  std::vector<std::string> ids;
  for (std::string_view token : text::cookie_values(cookie_header, cookie_name::session)) {
    if (token.size() <= longest_token) ids.push_back(id_of(token));
  }
  return ids;
}

Task<void> Sessions::end(std::string_view cookie_header) {
  return end_these(ids_in(cookie_header));
}

Task<void> Sessions::end_these(std::vector<std::string> ids) {
  if (ids.empty()) co_return;
  redis::Command command{"DEL"};
  for (const auto& id : ids) {
    command.push_back(key_of(id));
    command.push_back(redis_.key("session-hint:" + id));
  }
  forget(ids);
  redis::Reply reply = co_await redis_.call(std::move(command));
  forget(ids);  // a read on its way may have come back between
  require_answer(reply);
  if (reply.integer > 0) co_await redis_.replicated();  // or a fail-over may bring it back
}

Task<std::string> Sessions::begin(Session session, std::string cookie_header, Wall now,
                                  std::string id_token) {
  session.begun_at = now;
  std::string token = crypto::random_token();
  const std::string id = id_of(token);
  const std::vector<std::string> sets = sets_of(session);
  redis::Command command{"EVAL", session_script::begin, std::to_string(sets.size())};
  command.insert(command.end(), sets.begin(), sets.end());
  command.insert(command.end(),
                 {redis_.key("session:"), redis_.key("session-hint:"), id,
                  keys_->seal(purpose, id, packed::to_bytes(session)), idle_time(),
                  id_token.empty() ? std::string{} : keys_->seal(hint_purpose, id, id_token),
                  milliseconds(limits_.absolute), most_sessions});
  const std::vector<std::string> before = ids_in(cookie_header);
  command.insert(command.end(), before.begin(), before.end());
  forget(before);
  redis::Reply reply = co_await redis_.call(std::move(command));
  forget(before);  // a read on its way may have come back between
  require_answer(reply);
  for (const auto& other : reply.elements) table_.forget(other.text);
  co_return set_cookie(cookie_name::session, token);
}

std::optional<Session> Sessions::open(const std::string& id, const redis::Reply& reply) const {
  if (reply.type != redis::Reply::Type::string) return std::nullopt;
  const auto text = keys_->open(purpose, id, reply.text);
  if (!text) return std::nullopt;
  if (auto session = packed::from_bytes<Session>(*text)) return session;
  // Releases before packed.hpp kept text; their sessions live for hours after an upgrade.
  return sealed::from_text<Session>(*text);
}

Task<void> Sessions::drop(std::string id) {
  redis::Command command{"DEL", key_of(id), redis_.key("session-hint:" + id)};
  require_answer(co_await redis_.call(std::move(command)));
}

Task<std::optional<LiveSession>> Sessions::read(std::string cookie_header, Wall now) {
  for (std::string_view value : text::cookie_values(cookie_header, cookie_name::session)) {
    if (value.size() > longest_token) continue;
    std::string token{value};
    const std::string id = id_of(token);
    // Reads and touches in one round trip; what a sign-out has ended meanwhile stays ended.
    redis::Command command{"GETEX", key_of(id), "PX", idle_time()};
    const redis::Reply reply = co_await redis_.call(std::move(command));
    require_answer(reply);
    auto session = open(id, reply);
    if (!session) continue;
    if (!is_over(*session, now)) {
      co_return LiveSession{SessionToken{std::move(token)}, *std::move(session)};
    }
    // Past its absolute limit. This read has prolonged it in Redis, so it is deleted: otherwise
    // reading again and again would keep it there for ever.
    co_await drop(id);
  }
  co_return std::nullopt;
}

Task<Sessions::Stored> Sessions::ask(std::string id, Wall now) {
  std::vector<redis::Command> commands;
  // As it stands; but a server that may not write (a replica, a primary that has lost its own) does
  // not answer GETEX, and what it would say may be over.
  commands.push_back({"GETEX", key_of(id)});
  commands.push_back({"PTTL", key_of(id)});
  const auto replies = co_await redis_.transaction(std::move(commands));
  for (const auto& reply : replies) require_answer(reply);
  Stored stored;
  stored.session = open(id, replies.at(0));
  stored.remaining = Milliseconds{replies.at(1).integer};
  if (stored.session && is_over(*stored.session, now)) {
    co_await drop(id);
    stored.session.reset();
  }
  co_return stored;
}

const LiveSession* Sessions::in_table(std::string_view token, const SessionTable::Tag& tag,
                                      Wall now, Monotonic moment, Scope& scope) {
  const auto found = table_.look(tag, moment);
  if (!found) return nullptr;
  auto& live = opened_.of(found->reading, moment);
  if (!live) {
    auto session = packed::from_bytes<Session>(found->record());
    if (!session) return nullptr;
    live.emplace(SessionToken{std::string{token}}, *std::move(session), found->reading);
  }
  if (is_over(live->session, now)) return nullptr;
  touch_in_time(tag, token, moment, floor<Milliseconds>(found->expires - moment), scope);
  return &*live;
}

const LiveSession* Sessions::known(std::string_view cookie_header, Wall now, Monotonic moment,
                                   Scope& scope) {
  for (std::string_view token : text::cookie_values(cookie_header, cookie_name::session)) {
    if (token.size() > longest_token) continue;
    return in_table(token, tag_of(token), now, moment, scope);
  }
  return nullptr;
}

Task<std::optional<LiveSession>> Sessions::recall(std::string cookie_header, Wall now,
                                                  Monotonic moment, Scope& scope) {
  bool is_first = true;
  for (std::string_view token : text::cookie_values(cookie_header, cookie_name::session)) {
    if (token.size() > longest_token) continue;
    const SessionTable::Tag tag = tag_of(token);
    // By the time that a second one is looked at, `moment` is past.
    if (std::exchange(is_first, false)) {
      if (const auto* live = in_table(token, tag, now, moment, scope)) co_return *live;
    }
    std::string id = id_of(token);
    const auto place = table_.reserve(tag, id, moment);
    Stored stored = co_await ask(id, now);
    if (!stored.session) {
      table_.forget(id);
      continue;
    }
    Session& session = *stored.session;
    session.subject_key = {};
    session.sid.clear();
    table_.fill(place, packed::to_bytes(session), moment, moment + stored.remaining);
    touch_in_time(tag, token, moment, stored.remaining, scope);
    co_return LiveSession{SessionToken{std::string{token}}, std::move(session), place.reading};
  }
  co_return std::nullopt;
}

Task<void> Sessions::touch(redis::Database& redis, redis::Command command) {
  try {
    co_await redis.call(std::move(command));
  } catch (const Unavailable&) {
    co_return;  // whoever comes next tries again, and the session is as old as it is
  }
}

void Sessions::touch_in_time(const SessionTable::Tag& tag, std::string_view token, Monotonic moment,
                             Milliseconds remaining, Scope& scope) {
  const Milliseconds pause = idle() / touches;
  const Milliseconds used = idle() - remaining;
  // A session that a site with a longer idle time has prolonged is shortened to this site's.
  const bool in_time = used >= Milliseconds{0} && used < pause;
  if (in_time || !table_.claim_touch(tag, moment, pause)) return;
  redis::Command command{"PEXPIRE", key_of(id_of(token)), idle_time()};
  scope.start(touch(redis_, std::move(command)));
}

std::optional<LiveSession> Sessions::remembered(std::string_view cookie_header, Wall now,
                                                Monotonic moment, Milliseconds grace) const {
  for (std::string_view token : text::cookie_values(cookie_header, cookie_name::session)) {
    if (token.size() > longest_token) continue;
    const auto found = table_.remembered(tag_of(token), moment, grace);
    if (!found) continue;
    auto session = packed::from_bytes<Session>(found->record());
    if (!session || is_over(*session, now)) continue;
    return LiveSession{SessionToken{std::string{token}}, *std::move(session)};
  }
  return std::nullopt;
}

Task<bool> Sessions::alive(std::string cookie_header) {
  redis::Command command{"EXISTS"};
  for (const auto& id : ids_in(cookie_header)) command.push_back(key_of(id));
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
  redis::Command command{"EVAL",         session_script::end,    "1",
                         std::move(set), redis_.key("session:"), redis_.key("session-hint:")};
  const redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  const auto& [ended, ids] = std::tie(reply.elements.at(0), reply.elements.at(1));
  for (const auto& id : ids.elements) table_.forget(id.text);
  if (ended.integer > 0) co_await redis_.replicated();
  co_return ended.integer;
}

Task<std::int64_t> Sessions::end_subject(const std::string& provider,
                                         const SubjectKey& subject_key) {
  if (!subject_key) return none();
  return end_set(subject_set(provider, subject_key));
}

Task<std::int64_t> Sessions::end_sid(const std::string& provider, const std::string& sid) {
  if (sid.empty()) return none();
  return end_set(sid_set(provider, sid));
}

Task<std::int64_t> Sessions::end_all_of_account(AccountId account_id) {
  if (!account_id) return none();
  return end_set(account_set(account_id));
}

}  // namespace vneid
