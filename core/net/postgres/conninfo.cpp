#include "net/postgres/conninfo.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <netdb.h>
#include <ranges>
#include <sys/socket.h>

#include <libpq-fe.h>

namespace vneid::postgres {

namespace {

using ParsedOptions =
    std::unique_ptr<PQconninfoOption,
                    decltype([](PQconninfoOption* options) { PQconninfoFree(options); })>;
using Message = std::unique_ptr<char, decltype([](char* text) { PQfreemem(text); })>;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (const auto part : std::views::split(list, ',')) {
    parts.emplace_back(part.begin(), part.end());
  }
  if (parts.empty()) parts.emplace_back();
  return parts;
}

bool is_numeric(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_family = AF_UNSPEC;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return false;
  freeaddrinfo(found);
  return true;
}

bool is_socket_folder(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

/// Gives every host of the list that is not a socket folder its address.
std::expected<void, std::string> fill_addresses(ConnectOptions& options) {
  if (!options.contains("host")) {
    // libpq would look into the environment (PGHOST), where a name may stand.
    if (!options.contains("hostaddr")) options["host"] = "/var/run/postgresql";
  }
  const bool has_addresses = options.contains("hostaddr");
  auto addresses = split(options["hostaddr"]);
  const auto hosts = options.contains("host") ? split(options["host"]) : addresses;
  if (has_addresses && hosts.size() != addresses.size()) {
    return std::unexpected("host and hostaddr list different numbers of hosts");
  }
  if (options.contains("port")) {
    const auto ports = split(options["port"]);
    if (ports.size() != 1 && ports.size() != hosts.size()) {
      return std::unexpected("port and host list different numbers of hosts");
    }
  }
  addresses.resize(hosts.size());
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (!addresses[i].empty()) {
      if (is_numeric(addresses[i])) continue;
      return std::unexpected("hostaddr \"" + addresses[i] + "\" is not a numeric address");
    }
    if (is_socket_folder(hosts[i])) continue;
    if (!is_numeric(hosts[i])) {
      return std::unexpected("host \"" + hosts[i] +
                             "\" is a name, and resolving it would block: "
                             "give its address with hostaddr=");
    }
    addresses[i] = hosts[i];
  }
  std::string joined;
  for (const auto& address : addresses)
    joined += (&address == addresses.data() ? "" : ",") + address;
  const bool needed = std::ranges::any_of(addresses, [](const auto& one) { return !one.empty(); });
  if (needed) {
    options["hostaddr"] = joined;
  } else {
    options.erase("hostaddr");
  }
  return {};
}

std::expected<ConnectOptions, std::string> parse_and_check(const std::string& conninfo) {
  auto options = given_options(conninfo);
  if (!options) return options;
  if (options->contains("service")) {
    return std::unexpected("service= is not supported: write its settings here");
  }
  // libpq would only say so when it connects, as it says that a server is away.
  constexpr std::array modes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  const auto mode = options->find("sslmode");
  if (mode != options->end() && std::ranges::find(modes, mode->second) == modes.end()) {
    return std::unexpected("sslmode \"" + mode->second + "\" is not known");
  }
  auto filled = fill_addresses(*options);
  if (!filled) return std::unexpected(filled.error());
  return options;
}

/// Settings of the session, given at its start so that they cost no round trip.
std::string session_options(const Settings& settings) {
  const Milliseconds timeout = settings.timeout;
  const auto milliseconds = [](Milliseconds span) {
    return std::to_string(std::max<std::int64_t>(1, span.count()));
  };
  return "-c TimeZone=UTC -c DateStyle=ISO"
         " -c statement_timeout=" +
         milliseconds(timeout * 9 / 10) +
         " -c idle_in_transaction_session_timeout=" + milliseconds(timeout * 2) +
         // A statement whose caller has gone gives its locks back within this time.
         " -c client_connection_check_interval=500" +
         (settings.only_lookups ? " -c enable_seqscan=off -c jit=off" : "");
}

}  // namespace

std::expected<ConnectOptions, std::string> given_options(const std::string& conninfo) {
  char* text = nullptr;
  const ParsedOptions parsed{PQconninfoParse(conninfo.c_str(), &text)};
  const Message message{text};
  if (!parsed) {
    std::string cause = message ? message.get() : "out of memory";
    while (cause.ends_with('\n')) cause.pop_back();
    return std::unexpected(cause);
  }
  ConnectOptions given;
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') given[option->keyword] = option->val;
  }
  return given;
}

std::expected<void, std::string> check_conninfo(const std::string& conninfo) {
  auto options = parse_and_check(conninfo);
  if (!options) return std::unexpected(options.error());
  return {};
}

std::expected<ConnectOptions, std::string> connect_options(const Settings& settings) {
  auto options = parse_and_check(settings.conninfo);
  if (!options) return options;
  const std::string own = session_options(settings);
  auto& session = (*options)["options"];
  session += session.empty() ? own : " " + own;  // the last word is ours
  (*options)["client_encoding"] = "UTF8";
  // GSS would talk to a key distribution centre, blocking; the rest finds dead peers early.
  const ConnectOptions defaults{{"gssencmode", "disable"},
                                {"application_name", "vneid"},
                                {"keepalives_idle", "30"},
                                {"keepalives_interval", "10"},
                                {"keepalives_count", "3"}};
  options->insert(defaults.begin(), defaults.end());
  return options;
}

std::vector<ConnectOptions> of_each_host(const ConnectOptions& options) {
  constexpr std::array lists{"host", "hostaddr", "port"};
  const auto list_of = [&options](const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? std::vector<std::string>{} : split(found->second);
  };
  const std::size_t count = std::max(list_of("host").size(), list_of("hostaddr").size());
  if (count < 2) return {options};
  std::vector<ConnectOptions> each(count, options);
  for (const char* name : lists) {
    const auto values = list_of(name);
    if (values.size() != count) continue;  // one port for all of them, or none
    for (std::size_t i = 0; i < count; ++i) {
      each[i][name] = values[i];
      if (values[i].empty()) each[i].erase(name);
    }
  }
  for (auto& one : each) {
    // What an empty place in a list means to libpq; an absent one is looked for in the environment.
    if (!one.contains("hostaddr")) one.try_emplace("host", "/var/run/postgresql");
    one.try_emplace("port", "5432");
    one.try_emplace("target_session_attrs", "read-write");
  }
  return each;
}

}  // namespace vneid::postgres
