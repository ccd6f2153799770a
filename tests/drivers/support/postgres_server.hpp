#pragma once

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <pwd.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include <libpq-fe.h>

#include "drivers/support/child_process.hpp"
#include "net/postgres/client.hpp"

namespace vneid::test {

/// A private PostgreSQL on a Unix socket and, with TLS, on a port of 127.0.0.1. Roles: `tester`,
/// superuser without a password, and `guarded` with the password `mat khau` (SCRAM).
class PostgresServer {
 public:
  /// One for the whole test program, ended with it.
  static PostgresServer& shared() {
    static PostgresServer server;
    return server;
  }

  PostgresServer() : port_(free_port()) {
    std::signal(SIGPIPE, SIG_IGN);  // as in nginx
    std::filesystem::create_directory(folder_.file("data"));
    make_certificate();
    give_to_postgres();
    run_as_postgres({program("initdb"), "-D", folder_.file("data"), "-U", "tester", "-E", "UTF8",
                     "--locale=C.UTF-8", "--no-sync", "-A", "trust"});
    std::ofstream(folder_.file("data/pg_hba.conf"))
        << "local all all trust\nhost all guarded 127.0.0.1/32 scram-sha-256\n"
           "host all all 127.0.0.1/32 trust\n";
    start();
    sql("create role guarded login password 'mat khau'");
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer() { stop(); }

  void start() {
    process_ = ChildProcess(
        as_postgres({program("postgres"), "-D", folder_.file("data"), "-k", directory(), "-p",
                     std::to_string(port_), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
                     "-c", "deadlock_timeout=50ms", "-c", "ssl=on", "-c",
                     "ssl_cert_file=" + folder_.file("server.pem"), "-c",
                     "ssl_key_file=" + folder_.file("server.key")}),
        folder_.file("server.log"));
    wait_for([this] { return PQping(by_socket().c_str()) == PQPING_OK; }, "postgres");
  }
  /// As `pg_ctl stop -m immediate`: no farewells, recovery at the next start.
  void stop() { process_.end(SIGQUIT); }
  void restart() {
    stop();
    start();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string by_socket() const {
    return "host=" + directory() + " port=" + std::to_string(port_) +
           " user=tester dbname=postgres";
  }
  [[nodiscard]] std::string by_port(const std::string& more = {}) const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " user=tester dbname=postgres " + more;
  }
  [[nodiscard]] postgres::Settings settings(unsigned connections = 4) const {
    // Sanitizers are slow; tests of time set their own.
    return {.conninfo = by_socket(),
            .connections = connections,
            .timeout = std::chrono::milliseconds{10'000}};
  }

  /// Runs SQL past the client under test, blocking; the first value of the last result.
  std::string sql(const std::string& text) const {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb((by_socket() + " application_name=admin").c_str()), &PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), text.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      throw std::runtime_error(PQerrorMessage(connection.get()));
    }
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string{};
  }
  /// How many sessions the client under test has, that meet the condition.
  [[nodiscard]] int sessions(const std::string& condition = "true") const {
    return std::stoi(sql(
        "select count(*) from pg_stat_activity where application_name = 'vneid' and " + condition));
  }
  void terminate_sessions() const {
    sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vneid'");
    wait_for([this] { return sessions() == 0; }, "the sessions' end");
  }

 private:
  [[nodiscard]] std::string directory() const {
    return std::filesystem::path(folder_.file("x")).parent_path();
  }
  static std::string program(const std::string& name) {
    std::vector<std::string> found;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
      found.push_back(version.path() / "bin" / name);
    }
    if (found.empty()) throw std::runtime_error("no PostgreSQL server is installed");
    return *std::ranges::max_element(found);
  }
  /// PostgreSQL refuses to be root.
  static std::vector<std::string> as_postgres(std::vector<std::string> command) {
    if (::geteuid() != 0) return command;
    const std::vector<std::string> become{"/usr/bin/setpriv", "--reuid=postgres",
                                          "--regid=postgres", "--init-groups", "--pdeathsig=QUIT"};
    command.insert(command.begin(), become.begin(), become.end());
    return command;
  }
  void run_as_postgres(const std::vector<std::string>& command) const {
    run_program(as_postgres(command), folder_.file("command.log"));
  }
  void make_certificate() const {
    run_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
                 "-keyout", folder_.file("server.key"), "-out", folder_.file("server.pem")},
                folder_.file("openssl.log"));
    std::filesystem::permissions(folder_.file("server.key"), std::filesystem::perms::owner_read);
  }
  void give_to_postgres() const {
    if (::geteuid() != 0) return;
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("no user postgres");
    for (const auto& path : {directory(), folder_.file("data"), folder_.file("server.key")}) {
      if (::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown");
    }
  }

  TemporaryFolder folder_;
  std::uint16_t port_;
  ChildProcess process_;
};

}  // namespace vneid::test
