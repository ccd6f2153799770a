// A form that was sent without a login: kept while its sender logs in, then offered to be sent
// again.

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "crypto/random.hpp"
#include "flows/gate/gate.hpp"
#include "flows/gate/kept_request.hpp"
#include "flows/reply/reply.hpp"
#include "pages/security_headers.hpp"
#include "session/cookie.hpp"
#include "text/local_path.hpp"

namespace vneid::flows {

namespace {

/// What Redis keeps beside a form's own bytes.
constexpr std::size_t kept_beside = 500;

/// Multipart, too large, or of bytes that no page can send again.
Reply send_again(const Exchange& exchange) {
  pages::SignInPage page;
  page.reason = pages::SignInPage::Reason::send_again;
  page.login_href = page_url(exchange.site->path, "login", {});
  return page_reply(exchange, 401, page);
}

void replace(HeaderList& headers, std::string_view name, const std::string& value) {
  for (auto& [key, text] : headers) {
    if (key == name) text = value;
  }
}

std::string id_asked(const std::string& query) {
  const std::string id = form_field(query, "id");
  return is_random_token(id) ? id : std::string{};
}

/// The form that is kept under the id for whoever has logged in to this account, and from now on
/// for nobody else.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as KeptPosts has them
Task<std::optional<KeptPost>> own_post(const Exchange& exchange, const std::string& id,
                                       const std::string& browser, AccountId account_id) {
  KeptPosts& posts = exchange.worker->posts;
  auto post = co_await posts.find(id, browser, exchange.site->portal);
  if (!post) co_return post;
  if (!post->holder) {
    post->holder = account_id;
    co_await posts.keep(id, browser, *post, kept_for(*exchange.site, KeptPosts::lifetime));
  }
  if (post->holder != account_id) post.reset();
  co_return post;
}

}  // namespace

Task<Reply> keep_post(const Exchange& exchange) {
  const Request& request = *exchange.request;
  const bool keepable = request.body_is_form && text::LocalPath::parse(request.target) &&
                        resendable_fields(request.body).has_value();
  if (!keepable) co_return send_again(exchange);
  // Sealed and in base64 it takes more room than it came with.
  const bool may_be_kept = co_await exchange.worker->quota.admit(
      request.peer_address, 2 * (request.body.size() + request.target.size()) + kept_beside);
  if (!may_be_kept) {
    exchange.count(metrics::Quota::form);
    co_return send_again(exchange);
  }
  std::string browser = token_in(request.cookie, cookie_name::post);
  if (browser.empty()) browser = crypto::random_token();
  const std::string id = crypto::random_token();
  KeptPost post;
  post.portal = exchange.site->portal;
  post.target = request.target;
  post.body = request.body;
  if (const auto live = co_await live_session(exchange)) post.holder = live->session.account_id;
  const auto time = kept_for(*exchange.site, KeptPosts::lifetime);
  co_await exchange.worker->posts.keep(id, browser, std::move(post), time);
  Reply reply =
      redirect(page_url(exchange.site->path, "login", exchange.site->path + "resume?id=" + id));
  reply.headers.emplace_back("Set-Cookie", set_cookie(cookie_name::post, browser, time));
  co_return reply;
}

Task<Reply> show_resume(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  const std::string id = id_asked(exchange.request->query);
  const std::string browser = token_in(exchange.request->cookie, cookie_name::post);
  std::optional<KeptPost> post;
  if (!id.empty() && !browser.empty()) {
    post = co_await own_post(exchange, id, browser, live->session.account_id);
  }
  auto fields = post ? resendable_fields(post->body) : std::nullopt;
  if (!fields) {
    co_return error_reply(exchange, pages::ErrorKind::expired,
                          "no form of this browser is kept under this id (any more)");
  }
  pages::ResumePage page;
  page.target = std::move(post->target);
  page.fields = std::move(*fields);
  Reply reply = page_reply(exchange, 200, page);
  // The form goes to the portal, which may look at where it came from.
  replace(reply.headers, "Content-Security-Policy", pages::content_security_policy({}));
  replace(reply.headers, "Referrer-Policy", "same-origin");
  co_return reply;
}

}  // namespace vneid::flows
