#pragma once

#include "module/conf/conf.hpp"
#include "module/ngx.hpp"

/// Creation and merging of what nginx.conf says, and the checks that need all of it.
namespace vneid::ngx {

void* create_main_conf(ngx_conf_t* cf) noexcept;
void* create_server_conf(ngx_conf_t* cf) noexcept;
void* create_location_conf(ngx_conf_t* cf) noexcept;
char* merge_server_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;
char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;
/// Where a gate holds, once everything else of the location is merged. Throws ConfigurationError.
void merge_gate(ngx_conf_t* cf, const LocationConf& parent, LocationConf& child);
/// Warns of servers in which a date of `vneid_policy` shuts no door: sessions of the portal that
/// are older than it go on, in whatever has no gate.
void warn_of_missing_gates(ngx_conf_t* cf) noexcept;
/// Checks that what is used is configured. Throws ConfigurationError.
void complete_settings(MainConf& conf);

}  // namespace vneid::ngx
