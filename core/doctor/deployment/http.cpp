// What http{} says: stores, providers, sources, the clock of a rehearsal.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "crypto/secret_file.hpp"
#include "doctor/deployment/blocks.hpp"
#include "net/postgres/files.hpp"
#include "net/redis/words.hpp"
#include "text/date.hpp"

namespace vneid::doctor {

namespace {

std::string read_line_of(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return {};
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

/// As the module adds it (module/conf/stores.cpp).
void add_password(std::string& conninfo, std::string_view password) {
  if (password.empty() || conninfo.contains("://")) return;
  conninfo += " password='";
  for (const char byte : password) {
    if (byte == '\'' || byte == '\\') conninfo += '\\';
    conninfo += byte;
  }
  conninfo += '\'';
}

oidc::ClientAuthentication authentication_of(const std::string& word) {
  if (word == "post") return oidc::ClientAuthentication::client_secret_post;
  if (word == "private_key_jwt") return oidc::ClientAuthentication::private_key_jwt;
  return oidc::ClientAuthentication::client_secret_basic;
}

void read_claim(const Directive& member, oidc::ClaimNames& claims) {
  const std::pair<std::string_view, std::string*> fields[] = {
      {"citizen_id", &claims.citizen_id}, {"name", &claims.name},
      {"birth_date", &claims.birth_date}, {"sex", &claims.sex},
      {"level", &claims.level},           {"kind", &claims.kind}};
  for (const auto& [name, value] : fields) {
    if (member.word(0) == name) *value = member.word(1);
  }
}

template <class Number>
void read_number(const std::string& word, Number& into) {
  try {
    into = static_cast<Number>(std::stoul(word));
  } catch (const std::exception&) {
    return;  // nginx -t says it
  }
}

}  // namespace

NamedFile HttpReader::named(const Directive& directive, const std::string& word) const {
  return {directive.name, (folder_ / word).lexically_normal().string(), directive.at};
}

std::string HttpReader::secret(const Directive& directive, const std::string& word) {
  NamedFile file = named(directive, word);
  if (!directive.name.contains("file")) file.what += " password_file";
  std::string text = read_line_of(file.path);
  deployment_.secrets.push_back(std::move(file));
  return text;
}

http::TrustedCertificates HttpReader::certificate(const Directive& directive) {
  deployment_.certificates.push_back(named(directive, directive.word(0)));
  std::ifstream file{deployment_.certificates.back().path, std::ios::binary};
  if (!file) return {};  // the check of the file says so
  return std::make_shared<const std::string>(std::istreambuf_iterator<char>{file},
                                             std::istreambuf_iterator<char>{});
}

void HttpReader::read(const Directive& directive) {
  if (directive.name == "vneid_provider") {
    read_provider(directive);
  } else if (directive.name == "vneid_population") {
    read_population(directive);
  } else if (directive.name == "vneid_rehearsal" || directive.name == "vneid_clock") {
    read_clock(directive);
  } else {
    read_stores(directive);
  }
}

void HttpReader::read_stores(const Directive& directive) {
  // Of two, which nginx refuses, the first counts.
  if (directive.name == "vneid_keys" && !deployment_.keys) {
    deployment_.keys = named(directive, directive.word(0));
    deployment_.secrets.push_back(*deployment_.keys);
  } else if (directive.name == "vneid_assertion_key") {
    deployment_.secrets.push_back(named(directive, directive.word(0)));
  } else if (directive.name == "vneid_redis" && !deployment_.redis) {
    read_redis(directive);
  } else if (directive.name == "vneid_postgres" && !deployment_.postgres) {
    read_postgres(directive);
  } else if (directive.name == "vneid_templates" && !value_of(directive.word(0), "wording")) {
    deployment_.templates = named(directive, directive.word(0));
  }
}

void HttpReader::read_redis(const Directive& directive) {
  const redis::Words words = redis::read_words(directive.words);
  RedisPlace place;
  place.at = directive.at;
  place.settings = words.settings;
  place.fault = words.fault;
  const auto read = [&](const std::string& file, std::string& password) {
    if (file.empty()) return;
    password = secret(directive, file);
    const bool one_line = crypto::is_one_line(password);
    if (!one_line && place.fault.empty()) {
      place.fault = file + ": must hold one line that is not empty";
    }
  };
  read(words.password_file, place.settings.password);
  read(words.sentinel_password_file, place.settings.sentinel_password);
  deployment_.redis = std::move(place);
}

void HttpReader::read_postgres(const Directive& directive) {
  PostgresPlace place;
  place.at = directive.at;
  place.settings.conninfo = directive.word(0);
  for (const auto& file : postgres::certificate_files(place.settings.conninfo)) {
    deployment_.certificates.push_back(named(directive, file));
  }
  for (const auto& word : directive.words) {
    if (auto count = value_of(word, "connections")) read_number(*count, place.settings.connections);
    if (auto time = value_of(word, "timeout")) {
      place.settings.timeout = text::parse_duration(*time).value_or(place.settings.timeout);
    }
    if (auto file = value_of(word, "password_file")) {
      add_password(place.settings.conninfo, secret(directive, *file));
    }
  }
  deployment_.postgres = std::move(place);
}

void HttpReader::read_provider_member(const Directive& member, Provider& provider) {
  oidc::ProviderSettings& settings = provider.settings;
  const std::string& word = member.word(0);
  if (member.name == "issuer") {
    settings.issuer = word;
    settings.allow_http = member.word(1) == "allow_http";
  } else if (member.name == "authorization_endpoint") {
    settings.authorization_endpoint = word;
  } else if (member.name == "token_endpoint") {
    settings.token_endpoint = word;
  } else if (member.name == "userinfo_endpoint") {
    settings.userinfo_endpoint = word;
  } else if (member.name == "decryption_key_file") {
    settings.decryption_key_pem = secret(member, word);
  } else if (member.name == "client_id") {
    settings.client_id = word;
  } else if (member.name == "client_secret_file") {
    settings.client_secret = secret(member, word);
  } else if (member.name == "client_key_file") {
    settings.client_key_pem = secret(member, word);
  } else if (member.name == "trusted_certificate") {
    settings.trusted_certificates = certificate(member);
  } else if (member.name == "scope") {
    settings.scope = word;
  } else if (member.name == "claim") {
    read_claim(member, settings.claims);
  } else if (member.name == "authorization_check") {
    settings.authorization_check = word != "off";
  } else if (member.name == "required_level") {
    read_number(word, settings.required_level);
  } else if (member.name == "timeout") {
    settings.timeout = text::parse_duration(word).value_or(settings.timeout);
  }
}

void HttpReader::read_provider(const Directive& block) {
  using oidc::ClientAuthentication;
  Provider provider;
  provider.at = block.at;
  oidc::ProviderSettings& settings = provider.settings;
  settings.name = block.word(0);
  const Directive* profile = block.find("profile");
  const bool direct = profile != nullptr && profile->word(0) == "vneid-direct";
  if (direct) {
    settings.profile = oidc::ProviderProfile::vneid_direct;
    settings.scope = "openid";
    settings.authentication = ClientAuthentication::client_secret_post;
    settings.claims = oidc::default_claims(settings.profile);
  }
  if (block.find("client_key_file") != nullptr) {
    settings.authentication = ClientAuthentication::private_key_jwt;
  }
  for (const Directive& member : block.block) read_provider_member(member, provider);
  if (const Directive* method = block.find("client_authentication")) {
    settings.authentication = authentication_of(method->word(0));
  }
  deployment_.providers.emplace(settings.name, std::move(provider));
}

void HttpReader::read_population(const Directive& block) {
  PopulationSource source;
  source.at = block.at;
  population::Settings& settings = source.settings;
  settings.name = block.word(0);
  for (const Directive& member : block.block) {
    const std::string& word = member.word(0);
    if (member.name == "endpoint") settings.endpoint = word;
    if (member.name == "secret_file") settings.secret = secret(member, word);
    if (member.name == "api_key_file") settings.api_key = secret(member, word);
    if (member.name == "trusted_certificate") settings.trusted_certificates = certificate(member);
    if (member.name == "timeout")
      settings.timeout = text::parse_duration(word).value_or(settings.timeout);
  }
  deployment_.populations.emplace(settings.name, std::move(source));
}

void HttpReader::read_clock(const Directive& directive) {
  if (directive.name == "vneid_rehearsal") {
    if (directive.word(0) == "on") deployment_.rehearsal = directive.at;
    return;
  }
  const auto instant = policy::parse_instant(directive.word(0));
  if (!instant) return;
  policy::RehearsalClock clock;
  clock.instant = *instant;
  clock.set_at = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  clock.stopped = directive.word(1) == "stopped";
  deployment_.clock = clock;
}

}  // namespace vneid::doctor
