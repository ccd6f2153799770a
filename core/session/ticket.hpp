#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "ids.hpp"
#include "net/redis/database.hpp"
#include "policy/policy.hpp"
#include "session/login_proof.hpp"
#include "session/withheld_answer.hpp"

namespace vneid {

/// Stands for a login to a legacy account in this browser, whose answer is held back (D5).
struct Ticket {
  TicketId id;  ///< names the server's half
  LoginProof proof = LoginProof::announced;
  Wall issued_at{};
  PortalName portal;
  AccountId account_id;  ///< none: the account was only claimed, and is not on file
  std::string account;   ///< as the portal calls it
  policy::Kind kind = policy::Kind::personal;  ///< whose rule of policy applies
  std::string account_masked;                  ///< as the notice shows it
  std::string name_masked;                     ///< may be empty
  std::string portal_cookie_key;  ///< of the withheld answer; session/portal_binding.hpp
  /// A script sent the login, and it is the script that gets the answer: where the browser goes on,
  /// a local path. Nothing: a page was to come, and the browser gets the answer itself.
  std::optional<std::string> script_return;
  std::optional<bool> linked;  ///< already: only VNeID is asked for; nothing: an older release's
  /// At a kiosk: its answer is dropped when no page of this login was asked for so long.
  std::optional<Milliseconds> idle;

  static void fields(auto& field, auto& self) {
    field("id", self.id);
    field("proof", self.proof);
    field("at", self.issued_at);
    field("portal", self.portal);
    field("account", self.account_id);
    field("called", self.account);
    field("kind", self.kind);
    field("masked", self.account_masked);
    field("name", self.name_masked);
    field("portal_cookie", self.portal_cookie_key);
    field("script_return", self.script_return);
    field("linked", self.linked);
    field("idle", self.idle);
  }
};

/// Whether the portal itself has said whose login it is: only then may the browser be shown, or
/// change, anything of the account.
inline bool is_proven(const Ticket& ticket) noexcept { return ticket.proof != LoginProof::claimed; }

/// What lets a script have the answer to its login.
enum class Consent {
  skipped,  ///< [Bỏ qua]
  linked,   ///< the account was linked
};

enum class TicketError {
  absent,   ///< no ticket cookie, or none that was sealed here
  expired,  ///< older than Tickets::lifetime
  used,     ///< its answer has been released already (or Redis forgot it: the same to a citizen)
};

/// Tickets live half in the browser (sealed cookie) and half in Redis (single use, and the answer
/// when it does not fit a cookie). Redis away: Unavailable; nothing is ever taken for unused.
class Tickets {
 public:
  static constexpr std::chrono::seconds lifetime{20 * 60};
  /// The script asks as soon as its page is there; whoever sits down here next must not be let in.
  static constexpr std::chrono::seconds consent_lifetime{2 * 60};
  /// Browsers keep at least 4096 bytes a cookie, name and attributes included (RFC 6265 §6.1).
  static constexpr std::size_t most_cookie_bytes = 3800;

  Tickets(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys)
      : redis_(redis), keys_(std::move(keys)) {}

  /// Keeps the answer and gives the Set-Cookie value of the ticket. `ticket.id` must be fresh.
  Task<std::string> issue(Ticket ticket, WithheldAnswer answer);

  /// What the browser's Cookie header proves. No I/O, so it does not tell whether it was used.
  /// Tickets of other portals count as absent: hosts and ports may share cookies.
  [[nodiscard]] std::expected<Ticket, TicketError> open(std::string_view cookie_header,
                                                        const PortalName& portal, Wall now) const;
  /// Whether its answer is still held. Being asked for counts as use: its idle time begins anew.
  Task<bool> unused(const Ticket& ticket);
  /// The citizen has done what policy asks: a script may have the answer of this ticket.
  Task<void> consent(TicketId id, Consent consent);
  Task<std::optional<Consent>> consented(TicketId id);
  /// Gives the answer out, once: later calls get `used`.
  Task<std::expected<WithheldAnswer, TicketError>> release(std::string cookie_header,
                                                           PortalName portal, Wall now);

 private:
  struct Opened {
    Ticket ticket;
    std::optional<WithheldAnswer> answer;  // when it fits the cookie

    static void fields(auto& field, auto& self) {
      field("ticket", self.ticket);
      field("answer", self.answer);
    }
  };
  [[nodiscard]] std::expected<Opened, TicketError> open_cookie(std::string_view cookie_header,
                                                               const PortalName& portal,
                                                               Wall now) const;
  [[nodiscard]] std::string server_key(const TicketId& id) const;
  [[nodiscard]] std::string consent_key(const TicketId& id) const;

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid
