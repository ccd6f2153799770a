#pragma once

#include "async/task.hpp"
#include "flows/message.hpp"
#include "flows/worker.hpp"

/// The use cases, one file each. They throw Unavailable and LoopExhausted; Service turns those
/// into pages.
namespace vneid::flows {

/// A successful legacy login: shows the notice, or lets the portal's answer go on (R12, R13).
Task<LoginVerdict> legacy_login(Exchange exchange, LegacyLogin login);

Task<Reply> show_notice(Exchange exchange);
/// [Bỏ qua] or [Đăng nhập bằng VNeID] (R14, R15).
Task<Reply> choose(Exchange exchange);
/// The browser comes back from the provider (R22, R23).
Task<Reply> callback(Exchange exchange, std::string provider);
/// The page after a link, and its [Tiếp tục].
Task<Reply> show_linked(Exchange exchange);
Task<Reply> continue_to_portal(Exchange exchange);
/// "Danh sách tài khoản liên kết" (R24).
Task<Reply> show_links(Exchange exchange);
/// "Tài liệu điện tử": the records, and a file of one.
Task<Reply> show_vault(Exchange exchange);
Task<Reply> open_file(Exchange exchange, std::string record, std::string file);

}  // namespace vneid::flows
