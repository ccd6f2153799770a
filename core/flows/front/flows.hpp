#pragma once

#include "async/task.hpp"
#include "flows/base/message.hpp"
#include "flows/base/worker.hpp"

/// The use cases, one file each. They throw Unavailable and LoopExhausted; Service turns those
/// into pages.
namespace vneid::flows {

/// A successful legacy login: shows the notice, or lets the portal's answer go on (R12, R13).
Task<LoginVerdict> legacy_login(Exchange exchange, LegacyLogin login);
/// The rule of policy that the portal's word for a kind of account falls under, when nothing else
/// is known of it.
policy::Kind policy_kind(const std::string& word);

Task<Reply> show_notice(Exchange exchange);
/// [Bỏ qua] or [Đăng nhập bằng VNeID] (R14, R15).
Task<Reply> choose(Exchange exchange);
/// The browser comes back from the provider (R22, R23).
Task<Reply> callback(Exchange exchange, std::string provider);
/// The page after a link, and its [Tiếp tục].
Task<Reply> show_linked(Exchange exchange);
Task<Reply> continue_to_portal(Exchange exchange);
/// VNeID first (R25): to the provider, and the page that asks which account.
Task<Reply> begin_login(Exchange exchange);
Task<Reply> show_choice(Exchange exchange);
Task<Reply> choose_account(Exchange exchange);
/// The keys with which assertions to the portal are signed.
Task<Reply> show_jwks(Exchange exchange);
/// `logout`: asks first (GET), then ends the module's, the portal's and the provider's session
/// (POST); domain.md §4.4.
Task<Reply> ask_sign_out(Exchange exchange);
Task<Reply> sign_out(Exchange exchange);
/// `signed-out`: where the provider sends the browser back to, and the end of every sign-out.
Task<Reply> show_signed_out(Exchange exchange);
/// The portal's own sign-out: ends our session too and, for a navigation, goes by the provider.
Task<LoginVerdict> portal_sign_out(Exchange exchange, PortalSignOut sign_out);
/// `backchannel-logout/<provider>` (OpenID Connect Back-Channel Logout 1.0 §2).
Task<Reply> backchannel_logout(Exchange exchange, std::string provider);
/// "Danh sách tài khoản liên kết" (R24).
Task<Reply> show_links(Exchange exchange);
/// "Thông tin định danh" (R16, R17), its two forms, and what they post.
Task<Reply> show_identity(Exchange exchange);
Task<Reply> show_update(Exchange exchange);
Task<Reply> show_edit(Exchange exchange);
Task<Reply> change_identity(Exchange exchange);
/// The update in the login that needs it (design §4.3, domain.md §8.7).
Task<Reply> show_verify(Exchange exchange);
Task<Reply> verify(Exchange exchange);
/// The same for portals that draw their own pages.
Task<Reply> api_identity(Exchange exchange);
Task<Reply> api_update(Exchange exchange);
Task<Reply> api_edit(Exchange exchange);
Task<Reply> api_document(Exchange exchange);
/// "Tài liệu điện tử": the records, and a file of one.
Task<Reply> show_vault(Exchange exchange);
Task<Reply> open_file(Exchange exchange, std::string record, std::string file);

}  // namespace vneid::flows
