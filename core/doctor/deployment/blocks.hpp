#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "doctor/deployment/deployment.hpp"
#include "doctor/deployment/nginx_conf.hpp"

/// The readers behind read_deployment, by subject.
namespace vneid::doctor {

/// Reads directives of http{} into the deployment.
class HttpReader {
 public:
  HttpReader(Deployment& deployment, std::filesystem::path folder)
      : deployment_(deployment), folder_(std::move(folder)) {}

  void read(const Directive& directive);

 private:
  void read_stores(const Directive& directive);
  void read_redis(const Directive& directive);
  void read_postgres(const Directive& directive);
  void read_provider(const Directive& block);
  void read_provider_member(const Directive& member, Provider& provider);
  void read_population(const Directive& block);
  void read_clock(const Directive& directive);
  NamedFile named(const Directive& directive, const std::string& word) const;
  /// The content of a secret file, noted to be one; empty when it cannot be had.
  std::string secret(const Directive& directive, const std::string& word);
  /// The content; null when it cannot be had, and then the system's CAs are asked.
  http::TrustedCertificates certificate(const Directive& directive);

  Deployment& deployment_;
  std::filesystem::path folder_;
};

/// Reads every server{} of http{}.
void read_servers(const Directive& http, Deployment& deployment);

/// The value of "key=value".
std::optional<std::string> value_of(const std::string& word, std::string_view key);

}  // namespace vneid::doctor
