#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "drivers/support/child_process.hpp"
#include "net/http/trusted_certificates.hpp"

namespace vneid::test {

/// Certificates made for one run of the tests: a CA, and leaves that are good or bad in one way.
class Certificates {
 public:
  Certificates() {
    make_ca("ca");
    make_ca("other-ca");
    make_leaf("good", "ca", "IP:127.0.0.1,DNS:localhost", 10);
    make_leaf("foreign", "other-ca", "IP:127.0.0.1,DNS:localhost", 10);
    make_leaf("wrong-host", "ca", "DNS:portal.example", 10);
    make_leaf("expired", "ca", "IP:127.0.0.1,DNS:localhost", -1);
  }
  /// What trusts the servers of one of the CAs.
  [[nodiscard]] http::TrustedCertificates trusted(const std::string& name = "ca") const {
    std::ifstream file{certificate(name)};
    return std::make_shared<const std::string>(std::istreambuf_iterator<char>{file},
                                               std::istreambuf_iterator<char>{});
  }
  [[nodiscard]] std::string certificate(const std::string& name) const {
    return folder_.file(name + ".pem");
  }
  [[nodiscard]] std::string key(const std::string& name) const {
    return folder_.file(name + ".key");
  }

 private:
  void openssl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "/usr/bin/openssl");
    run_program(arguments, folder_.file("openssl.log"));
  }
  void make_ca(const std::string& name) const {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", "/CN=test " + name, "-days", "10", "-keyout", key(name), "-out",
             certificate(name)});
  }
  void make_leaf(const std::string& name, const std::string& ca, const std::string& names,
                 int days) const {
    const auto script = std::filesystem::path(VNEID_TESTS) / "fixtures" / "certificates.py";
    run_program({"/usr/bin/python3", script, certificate(ca), key(ca), names, std::to_string(days),
                 certificate(name), key(name)},
                folder_.file("certificates.log"));
  }

  TemporaryFolder folder_;
};

/// tls_server.py on a port of its own.
class HttpServer {
 public:
  HttpServer() { start({}); }
  HttpServer(const Certificates& certificates, const std::string& name,
             const std::string& tls_version = {})
      : scheme_("https") {
    std::vector<std::string> arguments{certificates.certificate(name), certificates.key(name)};
    if (!tls_version.empty()) arguments.push_back(tls_version);
    start(std::move(arguments));
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return scheme_ + "://127.0.0.1:" + port_ + path;
  }
  [[nodiscard]] const std::string& port() const noexcept { return port_; }
  void kill() { process_.end(SIGKILL); }

 private:
  void start(std::vector<std::string> arguments) {
    const std::string port_file = folder_.file("port");
    const auto script =
        std::filesystem::path(VNEID_TESTS) / "drivers" / "support" / "tls_server.py";
    std::vector<std::string> command{"/usr/bin/python3", script, port_file};
    command.insert(command.end(), arguments.begin(), arguments.end());
    process_ = ChildProcess(command, folder_.file("log"));
    wait_for([&] { return std::filesystem::exists(port_file); }, "tls_server.py");
    std::ifstream(port_file) >> port_;
  }

  TemporaryFolder folder_;
  std::string scheme_ = "http";
  std::string port_;
  ChildProcess process_;
};

}  // namespace vneid::test
