#include "flows/vneid/link_session.hpp"

#include <utility>

#include "flows/reply/reply.hpp"
#include "flows/vneid/start.hpp"
#include "flows/vneid/vneid.hpp"
#include "identity/masking.hpp"

namespace vneid::flows {

namespace {

constexpr const char* form = "link";

bool lacks_verified_number(const Exchange& exchange, const link::LegacyAccount& account) {
  return !exchange.site->population.empty() && !link::has_verified_number(account);
}

/// The session of the request with the account that it may link; or the answer to who has none.
struct Offer {
  LiveSession live;
  link::LegacyAccount account;
};

Task<std::expected<Offer, Reply>> require_offer(const Exchange& exchange,
                                                const std::string& return_to) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::unexpected(std::move(live.error()));
  if (live->session.proof == Session::Proof::vneid) co_return std::unexpected(redirect(return_to));
  auto account = co_await linkable_account(exchange, *live);
  if (account) co_return Offer{*std::move(live), *std::move(account)};
  if (live->session.kind == policy::Kind::organization) {
    co_return std::unexpected(error_reply(exchange, pages::ErrorKind::organization,
                                          "an organisation's account has no person to link to"));
  }
  // Linked meanwhile: VNeID opens it.
  co_return std::unexpected(redirect(page_url(exchange.site->path, "login", return_to)));
}

}  // namespace

Task<std::optional<link::LegacyAccount>> linkable_account(const Exchange& exchange,
                                                          const std::optional<LiveSession>& live) {
  if (!live || live->session.proof != Session::Proof::legacy) co_return std::nullopt;
  auto account = co_await exchange.worker->accounts.find(live->session.account_id);
  if (account && !link::may_be_linked(*account)) account.reset();
  co_return account;
}

Task<bool> still_lives(const Exchange& exchange, const LinkSession& purpose) {
  const auto live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
  if (!live) co_return false;
  const Session& session = live->session;
  co_return session.proof == Session::Proof::legacy&& session.portal ==
      exchange.site->portal&& session.account_id ==
      purpose.account_id&& session.portal_cookie_key == purpose.portal_cookie_key;
}

Task<Reply> show_link_offer(const Exchange& exchange) {
  const std::string return_to = return_or_front(exchange.request->query);
  auto offer = co_await require_offer(exchange, return_to);
  if (!offer) co_return std::move(offer.error());
  const Worker& worker = *exchange.worker;
  const SessionToken& token = offer->live.token;
  pages::LinkOfferPage page;
  page.account_masked = identity::mask_account(offer->account.name);
  if (const auto& name = offer->account.full_name) page.name_masked = identity::mask_name(*name);
  if (lacks_verified_number(exchange, offer->account)) {
    page.update_href = page_url(exchange.site->path, "identity/update", return_to);
  }
  page.return_to = return_to;
  page.csrf = csrf_token(worker, form, token.value());
  page.sign_out_csrf = sign_out_token(worker, token.value());
  co_return page_reply(exchange, 200, page);
}

Task<Reply> accept_link_offer(const Exchange& exchange) {
  const std::string return_to = return_or_front(exchange.request->body);
  auto offer = co_await require_offer(exchange, return_to);
  if (!offer) co_return std::move(offer.error());
  if (!csrf_holds(exchange, form, offer->live.token.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the offer to link did not carry this session's token");
  }
  if (lacks_verified_number(exchange, offer->account)) {
    co_return redirect(page_url(exchange.site->path, "identity/update", return_to));
  }
  LinkSession purpose;
  purpose.account_id = offer->account.id;
  purpose.account = offer->account.name;
  purpose.portal_cookie_key = offer->live.session.portal_cookie_key;
  purpose.return_to = return_to;
  co_return co_await start_authorization(exchange, std::move(purpose));
}

}  // namespace vneid::flows
