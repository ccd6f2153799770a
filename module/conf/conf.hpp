#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "flows/base/settings.hpp"
#include "identity/account_name.hpp"
#include "metrics/shared_block.hpp"
#include "module/conf/named_sites.hpp"
#include "module/ngx.hpp"
#include "module/zone_lock.hpp"
#include "policy/gate.hpp"
#include "session/login_proof.hpp"
#include "text/path_rule.hpp"

namespace vneid::ngx {

/// Where in nginx.conf something was said, for complaints that can be made only later.
struct Position {
  std::string file;
  ngx_uint_t line = 0;
};

/// What http{} says, and the settings made of it. Lives in the configuration's pool.
struct MainConf {
  std::shared_ptr<flows::Settings> settings = std::make_shared<flows::Settings>();
  bool has_keys = false;
  bool has_redis = false;
  bool has_postgres = false;
  bool has_anonymous_limit = false;
  std::string templates;  ///< folder of `vneid_templates`, or empty
  std::string wording;    ///< of `vneid_templates wording=`
  std::optional<Position> templates_at;
  std::optional<Position> first_use;  ///< first `vneid NAME`
  std::optional<bool> rehearsal;
  std::optional<Position> clock_at;  ///< of `vneid_clock`
  ngx_int_t request_id = NGX_ERROR;  ///< index of $request_id
  std::optional<Position> zone_at;
  std::optional<Position> needs_zone;  ///< first `vneid_metrics` or `vneid_status`
  /// With `vneid_zone` all workers count in the same memory, from when nginx has mapped it (before
  /// any worker starts); without it each counts for itself.
  metrics::Metrics metrics;
  std::optional<metrics::SharedBlock> block;              ///< of `vneid_zone`
  std::optional<ZoneLock> zone_lock;                      ///< likewise, of its session table
  std::vector<std::shared_ptr<const flows::Site>> sites;  ///< for the status page
  std::uint64_t generation = 0;  ///< of this configuration in the zone, from 1
};

/// `vneid_identity`: how much of the person the variables tell.
enum class IdentityScope : std::uint8_t { off, on, full };

/// What a server{} says.
struct ServerConf {
  std::optional<std::string> path;
  std::optional<std::string> origin;
  std::optional<std::string> portal;
  std::optional<std::string> population;  ///< of `vneid_population_source`; empty: off
  Position population_at;
  std::array<std::optional<policy::Rule>, 3> rules;  ///< of `vneid_policy`, by policy::Kind
  std::optional<policy::OnFailure> on_failure;
  pages::Contacts contacts;                                 ///< of `vneid_contact`
  std::shared_ptr<const pages::Brand> brand;                ///< of `vneid_brand`
  std::optional<std::vector<std::string>> trusted_headers;  ///< prefixes, in text::cgi_form()
  std::optional<flows::SessionExchange> session_exchange;
  Position session_exchange_at;
  std::optional<bool> menu;
  std::optional<bool> new_accounts;
  std::optional<bool> reuse;
  Position reuse_at;
  std::optional<std::string> portal_cookie;
  std::string portal_cookie_path = "/";
  /// Whom the portal names in an answer that renews its cookie; null: it is not asked to.
  ngx_http_complex_value_t* portal_account = nullptr;
  std::optional<std::string> logout_location;
  std::optional<std::string> login_page;
  std::optional<SessionLimits> session_limits;
  /// Of `vneid_kiosk`: idle time of sessions there; zero: off.
  std::optional<Milliseconds> kiosk_idle;
  std::optional<Milliseconds> wait;           ///< of `vneid_wait`; zero: off
  std::optional<Milliseconds> session_grace;  ///< of `vneid_session_grace`; zero: off
  std::optional<text::PathRule> paths;        ///< of `vneid_paths`
  bool has_gate = false;                      ///< `vneid_require` holds somewhere in it
  /// Set when `vneid` is on in the server or in a location of it: what the pages below the path
  /// are served with.
  std::shared_ptr<const NamedSites> pages;
};

/// Where a value stands in the portal's answer to the question who the browser is.
struct WholeBody {};  ///< one line of text
struct JsonPointer {
  std::string pointer;
};
struct Pattern {
  ngx_regex_t* regex;  ///< its first group, or without groups all that it matches
};
struct AnswerVariable {
  ngx_http_complex_value_t* value;  ///< evaluated as that answer has it
};
using AnswerPart = std::variant<WholeBody, JsonPointer, Pattern, AnswerVariable>;

/// `ask=` of `vneid_login`.
struct PortalAsked {
  std::string uri;
  AnswerPart account;
  std::optional<AnswerPart> kind;
};

/// `vneid_login`: when is an answer of the portal a login, and whose (D15)?
struct LoginRule {
  LoginProof proof = LoginProof::announced;
  ngx_http_complex_value_t* account = nullptr;    ///< announced or claimed
  ngx_http_complex_value_t* condition = nullptr;  ///< `if=`; empty or "0" is no
  std::optional<PortalAsked> asked;
  ngx_http_complex_value_t* kind = nullptr;
  identity::AccountForm account_form;
  std::vector<ngx_uint_t> statuses;  ///< empty: 200 to 399
  std::string cookie;                ///< empty: no cookie is asked for
  std::string return_to = "/";       ///< where a script's login goes on, a local path
  std::size_t max_body = std::size_t{256} * 1024;
  Position at;
};

/// `vneid_require`: who is let in.
struct GateRule {
  std::optional<policy::Requirement> requirement;  ///< unset: off
  /// `if=`: whether it is asked of this request; null: of each.
  ngx_http_complex_value_t* condition = nullptr;
  std::size_t max_body = std::size_t{16} * 1024;  ///< of a form that is kept
  Position at;
};

/// `vneid_notice`.
struct Notice {
  std::string legal_basis;
  std::string effective_date;         ///< dd/mm/yyyy
  std::optional<Milliseconds> again;  ///< unset: at every login
};

/// What a location{} (or an outer level) says.
struct LocationConf {
  std::optional<std::string> provider;  ///< of `vneid`; empty: off; unset: not said here
  /// `vneid $variable`: whether it is on, request by request. Null: always as `provider` says.
  ngx_http_complex_value_t* provider_value = nullptr;
  Position provider_at;
  std::optional<Notice> notice;
  std::shared_ptr<const LoginRule> login;
  std::optional<IdentityScope> identity;
  std::optional<Position> logout_at;  ///< of `vneid_logout`
  std::shared_ptr<const GateRule> gate;
  std::shared_ptr<const NamedSites> sites;  ///< set where `vneid` is on
  /// Set where there is a gate, also one that `vneid off` has left standing.
  std::shared_ptr<const NamedSites> gate_sites;

  /// What the portal's requests here are served with; null: they are none of our business.
  [[nodiscard]] const std::shared_ptr<const NamedSites>& served_with() const noexcept {
    return sites ? sites : gate_sites;
  }
};

[[nodiscard]] inline MainConf& main_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_vneid_module));
}
[[nodiscard]] inline const ServerConf& server_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<ServerConf*>(ngx_http_get_module_srv_conf(r, ngx_http_vneid_module));
}
[[nodiscard]] inline const LocationConf& location_conf(ngx_http_request_t* r) noexcept {
  return *static_cast<LocationConf*>(ngx_http_get_module_loc_conf(r, ngx_http_vneid_module));
}

/// Which paths reach the server's locations: as said; else plain ones where there is a gate, and
/// none with parameters where the portal's session is told by its cookie.
[[nodiscard]] text::PathRule path_rule(const ServerConf& server) noexcept;

/// Where `vneid` is on for this request, as the name says that the browser used; null where it is
/// off.
[[nodiscard]] std::shared_ptr<const flows::Site> site_of(ngx_http_request_t* r,
                                                         const LocationConf& location);

}  // namespace vneid::ngx
