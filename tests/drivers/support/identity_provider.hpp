#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "async/epoll_loop.hpp"
#include "drivers/support/child_process.hpp"
#include "net/http/client.hpp"
#include "oidc/authorization_response.hpp"
#include "oidc/provider_settings.hpp"
#include "text/form.hpp"

namespace vneid::test {

/// The fixture identity provider with one client, and one person of it.
class IdentityProvider {
 public:
  static constexpr const char* redirect_uri = "https://portal.example/vneid/callback/bca";
  static constexpr const char* signed_out_uri = "https://portal.example/vneid/signed-out";
  static constexpr const char* number = "052089999999";

  /// `client_public_key`: PEM, for private_key_jwt; empty: the client has a secret.
  /// `encryption_public_key`: PEM, for a provider of profile `vneid-direct`.
  explicit IdentityProvider(const std::string& client_public_key = {},
                            const std::string& encryption_public_key = {}) {
    std::ofstream(folder_.file("people.json"))
        << R"({"people":[{"number":"052089999999","password":"mat-khau","status":"active",)"
        << R"("name":"Nguyễn Văn An","birth":"07/03/1989","sex":"Nam","kind":"1","level":2,)"
        << R"("sub":"bca-1","tech_id":"TECH1"}]})";
    std::ofstream(folder_.file("secret")) << secret << "\n";
    std::ofstream(folder_.file("client.pem")) << client_public_key;
    std::ofstream(folder_.file("encryption.pem")) << encryption_public_key;
    key_ = !client_public_key.empty();
    direct_ = !encryption_public_key.empty();
    start();
  }
  IdentityProvider(const IdentityProvider&) = delete;
  IdentityProvider& operator=(const IdentityProvider&) = delete;
  /// Not SIGKILL: that would leave its workers behind.
  ~IdentityProvider() { process_.end(SIGTERM); }

  [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }

  /// Of a `vneid-direct` provider: all but the decryption key.
  [[nodiscard]] oidc::ProviderSettings settings() const {
    oidc::ProviderSettings settings;
    settings.name = "bca";
    settings.issuer = issuer_;
    settings.allow_http = true;
    settings.client_id = client_id;
    settings.client_secret = secret;
    if (direct_) speak_directly(settings);
    return settings;
  }

  /// Sets faults: a JSON object for the fixture's /control.
  void control(EpollLoop& loop, http::Client& client, const std::string& wanted) const {
    const auto answer = post(loop, client, "/control", "application/json", wanted);
    if (answer.status != 200) throw std::runtime_error("control: " + answer.body);
  }

  /// How many requests an endpoint has seen since the last call.
  int take_count(EpollLoop& loop, http::Client& client, const std::string& endpoint) const {
    const auto answer =
        loop.run(client.send({.url = issuer_ + "/control/requests?endpoint=" + endpoint}));
    const auto at = answer.body.find("\"count\":");
    const int count = std::stoi(answer.body.substr(at + 8));
    loop.run(client.send({.method = "DELETE", .url = issuer_ + "/control/requests"}));
    return count;
  }

  /// The logout tokens that went out since the last reset, oldest first.
  std::vector<std::string> logout_tokens(EpollLoop& loop, http::Client& client) const {
    http::OutgoingRequest request{.url = issuer_ + "/control/logouts"};
    request.max_body = 8U << 20U;  // the fault `logout_huge`
    const auto answer = loop.run(client.send(std::move(request)));
    static const std::string mark = "\"logout_token\":\"";
    std::vector<std::string> tokens;
    for (auto at = answer.body.find(mark); at != std::string::npos;
         at = answer.body.find(mark, at)) {
      at += mark.size();
      tokens.push_back(answer.body.substr(at, answer.body.find('"', at) - at));
    }
    return tokens;
  }

  /// How many sessions of the provider are alive.
  int sessions_alive(EpollLoop& loop, http::Client& client) const {
    const auto answer = loop.run(client.send({.url = issuer_ + "/control/sessions"}));
    return std::stoi(answer.body.substr(answer.body.find(':') + 1));
  }

  /// What a browser does with an authorization URL: it logs in (or cancels) and comes back with
  /// the returned query.
  std::string browse(EpollLoop& loop, http::Client& client, const std::string& url,
                     bool cancel = false) const {
    const auto asked = loop.run(client.send({.url = url}));
    std::string next = location(asked);
    if (next.starts_with(redirect_uri)) return query_of(next);
    const std::string path = next.starts_with('/') ? next : next.substr(issuer_.size());
    const auto answer =
        cancel ? post(loop, client, path + "/cancel", form_type, "")
               : post(loop, client, path, form_type,
                      text::encode_form({{"so_dinh_danh", number}, {"mat_khau", "mat-khau"}}));
    return query_of(location(answer));
  }

 private:
  static constexpr const char* form_type = "application/x-www-form-urlencoded";
  // Characters that only a client which encodes them first gets through client_secret_basic.
  static constexpr const char* client_id = "portal:1";
  static constexpr const char* secret = "bi mat+%:/";

  void speak_directly(oidc::ProviderSettings& settings) const {
    settings.profile = oidc::ProviderProfile::vneid_direct;
    settings.authentication = oidc::ClientAuthentication::client_secret_post;
    settings.scope = "openid";
    settings.claims = oidc::default_claims(settings.profile);
    settings.authorization_endpoint = issuer_ + "/authorize";
    settings.token_endpoint = issuer_ + "/token";
    settings.userinfo_endpoint = issuer_ + "/userinfo";
  }

  void start() {
    const std::string log = folder_.file("log");
    const auto script =
        std::filesystem::path(VNEID_TESTS) / "fixtures" / "identity_provider" / "run";
    std::vector<std::string> command{"/usr/bin/python3", script,
                                     "--port",           "0",
                                     "--people",         folder_.file("people.json"),
                                     "--client-id",      client_id,
                                     "--redirect-uri",   redirect_uri};
    command.insert(command.end(), {"--post-logout-redirect-uri", signed_out_uri});
    command.insert(command.end(), {key_ ? "--client-public-key" : "--client-secret-file",
                                   folder_.file(key_ ? "client.pem" : "secret")});
    if (direct_) {
      command.insert(command.end(), {"--profile", "vneid-direct", "--encryption-public-key",
                                     folder_.file("encryption.pem")});
    }
    process_ = ChildProcess(command, log);
    wait_for([&] { return ready(log); }, "the identity provider");
  }
  bool ready(const std::string& log) {
    static const std::string mark = "identity provider ready: ";
    std::ifstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(mark)) continue;
      issuer_ = line.substr(mark.size());
      return true;
    }
    return false;
  }

  http::IncomingResponse post(EpollLoop& loop, http::Client& client, const std::string& path,
                              const std::string& type, const std::string& body) const {
    http::OutgoingRequest request{.method = "POST", .url = issuer_ + path, .body = body};
    request.headers.emplace_back("Content-Type", type);
    return loop.run(client.send(std::move(request)));
  }
  static std::string location(const http::IncomingResponse& response) {
    const std::string target{response.header("location")};
    if (target.empty()) throw std::runtime_error("no redirect: " + response.body);
    return target;
  }
  static std::string query_of(const std::string& url) { return url.substr(url.find('?') + 1); }

  TemporaryFolder folder_;
  std::string issuer_;
  bool key_ = false;
  bool direct_ = false;
  ChildProcess process_;
};

}  // namespace vneid::test
