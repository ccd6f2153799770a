#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/random.hpp"
#include "doctor/peer_look.hpp"
#include "doctor/report/words.hpp"
#include "oidc/authorization_endpoint.hpp"
#include "oidc/client_authentication.hpp"
#include "oidc/direct_envelope.hpp"
#include "oidc/jose/decryption_key.hpp"
#include "oidc/jose/key_set.hpp"
#include "oidc/jose/signature_algorithm.hpp"
#include "oidc/provider_metadata.hpp"
#include "oidc/token/token_response.hpp"
#include "text/form.hpp"
#include "text/json.hpp"

namespace vneid::doctor {

namespace {

std::vector<std::string> texts_in(const json_t* object, const char* name) {
  std::vector<std::string> texts;
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(json_object_get(object, name), index, item) {
    if (auto text = text::json_text(item)) texts.push_back(quoted_from_peer(*text));
  }
  return texts;
}

bool announces(const json_t* document, const char* name) {
  return json_object_get(document, name) != nullptr;
}

class ProviderLook {
 public:
  ProviderLook(const Provider& provider, std::string redirect_uri, const About& about)
      : settings_(provider.settings),
        redirect_uri_(std::move(redirect_uri)),
        peer_(about, "vneid_provider", settings_.trusted_certificates, settings_.timeout) {}

  void look() {
    if (const auto problem = oidc::settings_problem(settings_)) {
      about().wrong("provider.settings", *problem, "Correct vneid_provider " + settings_.name);
      return;
    }
    if (settings_.profile == oidc::ProviderProfile::vneid_direct) {
      look_at_direct_endpoints();
      return;
    }
    if (!peer_.look_at_transport("provider.tls", settings_.issuer)) return;
    look_at_discovery();
  }

 private:
  [[nodiscard]] const About& about() const noexcept { return peer_.about(); }

  /// Three addresses, which may be three machines; a document tells none of them.
  void look_at_direct_endpoints() {
    std::set<std::string> origins;
    const auto is_reached = [&](const std::string& url) {
      const bool is_new = origins.insert(url.substr(0, url.find('/', sizeof("https://")))).second;
      return !is_new || peer_.look_at_transport("provider.tls", url);
    };
    if (is_reached(settings_.token_endpoint)) look_at_client(settings_.token_endpoint);
    look_at_first_question({.authorization_endpoint = settings_.authorization_endpoint,
                            .token_endpoint = settings_.token_endpoint});
    for (const auto& [name, url] :
         {std::pair{"authorization_endpoint", settings_.authorization_endpoint},
          std::pair{"userinfo_endpoint", settings_.userinfo_endpoint}}) {
      if (is_reached(url)) look_at_endpoint(name, url);
    }
  }

  /// Without parameters and without a token nobody is asked for; every refusal but "there is
  /// nothing" says that it is there.
  void look_at_endpoint(const char* which, const std::string& url) {
    const std::string name = which;
    http::OutgoingRequest request;
    request.url = url;
    const auto response = peer_.send("provider.endpoint", std::move(request));
    if (!response) return;
    const std::string status = "status " + std::to_string(response->status);
    if (response->status == 404 || response->status == 410) {
      about().warning("provider.endpoint", name + " says that there is nothing (" + status + ")",
                      "Correct " + name + ", or ask the provider for its address");
    } else if (response->status >= 500) {
      about().warning("provider.endpoint", name + " answers with " + status, "Ask the provider");
    } else {
      about().ok("provider.endpoint",
                 name + " answers (" + status + " to a question about nobody)");
    }
  }

  void look_at_discovery() {
    http::OutgoingRequest request;
    request.url = oidc::discovery_url(settings_.issuer);
    const std::string url = request.url;
    const auto response = peer_.send("provider.discovery", std::move(request));
    if (!response) return;
    if (response->status != 200) {
      tell_status(*response, url);
      return;
    }
    const auto document = text::parse_json_object(response->body, oidc::max_metadata_size);
    if (!document) {
      about().wrong("provider.discovery", url + " is no discovery document: it " + document.error(),
                    "Correct issuer, or ask the provider for its address");
      return;
    }
    if (!look_at_issuer(document->get())) return;
    look_at_abilities(document->get());
    const auto metadata = oidc::parse_metadata(response->body, settings_);
    if (!metadata) {
      about().wrong("provider.discovery",
                    "its discovery document cannot be used: " + metadata.error(),
                    "Ask the provider, or correct vneid_provider");
      return;
    }
    about().ok("provider.discovery", "its discovery document is complete");
    look_at_keys(metadata->jwks_uri);
    look_at_client(metadata->token_endpoint);
    look_at_first_question(*metadata);
  }

  /// As nginx asks before it sends anybody there, and judges.
  void look_at_first_question(const oidc::Metadata& metadata) {
    if (!oidc::is_asked_first(settings_, metadata)) return;
    const auto response = peer_.send("provider.authorization",
                                     endpoint_question(settings_, metadata.authorization_endpoint));
    if (!response) return;
    const std::string silence = oidc::silence_in(*response);
    if (silence.empty()) {
      about().ok("provider.authorization", "its authorization endpoint answers");
    } else {
      about().wrong(
          "provider.authorization",
          "its authorization endpoint answers HEAD with " + silence + ": nobody is sent there",
          "Ask the provider; if browsers get through, \"authorization_check off\"");
    }
  }

  void tell_status(const http::IncomingResponse& response, const std::string& url) const {
    std::string text = url + " answers with status " + std::to_string(response.status);
    if (response.status >= 300 && response.status < 400) {
      text += ", to " + quoted_from_peer(response.header("location"));
    }
    about().wrong("provider.discovery", text,
                  "Correct issuer (a redirect is not followed), or ask the provider");
  }

  bool look_at_issuer(const json_t* document) const {
    const std::string told = quoted_from_peer(text::json_text(document, "issuer").value_or(""));
    if (told == settings_.issuer) {
      about().ok("provider.issuer", "is the issuer that it says to be");
      return true;
    }
    about().wrong("provider.issuer",
                  "it says to be " + (told.empty() ? "nobody" : told) + ", and issuer is " +
                      settings_.issuer + ": every login would be refused",
                  "Write issuer exactly as the provider has it");
    return false;
  }

  void look_at_abilities(const json_t* document) const {
    look_at_algorithms(document);
    const auto challenges = texts_in(document, "code_challenge_methods_supported");
    if (!announces(document, "code_challenge_methods_supported")) {
      about().warning("provider.pkce", "does not say whether it knows PKCE",
                      "Ask the provider whether it accepts S256");
    } else if (!lists(challenges, "S256")) {
      about().wrong("provider.pkce",
                    "offers " + (challenges.empty() ? "nothing" : joined(challenges)) +
                        " for PKCE, and not S256",
                    "Ask the provider for S256");
    } else {
      about().ok("provider.pkce", "offers PKCE with S256");
    }
    look_at_authentication(document);
    if (!announces(document, "end_session_endpoint")) {
      about().warning("provider.sign_out",
                      "has no end_session_endpoint: its session lives on after a sign-out, which "
                      "matters on shared PCs",
                      "Ask the provider for RP-initiated logout");
    }
  }

  void look_at_algorithms(const json_t* document) const {
    const auto offered = texts_in(document, "id_token_signing_alg_values_supported");
    const bool known = std::ranges::any_of(
        offered, [](const std::string& name) { return oidc::find_algorithm(name).has_value(); });
    if (known) {
      about().ok("provider.algorithms", "signs ID tokens with " + joined(offered));
    } else if (offered.empty()) {
      about().warning("provider.algorithms", "does not say how it signs ID tokens",
                      "Ask the provider; RS, PS and ES with SHA-2 are understood");
    } else {
      about().wrong("provider.algorithms", "signs ID tokens with " + joined(offered) + " only",
                    "Ask the provider for RS256, PS256 or ES256");
    }
  }

  void look_at_authentication(const json_t* document) const {
    const char* name = "token_endpoint_auth_methods_supported";
    const auto offered = texts_in(document, name);
    const char* ours = method_name();
    if (!announces(document, name) || lists(offered, ours)) {
      about().ok("provider.authentication", std::string{"takes "} + ours);
    } else {
      about().wrong("provider.authentication",
                    "takes " + (offered.empty() ? "nothing" : joined(offered)) +
                        " from clients, and not " + ours,
                    "Correct client_authentication (basic, post or private_key_jwt)");
    }
  }

  [[nodiscard]] const char* method_name() const noexcept {
    switch (settings_.authentication) {
      case oidc::ClientAuthentication::client_secret_basic:
        return "client_secret_basic";
      case oidc::ClientAuthentication::client_secret_post:
        return "client_secret_post";
      case oidc::ClientAuthentication::private_key_jwt:
        break;
    }
    return "private_key_jwt";
  }

  void look_at_keys(const std::string& url) {
    http::OutgoingRequest request;
    request.url = url;
    request.max_body = oidc::KeySet::max_document_size;
    const auto response = peer_.send("provider.keys", std::move(request));
    if (!response) return;
    const auto keys = oidc::KeySet::parse(response->body);
    const bool usable = response->status == 200 && keys && keys->size() > 0;
    if (usable) {
      about().ok("provider.keys", "publishes " + std::to_string(keys->size()) + " usable key(s)");
      return;
    }
    const std::string status = " (status " + std::to_string(response->status) + ")";
    about().wrong("provider.keys", "no usable key at " + url + status + ": no ID token is believed",
                  "Ask the provider");
  }

  /// Asks for tokens with a code that nobody was given: what it says tells whether it knows us.
  void look_at_client(const std::string& url) {
    const auto credential = oidc::ClientCredential::make(settings_);
    if (!credential) return;  // settings_problem said it
    text::Parameters form{{"grant_type", "authorization_code"},
                          {"code", crypto::random_token()},
                          {"redirect_uri", redirect_uri_},
                          {"code_verifier", crypto::random_token()}};
    http::OutgoingRequest request;
    request.method = "POST";
    request.url = url;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    credential->prove(form, request, peer_.loop().wall_now());
    request.body = text::encode_form(form);
    request.max_body = oidc::max_token_response_size;
    const auto response = peer_.send("provider.client", std::move(request));
    if (response) judge_client(*response);
  }

  [[nodiscard]] std::string error_in(const std::string& body) const {
    if (settings_.profile == oidc::ProviderProfile::vneid_direct) {
      const auto key = oidc::DecryptionKey::read(settings_.decryption_key_pem);
      if (!key) return {};
      const auto opened = oidc::open_answer(*key, body, oidc::max_token_response_size);
      return opened ? text::json_text(opened->get(), "error").value_or("") : "";
    }
    const auto answer = text::parse_json_object(body, oidc::max_token_response_size);
    return answer ? text::json_text(answer->get(), "error").value_or("") : "";
  }

  void judge_client(const http::IncomingResponse& response) const {
    const std::string error = quoted_from_peer(error_in(response.body));
    const std::string client = "client " + settings_.client_id;
    if (error == "invalid_grant") {
      about().ok("provider.client", "accepts " + client);
    } else if (error == "invalid_client" || response.status == 401) {
      const bool by_key = settings_.authentication == oidc::ClientAuthentication::private_key_jwt;
      about().wrong("provider.client",
                    "refuses " + client + " (" + (error.empty() ? "status 401" : error) +
                        "): nobody can log in",
                    by_key ? "Register the public half of client_key_file there, correct "
                             "client_id, or set the clock"
                           : "Correct client_id, or put the provider's secret into "
                             "client_secret_file");
    } else if (error == "unauthorized_client") {
      about().wrong("provider.client", "does not let " + client + " use the code flow",
                    "Ask the provider to allow authorization_code for it");
    } else {
      about().warning("provider.client",
                      "does not tell whether it accepts " + client + ": status " +
                          std::to_string(response.status) + " " + error,
                      "Try a login");
    }
  }

  const oidc::ProviderSettings& settings_;
  std::string redirect_uri_;
  PeerLook peer_;
};

}  // namespace

void check_provider(const Provider& provider, const std::string& redirect_uri, Findings& findings) {
  const About about{findings, "provider " + provider.settings.name, provider.at};
  ProviderLook{provider, redirect_uri, about}.look();
}

}  // namespace vneid::doctor
