// nginx's tables: directives, phases, life of the process.

#include "conf.hpp"
#include "content_handler.hpp"
#include "directive.hpp"
#include "form_variable.hpp"
#include "gate.hpp"
#include "guard.hpp"
#include "identity.hpp"
#include "identity_variables.hpp"
#include "load_order.hpp"
#include "login_filter.hpp"
#include "process.hpp"
#include "zone.hpp"

namespace vneid::ngx {

namespace {

constexpr ngx_uint_t in_main = NGX_HTTP_MAIN_CONF;
constexpr ngx_uint_t in_server = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF;
constexpr ngx_uint_t in_location = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

template <auto parse, class Conf>
ngx_command_t command(ngx_str_t name, ngx_uint_t type, ngx_uint_t offset) {
  return {name, type, handle_directive<parse, Conf>, offset, 0, nullptr};
}

template <auto parse>
ngx_command_t main_command(ngx_str_t name, ngx_uint_t arguments) {
  return command<parse, MainConf>(name, in_main | arguments, NGX_HTTP_MAIN_CONF_OFFSET);
}
template <auto parse>
ngx_command_t server_command(ngx_str_t name, ngx_uint_t arguments) {
  return command<parse, ServerConf>(name, in_server | arguments, NGX_HTTP_SRV_CONF_OFFSET);
}
template <auto parse>
ngx_command_t location_command(ngx_str_t name, ngx_uint_t type) {
  return command<parse, LocationConf>(name, type, NGX_HTTP_LOC_CONF_OFFSET);
}

// nginx's macros cast the text of literals; what they make is never written to.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
ngx_command_t commands[] = {
    main_command<parse_keys>(ngx_string("vneid_keys"), NGX_CONF_TAKE1),
    main_command<parse_redis>(ngx_string("vneid_redis"), NGX_CONF_1MORE),
    main_command<parse_postgres>(ngx_string("vneid_postgres"), NGX_CONF_1MORE),
    main_command<parse_templates>(ngx_string("vneid_templates"), NGX_CONF_TAKE12),
    main_command<parse_zone>(ngx_string("vneid_zone"), NGX_CONF_TAKE2),
    main_command<parse_provider>(ngx_string("vneid_provider"), NGX_CONF_BLOCK | NGX_CONF_TAKE1),
    main_command<parse_population>(ngx_string("vneid_population"), NGX_CONF_BLOCK | NGX_CONF_TAKE1),
    server_command<parse_population_source>(ngx_string("vneid_population_source"), NGX_CONF_TAKE1),
    main_command<parse_rehearsal>(ngx_string("vneid_rehearsal"), NGX_CONF_TAKE1),
    main_command<parse_clock>(ngx_string("vneid_clock"), NGX_CONF_TAKE12),
    server_command<parse_policy>(ngx_string("vneid_policy"), NGX_CONF_2MORE),
    server_command<parse_on_failure>(ngx_string("vneid_on_failure"), NGX_CONF_TAKE12),
    server_command<parse_path>(ngx_string("vneid_path"), NGX_CONF_TAKE1),
    server_command<parse_origin>(ngx_string("vneid_origin"), NGX_CONF_TAKE1),
    server_command<parse_portal>(ngx_string("vneid_portal"), NGX_CONF_TAKE1),
    server_command<parse_portal_cookie>(ngx_string("vneid_portal_cookie"), NGX_CONF_TAKE12),
    server_command<parse_logout_location>(ngx_string("vneid_logout_location"), NGX_CONF_TAKE1),
    server_command<parse_session>(ngx_string("vneid_session"), NGX_CONF_TAKE12),
    server_command<parse_kiosk>(ngx_string("vneid_kiosk"), NGX_CONF_TAKE12),
    location_command<parse_logout>(ngx_string("vneid_logout"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS),
    location_command<parse_vneid>(ngx_string("vneid"), in_location | NGX_CONF_TAKE1),
    location_command<parse_notice>(ngx_string("vneid_notice"), in_location | NGX_CONF_1MORE),
    location_command<parse_login>(ngx_string("vneid_login"), NGX_HTTP_LOC_CONF | NGX_CONF_1MORE),
    main_command<parse_assertion_key>(ngx_string("vneid_assertion_key"), NGX_CONF_TAKE1),
    server_command<parse_trusted_headers>(ngx_string("vneid_trusted_headers"), NGX_CONF_1MORE),
    server_command<parse_session_exchange>(ngx_string("vneid_session_exchange"), NGX_CONF_1MORE),
    server_command<parse_new_accounts>(ngx_string("vneid_new_accounts"), NGX_CONF_TAKE1),
    location_command<parse_identity>(ngx_string("vneid_identity"), in_location | NGX_CONF_TAKE1),
    server_command<parse_session_grace>(ngx_string("vneid_session_grace"), NGX_CONF_TAKE1),
    location_command<parse_require>(ngx_string("vneid_require"), in_location | NGX_CONF_TAKE12),
    location_command<parse_metrics>(ngx_string("vneid_metrics"),
                                    NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS),
    location_command<parse_status>(ngx_string("vneid_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS),
    ngx_null_command};

[[nodiscard]] bool add_phase(ngx_http_core_main_conf_t& core, ngx_http_phases phase,
                             ngx_http_handler_pt handler) {
  auto* slot = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core.phases[phase].handlers));
  if (slot == nullptr) return false;
  *slot = handler;
  return true;
}

ngx_int_t after_configuration(ngx_conf_t* cf) noexcept {
  auto& conf =
      *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_vneid_module));
  if (guard_directive(cf, [&conf] {
        complete_settings(conf);
        check_zone(conf);
      }) != NGX_CONF_OK) {
    return NGX_ERROR;
  }
  if (!conf.first_use) return NGX_OK;  // loaded and not used: nginx stays as it is
  warn_of_load_order(cf);
  ngx_str_t request_id = ngx_string("request_id");
  conf.request_id = ngx_http_get_variable_index(cf, &request_id);
  auto& core = *static_cast<ngx_http_core_main_conf_t*>(
      ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  const bool added = conf.request_id != NGX_ERROR &&
                     add_phase(core, NGX_HTTP_SERVER_REWRITE_PHASE, on_server_rewrite) &&
                     // The last one added comes first: our cookies are set aside before.
                     add_phase(core, NGX_HTTP_PREACCESS_PHASE, on_identity) &&
                     add_phase(core, NGX_HTTP_PREACCESS_PHASE, on_preaccess) &&
                     add_phase(core, NGX_HTTP_ACCESS_PHASE, on_access) &&
                     add_phase(core, NGX_HTTP_PRECONTENT_PHASE, on_precontent);
  if (!added) return NGX_ERROR;
  install_filters();
  return NGX_OK;
}

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
  // The cache manager is a process too, and answers nobody.
  if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE) return NGX_OK;
  const auto* conf =
      static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_vneid_module));
  if (conf == nullptr) return NGX_OK;
  return guard(cycle->log, "start", ngx_int_t{NGX_ERROR}, [&]() -> ngx_int_t {
    Presence::begin(cycle->log, *conf);
    if (conf->first_use) Process::start(cycle->log, conf->settings);
    Presence::follow_process();
    if (Process* process = Process::find()) process->service().greet_stores();
    return NGX_OK;
  });
}

void exit_process(ngx_cycle_t* /*cycle*/) noexcept {
  Process::stop();
  Presence::end();
}

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
  const ngx_int_t added = add_form_variable(cf);
  return added == NGX_OK ? add_identity_variables(cf) : added;
}

ngx_http_module_t module_context = {
    add_variables,      after_configuration, create_main_conf,     nullptr,
    create_server_conf, merge_server_conf,   create_location_conf, merge_location_conf};

}  // namespace

}  // namespace vneid::ngx

extern "C" ngx_module_t ngx_http_vneid_module = {NGX_MODULE_V1,
                                                 &vneid::ngx::module_context,
                                                 vneid::ngx::commands,
                                                 NGX_HTTP_MODULE,
                                                 nullptr,
                                                 nullptr,
                                                 vneid::ngx::init_process,
                                                 nullptr,
                                                 nullptr,
                                                 vneid::ngx::exit_process,
                                                 nullptr,
                                                 NGX_MODULE_V1_PADDING};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
