#include "oidc/direct_provider.hpp"

#include <utility>

#include "oidc/token/token_response.hpp"
#include "text/form.hpp"

namespace vneid::oidc {

namespace {

std::unexpected<RedemptionFailure> refuse(RedemptionFailure::Reason reason, std::string text) {
  return std::unexpected{RedemptionFailure{reason, std::move(text)}};
}

std::shared_ptr<const Metadata> configured(const ProviderSettings& settings) {
  Metadata metadata;
  metadata.issuer = settings.issuer;
  metadata.authorization_endpoint = settings.authorization_endpoint;
  metadata.token_endpoint = settings.token_endpoint;
  metadata.userinfo_endpoint = settings.userinfo_endpoint;
  return std::make_shared<const Metadata>(std::move(metadata));
}

}  // namespace

DirectProvider::DirectProvider(EventLoop& loop, http::Sender& client, ProviderSettings settings)
    : IdentityProvider(loop, client, std::move(settings)),
      key_(*DecryptionKey::read(settings_.decryption_key_pem)),
      metadata_(configured(settings_)) {}

Task<std::shared_ptr<const Metadata>> DirectProvider::metadata() { co_return metadata_; }

Task<AuthorizationRequest> DirectProvider::authorization_request(std::string redirect_uri,
                                                                 AuthorizationOptions options) {
  co_return make_direct_authorization_request(settings_, redirect_uri, options);
}

AuthorizationResponse DirectProvider::read_callback(std::string_view query) const {
  return parse_direct_response(query);
}

Task<IdentityProvider::RedemptionResult> DirectProvider::redeem(Redemption redemption) {
  if (!response_issuer_matches(*metadata_, redemption.iss)) {
    co_return refuse(RedemptionFailure::Reason::issuer,
                     "iss of the response is not the provider's");
  }
  const http::IncomingResponse told = co_await request_tokens(std::move(redemption));
  const auto answer = open_answer(key_, told.body, max_token_response_size);
  if (!answer) {
    co_return std::unexpected{
        failure_of(answer.error(), "token endpoint: status " + std::to_string(told.status))};
  }
  const auto tokens = read_direct_token_response(told.status, answer->get());
  if (!tokens && tokens.error().code_rejected) {
    co_return refuse(RedemptionFailure::Reason::code, tokens.error().text);
  }
  if (!tokens) unavailable(tokens.error().text);

  const http::IncomingResponse userinfo = co_await request_userinfo(tokens->access_token.reveal());
  if (userinfo.status != 200) {
    unavailable("userinfo: status " + std::to_string(userinfo.status));
  }
  const auto claims = open_answer(key_, userinfo.body, max_userinfo_size);
  if (!claims) co_return std::unexpected{failure_of(claims.error(), "userinfo")};
  co_return person_in(claims->get());
}

IdentityProvider::RedemptionResult DirectProvider::person_in(const json_t* claims) const {
  VerifiedIdentity person = map_claims(claims, settings_.claims, loop_.wall_now());
  person.issuer = settings_.issuer;  // whatever `iss` userinfo may have: nobody signed it
  person.subject = direct_subject(claims, person);
  if (person.subject.empty()) {
    return refuse(RedemptionFailure::Reason::userinfo, "userinfo: names nobody");
  }
  return person;
}

RedemptionFailure DirectProvider::failure_of(const AnswerFailure& failure,
                                             const std::string& what) const {
  if (failure.reason == AnswerFailure::Reason::not_json) unavailable(what + ", " + failure.text);
  return {RedemptionFailure::Reason::decryption, failure.text};
}

Task<http::IncomingResponse> DirectProvider::request_tokens(Redemption redemption) {
  text::Parameters form{
      {"grant_type", "authorization_code"},
      {"code", std::move(redemption.code)},
      {"redirect_uri", std::move(redemption.redirect_uri)},
  };
  if (redemption.encrypt_key) form.emplace_back("encrypt_key", std::move(*redemption.encrypt_key));
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = settings_.token_endpoint;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  credential_.prove(form, request, loop_.wall_now());
  request.body = text::encode_form(form);
  request.max_body = max_token_response_size;
  co_return co_await call(std::move(request), "token endpoint");
}

Task<http::IncomingResponse> DirectProvider::request_userinfo(std::string access_token) {
  http::OutgoingRequest request;
  request.url = settings_.userinfo_endpoint;
  request.headers.emplace_back("Authorization", "Bearer " + access_token);
  request.max_body = max_userinfo_size;
  co_return co_await call(std::move(request), "userinfo");
}

Task<std::expected<LogoutToken, LogoutFailure>> DirectProvider::logout_token(std::string /*jwt*/) {
  LogoutFailure failure;
  failure.text = "the profile has no back-channel logout";
  co_return std::unexpected(std::move(failure));
}

}  // namespace vneid::oidc
