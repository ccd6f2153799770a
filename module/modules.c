/*
 * What nginx looks up in a dynamic module. The place in the order puts our filters right behind
 * the copy filter: bodies reach us in memory, and before add_header, gzip and chunking. It is what
 * nginx's own build writes for a module of the type HTTP_AUX_FILTER.
 */
#include <ngx_config.h>
#include <ngx_core.h>

#define VNEID_EXPORT __attribute__((visibility("default")))

extern ngx_module_t ngx_http_vneid_module;

VNEID_EXPORT ngx_module_t *ngx_modules[] = {&ngx_http_vneid_module, NULL};

VNEID_EXPORT char *ngx_module_names[] = {"ngx_http_vneid_module", NULL};

VNEID_EXPORT char *ngx_module_order[] = {"ngx_http_vneid_module", "ngx_http_copy_filter_module",
                                         NULL};
