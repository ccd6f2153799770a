#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"

/// What the portal's own pages show of ours (`vneid_menu`), so that whoever has skipped the notice
/// or comes another way finds his identity, his links and his vault (R7, R16, R27).
namespace vneid::flows {

/// `menu_path`: the entries, and the banner for who has skipped; as JSON, or as HTML for the inside
/// of a page. Says of a person only what the browser's own live session may know.
Task<Reply> show_menu(const Exchange& exchange);

/// [Để sau] of the banner.
Task<Reply> put_off_banner(const Exchange& exchange);

}  // namespace vneid::flows
