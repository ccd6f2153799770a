#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/event_loop.hpp"
#include "crypto/key_ring.hpp"
#include "ids.hpp"
#include "metrics/metrics.hpp"
#include "net/http/trusted_certificates.hpp"
#include "net/postgres/client.hpp"
#include "net/redis/client.hpp"
#include "oidc/provider_settings.hpp"
#include "pages/face/brand.hpp"
#include "pages/face/contact.hpp"
#include "pages/renderer.hpp"
#include "policy/policy.hpp"
#include "population/settings.hpp"
#include "session/anonymous_quota.hpp"
#include "session/session.hpp"

namespace vneid::oidc {
class AssertionKeys;
}

namespace vneid::flows {

/// `vneid_session_exchange`: where the portal takes an assertion and gives its session for it.
struct SessionExchange {
  std::string url;  ///< https, or http when that was allowed on purpose
  http::TrustedCertificates trusted_certificates;  ///< the only CAs trusted; null: the system's
  Milliseconds timeout{5000};
};

/// What a location of nginx.conf says about the portal behind it (design §4.2).
struct Site {
  std::string provider;    ///< name of a `vneid_provider`
  std::string population;  ///< name of a `vneid_population`; empty: there is nobody to ask
  std::string path;        ///< `vneid_path`, begins and ends with '/'
  /// scheme://host[:port] under which browsers reach this server; from `vneid_origin` or
  /// server_name, never from the Host header.
  std::string origin;
  PortalName portal;        ///< `vneid_portal`: names the account realm, so that two portals on one
                            ///< database never mix accounts
  std::string legal_basis;  ///< as the notice prints it
  std::string effective_date;  ///< dd/mm/yyyy, as the notice prints it; empty: the policy's
  pages::Contacts contacts;    ///< `vneid_contact`
  std::shared_ptr<const pages::Brand> brand;  ///< `vneid_brand`; null: ours
  /// `vneid_notice again=`: for so long after [Bỏ qua] the notice does not come; unset: at each
  /// login.
  std::optional<Milliseconds> notice_again;
  policy::Policy policy;
  policy::OnFailure on_failure;
  std::optional<SessionExchange> session_exchange;
  bool new_accounts = false;  ///< `vneid_new_accounts`
  bool menu = false;          ///< `vneid_menu`: the portal may show our entries in its own pages
  bool reuse = false;         ///< `vneid_reuse`: papers of the vault serve in the portal's dossiers
  std::string portal_cookie;  ///< name of the portal's session cookie; empty: not told
  std::string portal_cookie_path = "/";  ///< its Path
  std::string logout_location;           ///< path of the portal's own sign-out; empty: not told
  std::string login_page = "/";          ///< where people log in with the portal's own accounts
  SessionLimits session_limits;          ///< `vneid_session`, or the shorter ones of `vneid_kiosk`
  /// `vneid_wait`: after so long an answer that waits for the provider shows a page that waits;
  /// zero: never.
  Milliseconds wait{1000};
  bool kiosk = false;  ///< `vneid_kiosk`: PCs that strangers use one after another
  /// `vneid_session_grace`: how long a session counts that this worker has seen, with Redis away.
  Milliseconds session_grace{30'000};
};

/// Everything of one nginx configuration, immutable. Made by the module while it reads nginx.conf,
/// shared by all flows of a worker.
struct Settings {
  std::optional<policy::RehearsalClock> clock;  ///< unset: the machine's
  std::shared_ptr<const crypto::KeyRing> keys;
  redis::Settings redis;
  /// Of the zone of all workers; unset, in tests: one of its own.
  std::optional<SessionTable> session_table;
  postgres::Settings postgres;
  std::map<std::string, oidc::ProviderSettings> providers;
  std::map<std::string, population::Settings> populations;
  std::shared_ptr<const pages::Renderer> renderer;
  metrics::Metrics metrics;          ///< of all workers of this machine
  AnonymousLimits anonymous_limits;  ///< `vneid_anonymous_limit`
  /// `vneid_assertion_key`; null: the portal is told nothing that is signed.
  std::shared_ptr<const oidc::AssertionKeys> assertion_keys;
};

}  // namespace vneid::flows
