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
/// Checks that what is used is configured. Throws ConfigurationError.
void complete_settings(MainConf& conf);

}  // namespace vneid::ngx
