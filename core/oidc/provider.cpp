#include "oidc/provider.hpp"

#include <algorithm>
#include <utility>

#include "text/form.hpp"

namespace vneid::oidc {

namespace {

std::unexpected<RedemptionFailure> refuse(RedemptionFailure::Reason reason, std::string text) {
  return std::unexpected{RedemptionFailure{reason, std::move(text)}};
}

/// When the person proved who they are (OpenID Connect Core 1.0 §2); nothing when it is not told.
std::optional<Wall> auth_time_of(const json_t* claims) {
  const json_t* told = json_object_get(claims, "auth_time");
  if (!json_is_integer(told)) return std::nullopt;
  // Beyond the year 9999 the milliseconds could overflow.
  const auto seconds = std::clamp<json_int_t>(json_integer_value(told), 0, 253'402'300'799);
  return Wall{std::chrono::seconds{seconds}};
}

}  // namespace

Provider::Provider(EventLoop& loop, http::Sender& client, ProviderSettings settings,
                   DocumentTimes times)
    : IdentityProvider(loop, client, std::move(settings)),
      times_(times),
      scope_(loop),
      metadata_flight_(scope_),
      keys_flight_(scope_) {}

Task<AuthorizationRequest> Provider::authorization_request(std::string redirect_uri,
                                                           AuthorizationOptions options) {
  const MetadataPtr described = co_await metadata();
  co_return make_authorization_request(*described, settings_, redirect_uri, options);
}

AuthorizationResponse Provider::read_callback(std::string_view query) const {
  return parse_authorization_response(query);
}

Task<Provider::RedemptionResult> Provider::redeem(Redemption redemption) {
  const MetadataPtr described = co_await metadata();
  if (!response_issuer_matches(*described, redemption.iss)) {
    co_return refuse(RedemptionFailure::Reason::issuer,
                     "iss of the response is not the provider's");
  }
  std::string nonce = redemption.nonce;
  const auto tokens = co_await request_tokens(described->token_endpoint, std::move(redemption));
  if (!tokens && tokens.error().code_rejected) {
    co_return refuse(RedemptionFailure::Reason::code, tokens.error().text);
  }
  if (!tokens) unavailable(tokens.error().text);
  const Verified verified = co_await verify(*tokens, std::move(nonce));
  if (!verified) {
    co_return refuse(RedemptionFailure::Reason::id_token, "ID token: " + verified.error().text);
  }
  json_t* claims = verified->claims.get();
  const auto authenticated_at = auth_time_of(claims);  // before userinfo's claims join them
  if (!described->userinfo_endpoint.empty()) {
    auto added = co_await add_userinfo(described->userinfo_endpoint, tokens->access_token, claims);
    if (!added) co_return std::unexpected{std::move(added.error())};
  }
  VerifiedIdentity person = map_claims(claims, settings_.claims, loop_.wall_now());
  person.id_token = tokens->id_token;
  person.sid = verified->session_id;  // the signed one, whatever userinfo says
  person.authenticated_at = authenticated_at;
  co_return person;
}

Task<std::expected<TokenResponse, TokenRefusal>> Provider::request_tokens(std::string url,
                                                                          Redemption redemption) {
  text::Parameters form{
      {"grant_type", "authorization_code"},
      {"code", std::move(redemption.code)},
      {"redirect_uri", std::move(redemption.redirect_uri)},
      {"code_verifier", std::move(redemption.code_verifier)},
  };
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  credential_.prove(form, request, loop_.wall_now());
  request.body = text::encode_form(form);
  request.max_body = max_token_response_size;
  const http::IncomingResponse response = co_await call(std::move(request), "token endpoint");
  co_return read_token_response(response.status, response.body);
}

Task<std::expected<void, RedemptionFailure>> Provider::add_userinfo(std::string url,
                                                                    const Secret& access_token,
                                                                    json_t* claims) {
  http::OutgoingRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Authorization", "Bearer " + access_token.reveal());
  request.max_body = max_userinfo_size;
  const http::IncomingResponse response = co_await call(std::move(request), "userinfo");
  if (response.status != 200) {
    unavailable("userinfo: status " + std::to_string(response.status));
  }
  const auto merged = merge_userinfo(claims, response.body, settings_.claims.citizen_id);
  if (merged) co_return std::expected<void, RedemptionFailure>{};
  switch (merged.error()) {
    case UserinfoError::subject:
      co_return refuse(RedemptionFailure::Reason::userinfo, "userinfo: sub is not the ID token's");
    case UserinfoError::contradicted:
      co_return refuse(RedemptionFailure::Reason::contradiction,
                       "userinfo: another citizen's number than the ID token's");
    case UserinfoError::unusable:
      break;
  }
  unavailable("userinfo: the answer is not a JSON object");
}

}  // namespace vneid::oidc
