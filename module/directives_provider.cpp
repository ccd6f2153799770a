// vneid_provider NAME { … }.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "block.hpp"
#include "directive.hpp"
#include "oidc/provider_settings.hpp"
#include "text.hpp"
#include "url.hpp"

namespace vneid::ngx {

namespace {

using oidc::ClientAuthentication;

/// A provider while its block is being read.
struct Draft {
  oidc::ProviderSettings provider;
  std::optional<ClientAuthentication> authentication;
  std::set<std::string, std::less<>> seen;
};

void read_issuer(const Directive& directive, Draft& draft) {
  draft.provider.issuer = directive.word(0);
  if (directive.size() == 2) {
    if (directive.word(1) != "allow_http") directive.fail_parameter(directive.word(1));
    draft.provider.allow_http = true;
  }
  const auto url = parse_url(draft.provider.issuer);
  if (!url || url->has_query) {
    directive.fail("invalid issuer \"" + draft.provider.issuer +
                   "\", expected https://host[:port][/path] without query");
  }
  if (url->scheme == "http" && !draft.provider.allow_http) {
    directive.fail("issuer \"" + draft.provider.issuer +
                   "\" is not https; for a provider on this machine add \"allow_http\"");
  }
}

void read_client_secret(const Directive& directive, Draft& draft) {
  draft.provider.client_secret = directive.secret(directive.word(0), "client secret file");
}

void read_client_key(const Directive& directive, Draft& draft) {
  draft.provider.client_key_pem = directive.file(directive.word(0), "client key file");
  const std::string& pem = draft.provider.client_key_pem;
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // The callback: an encrypted key must not make nginx ask for a passphrase.
  const auto no_passphrase = [](char*, int, int, void*) noexcept { return -1; };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr,
      EVP_PKEY_free);
  if (!key) {
    directive.fail("client key file \"" + directive.path(directive.word(0)) +
                   "\" holds no private key in PEM form without a passphrase");
  }
}

void read_authentication(const Directive& directive, Draft& draft) {
  const auto word = directive.word(0);
  if (word == "basic") {
    draft.authentication = ClientAuthentication::client_secret_basic;
  } else if (word == "post") {
    draft.authentication = ClientAuthentication::client_secret_post;
  } else if (word == "private_key_jwt") {
    draft.authentication = ClientAuthentication::private_key_jwt;
  } else {
    directive.fail("unknown client_authentication \"" + std::string{word} +
                   "\", expected basic, post or private_key_jwt");
  }
}

void read_claim(const Directive& directive, Draft& draft) {
  auto& claims = draft.provider.claims;
  const std::array<std::pair<std::string_view, std::string*>, 6> fields{
      {{"citizen_id", &claims.citizen_id},
       {"name", &claims.name},
       {"birth_date", &claims.birth_date},
       {"sex", &claims.sex},
       {"level", &claims.level},
       {"kind", &claims.kind}}};
  const auto field = directive.word(0);
  const auto* found =
      std::ranges::find(fields, field, [](const auto& known) { return known.first; });
  if (found == fields.end()) {
    directive.fail("unknown claim \"" + std::string{field} +
                   "\", expected citizen_id, name, birth_date, sex, level or kind");
  }
  if (!draft.seen.insert("claim " + std::string{field}).second) {
    directive.fail("claim \"" + std::string{field} + "\" is duplicate");
  }
  *found->second = directive.word(1);
}

void read_profile(const Directive& directive, Draft&) {
  if (directive.word(0) != "oidc") {
    directive.fail("unknown profile \"" + std::string{directive.word(0)} + "\", expected oidc");
  }
}

void read_client_id(const Directive& directive, Draft& draft) {
  if (directive.word(0).empty()) directive.fail("empty \"client_id\"");
  draft.provider.client_id = directive.word(0);
}

void read_scope(const Directive& directive, Draft& draft) {
  const std::string padded = " " + std::string{directive.word(0)} + " ";
  if (!padded.contains(" openid ")) {
    directive.fail("\"scope\" must contain \"openid\"");
  }
  draft.provider.scope = directive.word(0);
}

void read_level(const Directive& directive, Draft& draft) {
  draft.provider.required_level =
      static_cast<int>(directive.number(directive.word(0), "required_level", 1, 2));
}

void read_certificate(const Directive& directive, Draft& draft) {
  draft.provider.trusted_certificate = directive.certificate(directive.word(0));
}

void read_timeout(const Directive& directive, Draft& draft) {
  draft.provider.timeout = directive.time(directive.word(0), "timeout");
}

constexpr std::array<Member<Draft>, 11> members{{
    {"profile", 1, 1, read_profile},
    {"issuer", 1, 2, read_issuer},
    {"client_id", 1, 1, read_client_id},
    {"client_secret_file", 1, 1, read_client_secret},
    {"client_key_file", 1, 1, read_client_key},
    {"client_authentication", 1, 1, read_authentication},
    {"scope", 1, 1, read_scope},
    {"claim", 2, 2, read_claim, true},
    {"required_level", 1, 1, read_level},
    {"trusted_certificate", 1, 1, read_certificate},
    {"timeout", 1, 1, read_timeout},
}};

/// What can be judged only with the whole block read.
void check(const Directive& directive, Draft& draft) {
  auto& provider = draft.provider;
  const std::string who = "provider \"" + provider.name + "\" ";
  if (provider.issuer.empty()) directive.fail(who + "has no \"issuer\"");
  if (provider.client_id.empty()) directive.fail(who + "has no \"client_id\"");
  const bool has_secret = !provider.client_secret.empty();
  const bool has_key = !provider.client_key_pem.empty();
  if (has_secret == has_key) {
    directive.fail(who + "needs either \"client_secret_file\" or \"client_key_file\"");
  }
  provider.authentication = draft.authentication.value_or(
      has_key ? ClientAuthentication::private_key_jwt : ClientAuthentication::client_secret_basic);
  if ((provider.authentication == ClientAuthentication::private_key_jwt) != has_key) {
    directive.fail(who + (has_key ? "has a \"client_key_file\", so its \"client_authentication\" "
                                    "can only be private_key_jwt"
                                  : "needs a \"client_key_file\" for private_key_jwt"));
  }
}

}  // namespace

void parse_provider(const Directive& directive, MainConf& conf) {
  const std::string name = block_name(
      directive, "provider", conf.settings->providers.contains(std::string{directive.word(0)}));
  Draft draft;
  draft.provider.name = name;
  read_block<Draft>(directive, draft, members);
  check(directive, draft);
  conf.settings->providers.emplace(name, std::move(draft.provider));
}

}  // namespace vneid::ngx
