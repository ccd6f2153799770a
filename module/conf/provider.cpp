// vneid_provider NAME { … }.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "module/conf/block.hpp"
#include "module/conf/directive.hpp"
#include "oidc/client_authentication.hpp"
#include "oidc/jose/private_key.hpp"
#include "oidc/provider_settings.hpp"
#include "text/ascii.hpp"
#include "text/form.hpp"
#include "text/url.hpp"

namespace vneid::ngx {

namespace {

using oidc::ClientAuthentication;
using oidc::ProviderProfile;

/// A provider while its block is being read.
struct Draft {
  oidc::ProviderSettings provider;
  std::optional<ClientAuthentication> authentication;
  std::optional<std::string> scope;
  std::set<std::string, std::less<>> seen;
};

void read_issuer(const Directive& directive, Draft& draft) {
  draft.provider.issuer = directive.word(0);
  if (directive.size() == 2) {
    if (directive.word(1) != "allow_http") directive.fail_parameter(directive.word(1));
    draft.provider.allow_http = true;
  }
  const auto url = text::parse_url(draft.provider.issuer);
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

using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

/// Reads the file into `pem` and checks that it holds a private key.
PrivateKey read_private_key(const Directive& directive, const std::string& what, std::string& pem) {
  pem = directive.secret_file(directive.word(0), what);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // The callback: an encrypted key must not make nginx ask for a passphrase.
  const auto no_passphrase = [](char*, int, int, void*) noexcept { return -1; };
  PrivateKey key(
      bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr,
      EVP_PKEY_free);
  if (!key) {
    directive.fail(what + " " + directive.path(directive.word(0)) +
                   ": holds no private key in PEM form without a passphrase");
  }
  return key;
}

void read_client_key(const Directive& directive, Draft& draft) {
  const std::string what = "client key file";
  read_private_key(directive, what, draft.provider.client_key_pem);
  const auto key = oidc::PrivateKey::read(draft.provider.client_key_pem);
  if (!key) {
    directive.fail(what + " " + directive.path(directive.word(0)) + ": " + key.error());
  }
}

void read_decryption_key(const Directive& directive, Draft& draft) {
  const auto key =
      read_private_key(directive, "decryption key file", draft.provider.decryption_key_pem);
  const int bits = EVP_PKEY_get_bits(key.get());
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1 || bits < 2048 || bits > 8192) {
    directive.fail("decryption key file " + directive.path(directive.word(0)) +
                   ": holds no RSA key of 2048 to 8192 bits");
  }
}

/// Whether it is https is judged with the whole block, by the issuer's "allow_http".
std::string endpoint(const Directive& directive) {
  std::string text{directive.word(0)};
  if (!text::is_endpoint_url(text, true)) {
    directive.fail("invalid URL \"" + text + "\" in \"" + std::string{directive.name()} +
                   "\", expected https://host[:port][/path]");
  }
  return text;
}

void read_authorization_endpoint(const Directive& directive, Draft& draft) {
  draft.provider.authorization_endpoint = endpoint(directive);
}

void read_token_endpoint(const Directive& directive, Draft& draft) {
  draft.provider.token_endpoint = endpoint(directive);
}

void read_userinfo_endpoint(const Directive& directive, Draft& draft) {
  draft.provider.userinfo_endpoint = endpoint(directive);
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
  if (directive.word(1).empty()) {
    directive.fail("claim \"" + std::string{field} + "\" has an empty name");
  }
  *found->second = directive.word(1);
}

void read_profile(const Directive& directive, Draft& draft) {
  const auto word = directive.word(0);
  if (word == "vneid-direct") {
    draft.provider.profile = ProviderProfile::vneid_direct;
  } else if (word != "oidc") {
    directive.fail("unknown profile \"" + std::string{word} + "\", expected oidc or vneid-direct");
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
  draft.scope = directive.word(0);
}

void read_level(const Directive& directive, Draft& draft) {
  draft.provider.required_level =
      static_cast<int>(directive.number(directive.word(0), "required_level", 1, 2));
}

void read_authorization_check(const Directive& directive, Draft& draft) {
  draft.provider.authorization_check = directive.on_or_off();
}

void read_certificate(const Directive& directive, Draft& draft) {
  draft.provider.trusted_certificates = directive.certificates(directive.word(0));
}

void read_timeout(const Directive& directive, Draft& draft) {
  draft.provider.timeout = directive.time(directive.word(0), "timeout");
}

constexpr auto members = std::to_array<Member<Draft>>({
#define VNEID_PROVIDER_MEMBER(name, least, most, read, repeats, syntax, default_value) \
  {#name, least, most, read, repeats},
#include "module/directives.def"
});

struct DirectMember {
  std::string_view name;
  std::string oidc::ProviderSettings::* value;
  bool is_url = true;
};
constexpr std::array<DirectMember, 4> direct_members{
    {{"authorization_endpoint", &oidc::ProviderSettings::authorization_endpoint},
     {"token_endpoint", &oidc::ProviderSettings::token_endpoint},
     {"userinfo_endpoint", &oidc::ProviderSettings::userinfo_endpoint},
     {"decryption_key_file", &oidc::ProviderSettings::decryption_key_pem, false}}};

/// Profile vneid-direct needs these members, and the other has no use for them.
void check_profile(const Directive& directive, const oidc::ProviderSettings& provider) {
  const bool direct = provider.profile == ProviderProfile::vneid_direct;
  const std::string who = "provider \"" + provider.name + "\" ";
  for (const auto& member : direct_members) {
    const std::string& value = provider.*member.value;
    const std::string quoted = "\"" + std::string{member.name} + "\"";
    if (value.empty() == direct) {
      std::string problem = who;
      problem.append(direct ? "has no " : "has ").append(quoted);
      problem.append(direct ? ", which its profile vneid-direct needs"
                            : ", which is for profile vneid-direct");
      directive.fail(problem);
    }
    if (direct && member.is_url && !provider.allow_http && !value.starts_with("https://")) {
      std::string problem = quoted;
      problem.append(" \"").append(value).append("\" is not https");
      directive.fail(problem);
    }
  }
}

/// Claims that are not configured have the profile's names.
void set_profile_defaults(Draft& draft) {
  auto& provider = draft.provider;
  const bool direct = provider.profile == ProviderProfile::vneid_direct;
  provider.scope = draft.scope.value_or(direct ? "openid" : provider.scope);
  auto claims = oidc::default_claims(provider.profile);
  const auto keep = [&draft](std::string_view field, std::string& value, std::string& wanted) {
    if (!draft.seen.contains("claim " + std::string{field})) value = std::move(wanted);
  };
  keep("citizen_id", provider.claims.citizen_id, claims.citizen_id);
  keep("name", provider.claims.name, claims.name);
  keep("birth_date", provider.claims.birth_date, claims.birth_date);
  keep("sex", provider.claims.sex, claims.sex);
  keep("level", provider.claims.level, claims.level);
  keep("kind", provider.claims.kind, claims.kind);
}

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
  check_profile(directive, provider);
  set_profile_defaults(draft);
  const auto with_secret = provider.profile == ProviderProfile::vneid_direct
                               ? ClientAuthentication::client_secret_post
                               : ClientAuthentication::client_secret_basic;
  provider.authentication =
      draft.authentication.value_or(has_key ? ClientAuthentication::private_key_jwt : with_secret);
  if ((provider.authentication == ClientAuthentication::private_key_jwt) != has_key) {
    directive.fail(who + (has_key ? "has a \"client_key_file\", so its \"client_authentication\" "
                                    "can only be private_key_jwt"
                                  : "needs a \"client_key_file\" for private_key_jwt"));
  }
  // What is left would only be found by the workers, and then there would be none.
  if (const auto problem = oidc::settings_problem(provider)) {
    directive.fail("provider \"" + provider.name + "\": " + *problem);
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
