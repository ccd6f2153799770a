#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis/database.hpp"

namespace vneid {

/// Why a browser was sent to the provider: to link the account of a held legacy login, or to log in
/// with VNeID alone (R25).
enum class FlowPurpose { link, login };

/// What must be remembered between the authorization request and its callback (D6).
struct FlowRecord {
  std::string provider;
  std::string nonce;
  std::string code_verifier;
  std::string redirect_uri;
  std::string ticket_id;  ///< the legacy login that began it; empty when none did
  FlowPurpose purpose = FlowPurpose::link;
  std::string return_to;  ///< of a login: where to go on, a path on this server
  /// A login at the provider from before this does not count (kiosks); zero: any does.
  Wall fresh_since{};
};

/// How a callback ended, for the same browser asking again (double click, back button, reload).
struct FlowOutcome {
  enum class State { pending, linked, failed };
  State state = State::pending;
  Wall finished_at{};
  int error = 0;                ///< of a failure: a number that is the flow's own business
  std::string detail;           ///< of a failure: review code, may be empty
  int review_state = 0;         ///< beside a review code: a number that is the flow's own business
  std::string ticket_id;        ///< the legacy login it belonged to
  std::int64_t account_id = 0;  ///< of a link, as the next two
  std::int64_t person_id = 0;
  std::int64_t link_id = 0;
  FlowPurpose purpose = FlowPurpose::link;
  std::string return_to;  ///< of a login
  bool asks = false;      ///< of a login: which account is still to be chosen
  std::string provider;   ///< of a link, as the next three: what its session keeps (Session)
  std::string subject_key;
  std::string sid;
  std::string id_token;  ///< for the hint of a sign-out; may be empty
};

/// Flows in progress. A flow's key is derived from its state *and* the browser's flow cookie, so
/// that a state from another browser finds nothing and spends nothing. Records are sealed.
class Flows {
 public:
  static constexpr std::chrono::seconds lifetime{10 * 60};

  Flows(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys)
      : redis_(redis), keys_(std::move(keys)) {}

  Task<void> begin(std::string state, std::string browser, FlowRecord record);
  /// Takes the record out; only one caller ever gets it.
  Task<std::optional<FlowRecord>> take(std::string state, std::string browser);
  /// The outcome of a flow of this browser; nothing when there never was such a flow.
  Task<std::optional<FlowOutcome>> outcome(std::string state, std::string browser);
  Task<void> finish(std::string state, std::string browser, FlowOutcome outcome);

 private:
  /// What the command's answer holds, opened; nothing when there is none or it does not open.
  Task<std::optional<std::string>> opened(redis::Command command, std::string purpose,
                                          std::string id);
  [[nodiscard]] std::string name(const std::string& state, const std::string& browser) const;

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

/// The browser's flow cookie: the first well-formed value, or empty.
std::string browser_of(std::string_view cookie_header);

}  // namespace vneid
