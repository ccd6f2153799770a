#pragma once

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/message.hpp"

/// The use cases, one file each. They throw Unavailable and LoopExhausted; Service turns those
/// into pages.
namespace vneid::flows {

/// A successful legacy login: shows the notice, or lets the portal's answer go on (R12, R13).
Task<LoginVerdict> legacy_login(const Exchange& exchange, LegacyLogin login);
/// The rule of policy that the portal's word for a kind of account falls under, when nothing else
/// is known of it.
policy::Kind policy_kind(const std::string& word);

Task<Reply> show_notice(const Exchange& exchange);
/// [Bỏ qua] or [Đăng nhập bằng VNeID] (R14, R15).
Task<Reply> choose(const Exchange& exchange);
/// The browser comes back from the provider (R22, R23).
Task<Reply> callback(const Exchange& exchange, std::string provider);
/// The page after a link, and its [Tiếp tục].
Task<Reply> show_linked(const Exchange& exchange);
Task<Reply> continue_to_portal(const Exchange& exchange);
/// VNeID first (R25): to the provider, and the page that asks which account.
Task<Reply> begin_login(const Exchange& exchange);
Task<Reply> show_choice(const Exchange& exchange);
Task<Reply> choose_account(const Exchange& exchange);
/// The keys with which assertions to the portal are signed.
Task<Reply> show_jwks(const Exchange& exchange);
/// `logout`: asks first (GET), then ends the module's, the portal's and the provider's session
/// (POST); domain.md §4.4.
Task<Reply> ask_sign_out(const Exchange& exchange);
Task<Reply> sign_out(const Exchange& exchange);
/// `signed-out`: where the provider sends the browser back to, and the end of every sign-out.
Task<Reply> show_signed_out(const Exchange& exchange);
/// The portal's own sign-out: ends our session too and, for a navigation, goes by the provider.
Task<LoginVerdict> portal_sign_out(const Exchange& exchange, PortalSignOut sign_out);
/// `backchannel-logout/<provider>` (OpenID Connect Back-Channel Logout 1.0 §2).
Task<Reply> backchannel_logout(const Exchange& exchange, std::string provider);
/// "Danh sách tài khoản liên kết" (R24).
Task<Reply> show_links(const Exchange& exchange);
/// "Thông tin định danh" (R16, R17), its two forms, and what they post.
Task<Reply> show_identity(const Exchange& exchange);
Task<Reply> show_update(const Exchange& exchange);
Task<Reply> show_edit(const Exchange& exchange);
Task<Reply> change_identity(const Exchange& exchange);
/// The update in the login that needs it (design §4.3, domain.md §8.7).
Task<Reply> show_verify(const Exchange& exchange);
Task<Reply> verify(const Exchange& exchange);
/// The same for portals that draw their own pages.
Task<Reply> api_identity(const Exchange& exchange);
Task<Reply> api_update(const Exchange& exchange);
Task<Reply> api_edit(const Exchange& exchange);
Task<Reply> api_document(const Exchange& exchange);
/// "Tài liệu điện tử": the records, and a file of one.
Task<Reply> show_vault(const Exchange& exchange);
Task<Reply> open_file(const Exchange& exchange, std::string record, std::string file);

}  // namespace vneid::flows
