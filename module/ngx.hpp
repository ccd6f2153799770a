#pragma once

// The only place where nginx's headers enter. They are C, and macros of theirs are statements:
// always brace what follows an `if` (ngx_delete_posted_event is two statements, for one).

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
}

extern "C" ngx_module_t ngx_http_vneid_module;
