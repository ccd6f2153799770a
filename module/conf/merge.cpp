#include "module/conf/merge.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "async/epoll_loop.hpp"
#include "certain.hpp"
#include "flows/base/log.hpp"
#include "flows/front/service.hpp"
#include "module/conf/directive.hpp"
#include "module/pool.hpp"
#include "pages/renderer.hpp"
#include "text/url.hpp"

namespace vneid::ngx {

namespace {

template <class Conf>
void* create(ngx_conf_t* cf) noexcept {
  return guard(cf->log, "configuration", static_cast<void*>(nullptr),
               [cf]() -> void* { return object_in_pool<Conf>(cf->pool); });
}

template <class T>
void inherit(T& child, const T& parent) {
  if (!child) child = parent;
}

[[nodiscard]] bool is_plain(const ngx_http_server_name_t& name) {
#if (NGX_PCRE)
  if (name.regex != nullptr) return false;
#endif
  return text::is_host_name(view(name.name));
}

/// The addresses under which browsers reach the server, each with the name that leads there.
/// Never the Host header: it is the client's.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> origins_of(
    ngx_conf_t* cf, const ServerConf& server, const Position& at,
    const ngx_http_core_srv_conf_t& core) {
  if (server.origin) return {{"", *server.origin}};
  std::vector<std::pair<std::string, std::string>> origins;
  const std::span names(static_cast<ngx_http_server_name_t*>(core.server_names.elts),
                        core.server_names.nelts);
  if (names.empty() || !is_plain(names.front())) {
    throw ConfigurationError(
        "\"vneid\" needs \"vneid_origin\" in a server whose first \"server_name\" is not a plain "
        "name",
        at);
  }
  for (const auto& name : names) {
    if (is_plain(name)) {
      origins.emplace_back(copy(name.name), "https://" + copy(name.name));
    } else {
      ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                    "vneid: logins that begin at server name \"%V\" end at \"%s\": name each "
                    "host, or set \"vneid_origin\", in %s:%ui",
                    &name.name, origins.front().second.c_str(), at.file.c_str(), at.line);
    }
  }
  return origins;
}

[[nodiscard]] std::string population_of(ngx_conf_t* cf, const ServerConf& server) {
  const std::string name = server.population.value_or("");
  const auto& main =
      *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_vneid_module));
  if (!name.empty() && !main.settings->populations.contains(name)) {
    throw ConfigurationError(
        "unknown population source \"" + name + "\" in \"vneid_population_source\"",
        server.population_at);
  }
  return name;
}

[[nodiscard]] flows::Site make_site(ngx_conf_t* cf, const ServerConf& server,
                                    const LocationConf& location) {
  flows::Site result;
  auto* const site = &result;
  site->provider = certain(location.provider);
  site->path = server.path.value_or("/vneid/");
  site->portal = PortalName{server.portal.value_or("portal")};
  site->population = population_of(cf, server);
  site->contacts = server.contacts;
  site->brand = server.brand;
  site->on_failure = server.on_failure.value_or(policy::OnFailure{});
  for (const auto kind :
       {policy::Kind::personal, policy::Kind::organization, policy::Kind::foreign}) {
    const auto& rule = server.rules[static_cast<std::size_t>(kind)];
    if (rule) site->policy.of(kind) = *rule;
  }
  site->session_exchange = server.session_exchange;
  site->new_accounts = server.new_accounts.value_or(false);
  site->menu = server.menu.value_or(false);
  site->reuse = server.reuse.value_or(false);
  const auto& main =
      *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_vneid_module));
  if (site->session_exchange && !main.settings->assertion_keys) {
    throw ConfigurationError("\"vneid_session_exchange\" needs \"vneid_assertion_key\" in http{}",
                             server.session_exchange_at);
  }
  if (site->reuse && !main.settings->assertion_keys) {
    throw ConfigurationError("\"vneid_reuse\" needs \"vneid_assertion_key\" in http{}",
                             server.reuse_at);
  }
  site->portal_cookie = server.portal_cookie.value_or("");
  site->portal_cookie_path = server.portal_cookie_path;
  site->logout_location = server.logout_location.value_or("");
  site->login_page = server.login_page.value_or("/");
  site->session_limits = server.session_limits.value_or(SessionLimits{});
  const Milliseconds kiosk_idle = server.kiosk_idle.value_or(Milliseconds{0});
  site->kiosk = kiosk_idle > Milliseconds{0};
  if (site->kiosk) site->session_limits.idle = std::min(kiosk_idle, site->session_limits.idle);
  if (server.wait) site->wait = *server.wait;
  if (server.session_grace) site->session_grace = *server.session_grace;
  if (location.notice) {
    site->legal_basis = location.notice->legal_basis;
    site->effective_date = location.notice->effective_date;
    site->notice_again = location.notice->again;
  }
  return result;
}

[[nodiscard]] std::shared_ptr<const NamedSites> make_sites(ngx_conf_t* cf,
                                                           const LocationConf& location) {
  const auto& server =
      *static_cast<ServerConf*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_vneid_module));
  const auto& core = *static_cast<ngx_http_core_srv_conf_t*>(
      ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));
  const flows::Site common = make_site(cf, server, location);
  std::vector<NamedSites::Named> sites;
  for (auto& [name, origin] : origins_of(cf, server, location.provider_at, core)) {
    auto site = std::make_shared<flows::Site>(common);
    site->origin = origin;
    sites.emplace_back(name, std::move(site));
  }
  return std::make_shared<const NamedSites>(std::move(sites));
}

[[nodiscard]] bool same_pages(const flows::Site& left, const flows::Site& right) noexcept {
  return left.provider == right.provider && left.legal_basis == right.legal_basis &&
         left.effective_date == right.effective_date;
}

void merge_location(ngx_conf_t* cf, const LocationConf& parent, LocationConf& child) {
  const bool says_something = child.provider || child.notice;
  if (!child.provider) {
    child.provider = parent.provider;
    child.provider_value = parent.provider_value;
    child.provider_at = parent.provider_at;
  }
  inherit(child.notice, parent.notice);
  // Inherited, so that an `if` or a location inside cannot let a login slip through.
  inherit(child.login, parent.login);
  inherit(child.identity, parent.identity);
  const bool says_logout = child.logout_at.has_value();
  inherit(child.logout_at, parent.logout_at);
  if (child.login && child.logout_at) {
    throw ConfigurationError("\"vneid_login\" and \"vneid_logout\" in one location",
                             child.logout_at);
  }

  inherit(child.gate, parent.gate);

  const bool on = child.provider && !child.provider->empty();
  if (!on) {
    if (says_logout) {
      throw ConfigurationError("\"vneid_logout\" without effect: \"vneid\" is off here",
                               child.logout_at);
    }
    merge_gate(cf, parent, child);
    if (!child.login || child.login == parent.login) return;
    throw ConfigurationError("\"vneid_login\" without effect: \"vneid\" is off here",
                             child.login->at);
  }
  auto& main =
      *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_vneid_module));
  if (child.provider_value != nullptr) {
    // Which of several it will be cannot be told here, and the pages are one provider's.
    if (main.settings->providers.size() != 1) {
      throw ConfigurationError("a variable in \"vneid\" needs exactly one \"vneid_provider\"",
                               child.provider_at);
    }
    child.provider = main.settings->providers.begin()->first;
  }
  if (!main.settings->providers.contains(*child.provider)) {
    throw ConfigurationError("unknown provider \"" + *child.provider + "\" in \"vneid\"",
                             child.provider_at);
  }
  auto& server =
      *static_cast<ServerConf*>(ngx_http_conf_get_module_srv_conf(cf, ngx_http_vneid_module));
  child.sites = !says_something && parent.sites ? parent.sites : make_sites(cf, child);
  if (child.sites != parent.sites) main.sites.push_back(child.sites->first());
  if (!server.pages) server.pages = child.sites;
  // The pages are the server's: what only one location says of them would have no effect.
  if (!same_pages(*server.pages->first(), *child.sites->first())) {
    throw ConfigurationError(
        "\"vneid\" and \"vneid_notice\" must be the same in all locations of a server",
        child.provider_at);
  }
  merge_gate(cf, parent, child);
}

}  // namespace

void* create_main_conf(ngx_conf_t* cf) noexcept { return create<MainConf>(cf); }
void* create_server_conf(ngx_conf_t* cf) noexcept { return create<ServerConf>(cf); }
void* create_location_conf(ngx_conf_t* cf) noexcept { return create<LocationConf>(cf); }

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): nginx's signature
char* merge_server_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
  return guard_directive(cf, [&] {
    const auto& outer = *static_cast<ServerConf*>(parent);
    auto& inner = *static_cast<ServerConf*>(child);
    inherit(inner.path, outer.path);
    inherit(inner.origin, outer.origin);
    inherit(inner.portal, outer.portal);
    inherit(inner.on_failure, outer.on_failure);
    // A server's own words are not mixed with another office's.
    if (!inner.contacts.vi && !inner.contacts.en) inner.contacts = outer.contacts;
    inherit(inner.brand, outer.brand);
    for (std::size_t i = 0; i < inner.rules.size(); ++i) inherit(inner.rules[i], outer.rules[i]);
    inherit(inner.trusted_headers, outer.trusted_headers);
    inherit(inner.menu, outer.menu);
    inherit(inner.new_accounts, outer.new_accounts);
    if (!inner.reuse) {
      inner.reuse = outer.reuse;
      inner.reuse_at = outer.reuse_at;
    }
    if (!inner.session_exchange) {
      inner.session_exchange = outer.session_exchange;
      inner.session_exchange_at = outer.session_exchange_at;
    }
    if (!inner.portal_cookie) {
      inner.portal_cookie = outer.portal_cookie;
      inner.portal_cookie_path = outer.portal_cookie_path;
      inner.portal_account = outer.portal_account;
    }
    inherit(inner.logout_location, outer.logout_location);
    inherit(inner.login_page, outer.login_page);
    inherit(inner.session_limits, outer.session_limits);
    inherit(inner.kiosk_idle, outer.kiosk_idle);
    inherit(inner.wait, outer.wait);
    inherit(inner.session_grace, outer.session_grace);
    inherit(inner.paths, outer.paths);
    if (!inner.population) {
      inner.population = outer.population;
      inner.population_at = outer.population_at;
    }
  });
}

char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
  return guard_directive(cf, [&] {
    merge_location(cf, *static_cast<LocationConf*>(parent), *static_cast<LocationConf*>(child));
  });
}

namespace {

/// Builds what every worker will build, and throws it away: whatever can fail there fails here
/// (D21). It connects to nobody.
void check_service(const MainConf& conf) {
  class Nowhere final : public flows::Log {
    void write(Severity /*severity*/, std::string_view /*reference*/,
               std::string_view /*text*/) noexcept override {}
  };
  Nowhere log;
  EpollLoop loop;
  try {
    const flows::Service service{loop, conf.settings, log};
  } catch (const std::exception& failure) {
    throw ConfigurationError(std::string{"workers could not start: "} + failure.what(),
                             conf.first_use);
  }
}

}  // namespace

void complete_settings(MainConf& conf) {
  if (conf.clock_at && !conf.rehearsal.value_or(false)) {
    throw ConfigurationError(
        "\"vneid_clock\" moves the cut-over, so it needs \"vneid_rehearsal on\"", conf.clock_at);
  }
  if (!conf.first_use && !conf.templates_at) return;
  auto renderer = pages::Renderer::load(conf.templates, conf.wording);
  if (!renderer) {
    throw ConfigurationError("pages: " + renderer.error(),
                             conf.templates_at ? conf.templates_at : conf.first_use);
  }
  conf.settings->renderer = std::make_shared<const pages::Renderer>(std::move(*renderer));
  if (!conf.first_use) return;
  const auto need = [&conf](bool given, const std::string& directive) {
    if (given) return;
    throw ConfigurationError("\"vneid\" needs \"" + directive + "\" in http{}", conf.first_use);
  };
  need(conf.has_keys, "vneid_keys");
  need(conf.has_redis, "vneid_redis");
  need(conf.has_postgres, "vneid_postgres");
  check_service(conf);
}

}  // namespace vneid::ngx
