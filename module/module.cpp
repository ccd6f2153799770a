// nginx's tables: directives, phases, life of the process.

#include "module/conf/directive.hpp"
#include "module/conf/load_order.hpp"
#include "module/conf/merge.hpp"
#include "module/gate/gate.hpp"
#include "module/gate/paths.hpp"
#include "module/guard.hpp"
#include "module/login/filter.hpp"
#include "module/loop/process.hpp"
#include "module/pages/own_pages.hpp"
#include "module/pages/zone.hpp"
#include "module/variables/form.hpp"
#include "module/variables/person.hpp"
#include "module/variables/session.hpp"

namespace vneid::ngx {

namespace {

// The contexts of directives.def.
constexpr ngx_uint_t http = NGX_HTTP_MAIN_CONF;
constexpr ngx_uint_t server = NGX_HTTP_SRV_CONF;
constexpr ngx_uint_t location = NGX_HTTP_LOC_CONF;

template <class Conf>
constexpr ngx_uint_t offset = NGX_HTTP_LOC_CONF_OFFSET;
template <>
constexpr ngx_uint_t offset<MainConf> = NGX_HTTP_MAIN_CONF_OFFSET;
template <>
constexpr ngx_uint_t offset<ServerConf> = NGX_HTTP_SRV_CONF_OFFSET;

// nginx's macros cast the text of literals; what they make is never written to.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
ngx_command_t commands[] = {
#define VNEID_DIRECTIVE(name, parse, Conf, contexts, arguments, syntax, default_value) \
  {ngx_string(#name),                                                                  \
   (contexts) | (arguments),                                                           \
   handle_directive<parse, Conf>,                                                      \
   offset<Conf>,                                                                       \
   0,                                                                                  \
   nullptr},
#include "module/directives.def"
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
  if (guard_directive(cf, [cf, &conf] {
        complete_settings(conf);
        complete_zone(cf, conf);
      }) != NGX_CONF_OK) {
    return NGX_ERROR;
  }
  if (!conf.first_use) return NGX_OK;  // loaded and not used: nginx stays as it is
  warn_of_load_order(cf);
  warn_of_missing_gates(cf);
  ngx_str_t request_id = ngx_string("request_id");
  conf.request_id = ngx_http_get_variable_index(cf, &request_id);
  auto& core = *static_cast<ngx_http_core_main_conf_t*>(
      ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  const bool added = conf.request_id != NGX_ERROR &&
                     // The last one added comes first: our own pages are judged by no path, and
                     // our cookies are set aside before the session is read.
                     add_phase(core, NGX_HTTP_SERVER_REWRITE_PHASE, on_path) &&
                     add_phase(core, NGX_HTTP_SERVER_REWRITE_PHASE, on_server_rewrite) &&
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
