#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "flows/base/log.hpp"
#include "flows/base/message.hpp"
#include "flows/base/session_facts.hpp"
#include "flows/base/settings.hpp"
#include "metrics/worker_status.hpp"
#include "policy/gate.hpp"
#include "session/portal_binding.hpp"

namespace vneid::flows {

/// All flows of one worker, over its event loop. The module makes one in `init_process` and
/// destroys it in `exit_process`. Loop thread only.
class Service {
 public:
  /// The loop and the log must outlive it.
  Service(EventLoop& loop, std::shared_ptr<const Settings> settings, Log& log);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// A request for a page under `vneid_path`. Never throws: failures are replies (D4).
  /// `request` and `site` are taken by value because a flow may outlive the nginx request.
  Task<Reply> handle(Request request, std::shared_ptr<const Site> site);

  /// A legacy login whose answer is held back. Never throws.
  Task<LoginVerdict> legacy_login(Request request, LegacyLogin login,
                                  std::shared_ptr<const Site> site);
  /// An answer that may be a login, when nobody can tell whose.
  LoginVerdict unknown_login(Request request, const UnknownLogin& login,
                             std::shared_ptr<const Site> site);

  /// What this worker knows of the servers it asks.
  void describe(metrics::WorkerStatus& status) const noexcept;
  /// Calls `news`, which must not throw, when there is something new to describe().
  void on_news(std::function<void()> news);
  /// Who the request comes from; `full` adds name and number. Never throws. The cookies of the
  /// request are all it needs.
  Task<SharedFacts> identify(Request request, std::shared_ptr<const Site> site, bool full);

  /// The same without waiting, by what is known here already; null: `identify` is to be asked. May
  /// throw. `cookies`: all Cookie headers, joined with "; ".
  [[nodiscard]] SharedFacts identify_at_once(std::string_view cookies, const Site& site, bool full);

  /// assertion_of(): for the site's portal, about a VNeID session.
  [[nodiscard]] SharedAssertion assertion(const SharedFacts& facts, const Site& site);
  /// The portal's answer to a sign-out in a `vneid_logout` location. Never throws.
  Task<LoginVerdict> portal_sign_out(Request request, PortalSignOut answer,
                                     std::shared_ptr<const Site> site);
  /// A request to a location with `vneid_require`: whether it may go on. Never throws.
  /// `known`: what identify() has told for the same request; null: the session is read.
  Task<GateVerdict> gate(Request request, std::shared_ptr<const Site> site,
                         policy::Requirement requirement, SharedFacts known);
  /// The same without waiting: whether it may go on by what is known here already. No: `gate` is to
  /// be asked. May throw. `cookies`: all Cookie headers, joined with "; "; `known` as above.
  [[nodiscard]] bool passes_at_once(std::string_view cookies, const Site& site,
                                    policy::Requirement requirement, const SessionFacts* known);
  /// What `gate` asked for; a body that was too large is left out, with `body_is_form` false.
  Task<Reply> keep_post(Request request, std::shared_ptr<const Site> site);
  /// A path that `vneid_paths` refuses; `fault` of text::path_fault. Never throws, never waits.
  Task<Reply> refuse_path(Request request, std::shared_ptr<const Site> site, std::string fault);
  /// The Set-Cookie value to put on an answer in which the portal changes its own cookie
  /// (`vneid_portal_cookie`); nothing when there is nothing to say.
  [[nodiscard]] std::optional<std::string> follow_portal_cookie(std::string_view cookie_header,
                                                                const PortalAnswer& answer,
                                                                const Site& site) const;
  /// Whether that answer begins a session of the portal's.
  [[nodiscard]] bool begins_portal_session(std::string_view cookie_header,
                                           const PortalAnswer& answer, const Site& site) const;

  /// Closes the connections of the three clients, before the loop goes away.
  void close() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::flows
