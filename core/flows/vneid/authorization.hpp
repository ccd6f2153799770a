#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "ids.hpp"
#include "pages/error_kind.hpp"
#include "pages/view.hpp"
#include "session/sealed_store.hpp"

/// A browser's way to the provider and back: what is remembered meanwhile, and how it ended.
namespace vneid::flows {

/// To link the account of a legacy login that is held.
struct LinkHeld {
  static constexpr std::string_view name = "link";
  TicketId ticket_id;

  static void fields(auto& field, auto& self) { field("ticket", self.ticket_id); }
};

/// To link the account that the browser is logged in to at the portal (design D15): the link is
/// made only while that session lives.
struct LinkSession {
  static constexpr std::string_view name = "link_session";
  AccountId account_id;
  std::string account;            ///< as the portal calls it
  std::string portal_cookie_key;  ///< of the session; session/portal_binding.hpp
  std::string return_to;          ///< a text::LocalPath

  static void fields(auto& field, auto& self) {
    field("account", self.account_id);
    field("called", self.account);
    field("portal_cookie", self.portal_cookie_key);
    field("return", self.return_to);
  }
};

/// To sign in with VNeID first (R25).
struct SignIn {
  static constexpr std::string_view name = "sign_in";
  std::string return_to;  ///< a text::LocalPath
  /// Accounts that are not linked yet are offered though others are: [Liên kết thêm tài khoản].
  std::optional<bool> another;

  static void fields(auto& field, auto& self) {
    field("return", self.return_to);
    field("another", self.another);
  }
};

/// Why a browser was sent to the provider.
using Purpose = std::variant<LinkHeld, LinkSession, SignIn>;

/// What must be remembered between the authorization request and its callback (D6).
struct Authorization {
  Purpose purpose;
  std::string provider;
  std::string nonce;
  std::string code_verifier;
  std::string redirect_uri;
  /// A login at the provider from before this does not count (kiosks); zero: any does.
  Wall fresh_since{};

  static void fields(auto& field, auto& self) {
    field("purpose", self.purpose);
    field("provider", self.provider);
    field("nonce", self.nonce);
    field("verifier", self.code_verifier);
    field("redirect", self.redirect_uri);
    field("fresh", self.fresh_since);
  }
};

/// The callback has not come, or its work is not done yet.
struct Pending {
  static constexpr std::string_view name = "pending";
  static void fields(auto& /*field*/, auto& /*self*/) {}
};

/// The account whose login was proven is linked. The rest is what its session keeps (Session).
struct AccountLinked {
  static constexpr std::string_view name = "linked";
  AccountId account_id;
  PersonId person_id;
  LinkId link_id;
  std::string provider;
  SubjectKey subject_key;
  std::string sid;
  std::string id_token;  ///< for the hint of a sign-out; may be empty

  static void fields(auto& field, auto& self) {
    field("account", self.account_id);
    field("person", self.person_id);
    field("link", self.link_id);
    field("provider", self.provider);
    field("subject", self.subject_key);
    field("sid", self.sid);
    field("id_token", self.id_token);
  }
};

/// The person may enter the portal; which account is in the browser's PendingChoice.
struct SignedIn {
  static constexpr std::string_view name = "signed_in";
  PersonId person_id;  ///< 0: not in the database yet
  bool asks = false;   ///< the account is still to be chosen

  static void fields(auto& field, auto& self) {
    field("person", self.person_id);
    field("asks", self.asks);
  }
};

struct Failed {
  static constexpr std::string_view name = "failed";
  pages::ErrorKind kind = pages::ErrorKind::internal;
  std::string review_code;  ///< of ErrorKind::review
  pages::ReviewState review_state = pages::ReviewState::open;
  std::optional<bool> child;  ///< of ErrorKind::level_too_low: VNeID's person is under 14

  static void fields(auto& field, auto& self) {
    field("kind", self.kind);
    field("review", self.review_code);
    field("review_state", self.review_state);
    field("child", self.child);
  }
};

/// How a callback ended, for the same browser asking again (double click, back button, reload).
struct Outcome {
  Purpose purpose;
  Wall finished_at{};
  std::variant<Pending, AccountLinked, SignedIn, Failed> result;

  static void fields(auto& field, auto& self) {
    field("purpose", self.purpose);
    field("at", self.finished_at);
    field("result", self.result);
  }
};

/// Authorizations on their way, in Redis. The key is derived from the state *and* the browser's
/// flow cookie, so that a state from another browser finds nothing and spends nothing. Redis away:
/// Unavailable.
class Authorizations {
 public:
  static constexpr std::chrono::seconds lifetime{10 * 60};

  Authorizations(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys);
  explicit Authorizations(const Worker& worker)
      : Authorizations(worker.redis, worker.settings->keys) {}

  Task<void> begin(State state, BrowserId browser, Authorization authorization) const;
  /// Takes it out; only one caller ever gets it.
  Task<std::optional<Authorization>> take(const State& state, const BrowserId& browser) const;
  /// The outcome of an authorization of this browser; nothing when there never was one.
  Task<std::optional<Outcome>> outcome(const State& state, const BrowserId& browser) const;
  Task<void> finish(const State& state, const BrowserId& browser, Outcome outcome) const;

 private:
  [[nodiscard]] std::string id(const State& state, const BrowserId& browser) const;

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  SealedStore<Authorization> pending_;
  SealedStore<Outcome> outcomes_;
};

}  // namespace vneid::flows
