// vneid_population NAME { … } and vneid_population_source.

#include <array>
#include <string>
#include <utility>

#include "module/conf/block.hpp"
#include "module/conf/directive.hpp"
#include "population/settings.hpp"
#include "text/ascii.hpp"
#include "text/url.hpp"

namespace vneid::ngx {

namespace {

using population::Settings;

void read_profile(const Directive& directive, Settings& source) {
  if (directive.word(0) == "json") {
    source.profile = Settings::Profile::json;
  } else if (directive.word(0) == "soap") {
    source.profile = Settings::Profile::soap;
  } else {
    directive.fail("unknown profile \"" + std::string{directive.word(0)} +
                   "\", expected json or soap");
  }
}

void read_service(const Directive& directive, Settings& source) {
  if (directive.word(0) == "037") {
    source.service = Settings::Service::look_up;
  } else if (directive.word(0) == "033") {
    source.service = Settings::Service::verify;
  } else {
    directive.fail("unknown service \"" + std::string{directive.word(0)} +
                   "\", expected 037 (look up) or 033 (verify)");
  }
}

void read_endpoint(const Directive& directive, Settings& source) {
  source.endpoint = directive.word(0);
  bool allow_http = false;
  if (directive.size() == 2) {
    if (directive.word(1) != "allow_http") directive.fail_parameter(directive.word(1));
    allow_http = true;
  }
  const auto url = text::parse_url(source.endpoint);
  if (!url) {
    directive.fail("invalid endpoint \"" + source.endpoint +
                   "\", expected https://host[:port][/path]");
  }
  if (url->scheme == "http" && !allow_http) {
    directive.fail("endpoint \"" + source.endpoint +
                   "\" is not https; for a gateway on this machine add \"allow_http\"");
  }
}

/// One header value or XML text: printable ASCII, so that nothing has to be judged elsewhere.
std::string read_word(const Directive& directive) {
  const auto word = directive.word(0);
  constexpr std::size_t longest = 200;
  const bool printable =
      std::ranges::all_of(word, [](char byte) { return byte >= ' ' && byte <= '~'; });
  if (word.empty() || word.size() > longest || !printable) {
    directive.fail("invalid value for \"" + std::string{directive.name()} +
                   "\", expected 1 to 200 printable ASCII characters");
  }
  return std::string{word};
}

void read_user(const Directive& directive, Settings& source) {
  source.user = read_word(directive);
  if (source.user.contains(':')) directive.fail("\"user\" must not contain \":\"");
}
void read_secret(const Directive& directive, Settings& source) {
  source.secret = directive.secret(directive.word(0), "secret file");
}
void read_api_key(const Directive& directive, Settings& source) {
  source.api_key = directive.secret(directive.word(0), "API key file");
}
void read_client(const Directive& directive, Settings& source) {
  source.client = read_word(directive);
}
void read_officer(const Directive& directive, Settings& source) {
  source.officer = read_word(directive);
}
void read_unit(const Directive& directive, Settings& source) { source.unit = read_word(directive); }
void read_account(const Directive& directive, Settings& source) {
  source.account = read_word(directive);
}
void read_procedure(const Directive& directive, Settings& source) {
  source.procedure = read_word(directive);
}
void read_certificate(const Directive& directive, Settings& source) {
  source.trusted_certificates = directive.certificates(directive.word(0));
}
void read_timeout(const Directive& directive, Settings& source) {
  source.timeout = directive.time(directive.word(0), "timeout");
}

/// "20r/s", "10r/m", "5r/h".
population::Rate read_rate(const Directive& directive) {
  constexpr unsigned most = 100'000;
  const auto word = directive.word(0);
  const auto slash = word.find("r/");
  const std::string_view unit =
      slash == std::string_view::npos ? std::string_view{} : word.substr(slash + 2);
  population::Rate rate;
  if (unit == "s") {
    rate.period = std::chrono::seconds{1};
  } else if (unit == "m") {
    rate.period = std::chrono::minutes{1};
  } else if (unit == "h") {
    rate.period = std::chrono::hours{1};
  } else {
    directive.fail("invalid rate \"" + std::string{word} +
                   "\", expected e.g. 20r/s, 10r/m or 5r/h");
  }
  rate.tokens = directive.number(word.substr(0, slash), "rate", 1, most);
  rate.burst = rate.tokens;
  if (directive.size() == 2) {
    const auto burst = Directive::value_of(directive.word(1), "burst");
    if (!burst) directive.fail_parameter(directive.word(1));
    rate.burst = directive.number(*burst, "burst", 1, most);
  }
  return rate;
}

void read_rate_of_all(const Directive& directive, Settings& source) {
  source.rate = read_rate(directive);
}
void read_address_rate(const Directive& directive, Settings& source) {
  source.address_rate = read_rate(directive);
}

void read_numbers_rate(const Directive& directive, Settings& source) {
  source.numbers_rate = read_rate(directive);
}

void read_citizen_rate(const Directive& directive, Settings& source) {
  source.citizen_rate = read_rate(directive);
}
void read_in_flight(const Directive& directive, Settings& source) {
  source.in_flight = directive.number(directive.word(0), "in_flight", 1, 1000);
}

void read_circuit(const Directive& directive, Settings& source) {
  for (std::size_t i = 0; i < directive.size(); ++i) {
    if (const auto failures = Directive::value_of(directive.word(i), "failures")) {
      source.circuit_failures = directive.number(*failures, "failures", 1, 1000);
    } else if (const auto pause = Directive::value_of(directive.word(i), "pause")) {
      source.circuit_pause = directive.time(*pause, "pause");
    } else {
      directive.fail_parameter(directive.word(i));
    }
  }
}

constexpr auto members = std::to_array<Member<Settings>>({
#define VNEID_POPULATION_MEMBER(name, least, most, read, repeats, syntax, default_value) \
  {#name, least, most, read, repeats},
#include "module/directives.def"
});

/// What can be judged only with the whole block read.
void check(const Directive& directive, const Settings& source) {
  const std::string who = "population source \"" + source.name + "\" ";
  if (source.endpoint.empty()) directive.fail(who + "has no \"endpoint\"");
  if (source.officer.empty()) {
    directive.fail(who + "has no \"officer\": the database answers nobody without one (MaCanBo)");
  }
  if (source.user.empty() != source.secret.empty()) {
    directive.fail(who + "needs both \"user\" and \"secret_file\", or neither");
  }
}

}  // namespace

void parse_population(const Directive& directive, MainConf& conf) {
  const std::string name =
      block_name(directive, "population source",
                 conf.settings->populations.contains(std::string{directive.word(0)}));
  Settings source;
  source.name = name;
  read_block<Settings>(directive, source, members);
  check(directive, source);
  conf.settings->populations.emplace(name, std::move(source));
}

void parse_population_source(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.population.has_value());
  conf.population = directive.word(0) == "off" ? std::string{} : std::string{directive.word(0)};
  conf.population_at = directive.position();
}

}  // namespace vneid::ngx
