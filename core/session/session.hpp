#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "ids.hpp"
#include "net/redis/database.hpp"
#include "policy/policy.hpp"
#include "session/table/reading_cache.hpp"
#include "session/table/session_table.hpp"

namespace vneid {

class Scope;

/// A session of the module's own pages.
struct Session {
  /// What the citizen has proven. A legacy password proves the old account alone: it never opens
  /// the VNeID person's vault (domain.md §8.2, direction of trust).
  enum class Proof { legacy, vneid };

  Proof proof = Proof::legacy;
  PortalName portal;
  AccountId account_id;
  policy::Kind kind = policy::Kind::personal;  ///< of the account: whose rule of policy applies
  PersonId person_id;                          ///< 0 unless proof is vneid
  LinkId link_id;                              ///< the link made or found at this login; 0: none
  std::string account;     ///< as the portal calls it; empty: not known without the database
  std::string provider;    ///< name of the identity provider; empty unless proof is vneid
  SubjectKey subject_key;  ///< may be none
  std::string sid;         ///< the provider's own session; empty: it told none
  std::string
      portal_cookie_key;  ///< the portal's session it belongs to; session/portal_binding.hpp
  Wall begun_at{};        ///< set by Sessions::begin

  static void fields(auto& field, auto& self) {
    field("proof", self.proof);
    field("portal", self.portal);
    field("account", self.account_id);
    field("kind", self.kind);
    field("person", self.person_id);
    field("link", self.link_id);
    field("name", self.account);
    field("provider", self.provider);
    field("subject", self.subject_key);
    field("sid", self.sid);
    field("portal_cookie", self.portal_cookie_key);
    field("begun", self.begun_at);
  }
};

/// A session that was read, with the token of its cookie (for CSRF and for ending it).
struct LiveSession {
  SessionToken token;
  Session session;
  std::uint64_t reading = 0;  ///< SessionTable::Found::reading, of a session that came from there
};

/// How long a session lives. The defaults are those of domain.md §8.5; a kiosk's are shorter.
/// Both are more than zero.
struct SessionLimits {
  Milliseconds idle = std::chrono::minutes{15};   ///< since it was read last
  Milliseconds absolute = std::chrono::hours{8};  ///< since it began, whatever is read
};

/// Sessions in Redis, sealed, under the hash of a random token that only the cookie holds.
///
/// Reading has three answers (D7): found, absent (nullopt), unknown (Unavailable is thrown). Every
/// change of proof gets a new token. Redis forgets a session at the latest one idle limit after its
/// absolute one.
///
/// Our own pages `read` Redis. What comes with every request of a portal is `recall`ed from the
/// SessionTable, which tells it on (D16); what ends a session here takes it out of there before the
/// call returns.
///
/// Beside each session stand sets of sessions by person, by session of the provider and by account,
/// under keyed hashes. A set holds at most 100: with one more its oldest session ends. Beginning
/// and ending are one atomic step each, so a session is either in its sets when they are ended, or
/// began after that.
class Sessions {
 public:
  /// `table`: shared with whoever else reads the same sessions on this machine.
  Sessions(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys, SessionTable table,
           SessionLimits limits = {});

  /// The same sessions under other limits: what one of them ends is forgotten by both.
  Sessions(const Sessions& same, SessionLimits limits)
      : redis_(same.redis_),
        keys_(same.keys_),
        limits_(limits),
        table_(same.table_),
        ring_(same.ring_) {}

  [[nodiscard]] const SessionLimits& limits() const noexcept { return limits_; }

  /// Keeps a new session and gives its Set-Cookie value. What session the browser had before is
  /// ended, so that a token from before a login is worth nothing after it. `id_token` may be empty;
  /// otherwise `hint` gives it back.
  Task<std::string> begin(Session session, std::string cookie_header, Wall now,
                          std::string id_token = {});
  /// Ends what sessions the Cookie header names.
  Task<void> end(std::string_view cookie_header);
  /// The same by their ids, at most some hundreds.
  Task<void> end_these(std::vector<std::string> ids);
  /// The ids of the sessions that a Cookie header names: hashes, which open nothing.
  static std::vector<std::string> ids_in(std::string_view cookie_header);
  /// What comes before everything else of a sign-out, since the rest may fail: they are asked of
  /// Redis, and while that is away nobody remembers them.
  void forget_here(std::string_view cookie_header);
  /// One command to Redis, unless it finds a session past its absolute limit.
  Task<std::optional<LiveSession>> read(std::string cookie_header, Wall now);
  /// The same for a request of the portal's: from the table where it may be believed, otherwise in
  /// one round trip. The session lacks what only ends it (`subject_key`, `sid`). It is prolonged
  /// once in a tenth of the idle time, in `scope`, and nobody waits for that.
  Task<std::optional<LiveSession>> recall(std::string cookie_header, Wall now, Monotonic moment,
                                          Scope& scope);

  /// Whether one of the sessions that the Cookie header names lives; asking does not prolong it.
  Task<bool> alive(std::string cookie_header);
  /// What `recall` would find without asking Redis. Null: it has to ask, or there is none. Valid
  /// until the next call of `known` or `recall`.
  [[nodiscard]] const LiveSession* known(std::string_view cookie_header, Wall now, Monotonic moment,
                                         Scope& scope);
  /// What `recall` found, or Redis confirmed, at most `grace` ago on this machine, and nobody here
  /// has ended since. For when Redis is away.
  [[nodiscard]] std::optional<LiveSession> remembered(std::string_view cookie_header, Wall now,
                                                      Monotonic moment, Milliseconds grace) const;

  /// The ID token that the session of `token` (LiveSession::token) began with, as id_token_hint of
  /// a sign-out. It outlives an idle session, up to the absolute limit, so that who comes back late
  /// still signs out at the provider.
  Task<std::optional<std::string>> hint(SessionToken token);

  /// Ends every session of the person at the provider; how many there were. No `subject_key` names
  /// nobody.
  Task<std::int64_t> end_subject(const std::string& provider, const SubjectKey& subject_key);
  /// Ends every session that came of the provider's session `sid`; empty names none.
  Task<std::int64_t> end_sid(const std::string& provider, const std::string& sid);
  /// Ends every session in the account of the portal, however it was proven; 0 names none.
  Task<std::int64_t> end_all_of_account(AccountId account_id);

 private:
  /// What Redis holds of a session, as far as it is to count.
  struct Stored {
    std::optional<Session> session;  ///< none: there is none
    Milliseconds remaining{};
  };

  [[nodiscard]] SessionTable::Tag tag_of(std::string_view token) const noexcept;
  [[nodiscard]] std::string key_of(const std::string& id) const;
  [[nodiscard]] Milliseconds idle() const noexcept;
  [[nodiscard]] std::string idle_time() const;
  [[nodiscard]] bool is_over(const Session& session, Wall now) const noexcept;
  [[nodiscard]] std::optional<Session> open(const std::string& id, const redis::Reply& reply) const;
  const LiveSession* in_table(std::string_view token, const SessionTable::Tag& tag, Wall now,
                              Monotonic moment, Scope& scope);
  Task<Stored> ask(std::string id, Wall now);
  Task<void> drop(std::string id);
  static Task<void> touch(redis::Database& redis, redis::Command command);
  void touch_in_time(const SessionTable::Tag& tag, std::string_view token, Monotonic moment,
                     Milliseconds remaining, Scope& scope);
  [[nodiscard]] std::string subject_set(const std::string& provider,
                                        const SubjectKey& subject_key) const;
  [[nodiscard]] std::string sid_set(const std::string& provider, const std::string& sid) const;
  [[nodiscard]] std::string account_set(AccountId account_id) const;
  [[nodiscard]] std::vector<std::string> sets_of(const Session& session) const;
  Task<std::int64_t> end_set(std::string set);
  void forget(const std::vector<std::string>& ids);

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  SessionLimits limits_;
  SessionTable table_;
  ReadingCache<std::optional<LiveSession>, 2048> opened_;  ///< what the table has, as it is used
  std::array<char, 16> ring_{};  ///< which keys and which Redis: others' sessions are not ours
};

}  // namespace vneid
