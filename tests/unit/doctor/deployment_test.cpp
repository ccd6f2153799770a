#include "doctor/deployment/deployment.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::doctor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

Deployment read(const std::string& text) {
  return read_deployment(read_dump("# configuration file /etc/nginx/nginx.conf:\n" + text),
                         "/usr/share/nginx");
}
Server server_of(const std::string& http, const std::string& server) {
  const Deployment deployment = read("http { " + http + " server { vneid bca; " + server + " } }");
  EXPECT_THAT(deployment.servers, SizeIs(1));
  return deployment.servers.at(0);
}

TEST(Deployment, ReadsWhatIsOutsideOfHttp) {
  const Deployment deployment = read(
      "user www-data adm; worker_processes 3; load_module modules/a.so; load_module /b/c.so;"
      "http { server { } }");
  EXPECT_EQ(deployment.user, "www-data");
  EXPECT_EQ(deployment.group, "adm");
  EXPECT_EQ(deployment.workers, 3U);
  ASSERT_THAT(deployment.modules, SizeIs(2));
  EXPECT_EQ(deployment.modules[0].path, "/usr/share/nginx/modules/a.so");
  EXPECT_EQ(deployment.modules[1].path, "/b/c.so");
  EXPECT_EQ(deployment.modules[1].name(), "c");
  EXPECT_FALSE(deployment.used);
  EXPECT_GE(read("worker_processes auto;").workers, 1U);
}

TEST(Deployment, ReadsTheStores) {
  const Deployment deployment = read(
      "http { vneid_keys vneid/keys; vneid_templates /pages wording=nd69;"
      " vneid_redis unix:/run/r.sock prefix=p: timeout=1s500ms db=3 user=u password_file=pw;"
      " vneid_postgres \"host=/run dbname=v\" connections=7 timeout=3s; }");
  EXPECT_EQ(deployment.keys->path, "/etc/nginx/vneid/keys");
  EXPECT_EQ(deployment.templates->path, "/pages");
  const auto& redis = deployment.redis->settings;
  EXPECT_EQ(redis.unix_path, "/run/r.sock");
  EXPECT_EQ(redis.prefix, "p:");
  EXPECT_EQ(redis.timeout, 1500ms);
  EXPECT_EQ(redis.database, 3U);
  EXPECT_EQ(redis.user, "u");
  EXPECT_EQ(deployment.postgres->settings.conninfo, "host=/run dbname=v");
  EXPECT_EQ(deployment.postgres->settings.connections, 7U);
  EXPECT_EQ(deployment.postgres->settings.timeout, 3s);
  ASSERT_THAT(deployment.secrets, SizeIs(2));
  EXPECT_EQ(deployment.secrets[1].what, "vneid_redis password_file");
  EXPECT_EQ(deployment.secrets[1].path, "/etc/nginx/pw");
}

TEST(Deployment, ReadsTheCertificatesOfPostgres) {
  const Deployment deployment = read(
      "http { vneid_postgres \"host=/run sslrootcert=/ca sslcert=/own sslkey=/key passfile=/p\"; "
      "}");
  ASSERT_THAT(deployment.certificates, SizeIs(2));
  EXPECT_EQ(deployment.certificates[0].what, "vneid_postgres");
  EXPECT_EQ(deployment.certificates[0].path, "/ca");
  EXPECT_EQ(deployment.certificates[1].path, "/own");
  EXPECT_THAT(deployment.secrets, IsEmpty()) << "they are the workers' user's, not root's";
}

TEST(Deployment, ReadsAddressesOfRedis) {
  const std::tuple<const char*, const char*, int> addresses[] = {{"10.0.0.1", "10.0.0.1", 6379},
                                                                 {"redis.lan:7", "redis.lan", 7},
                                                                 {"[::1]:8", "::1", 8},
                                                                 {"[::1]", "::1", 6379},
                                                                 {"::1", "::1", 6379}};
  for (const auto& [written, address, port] : addresses) {
    const auto redis = read(std::string{"http { vneid_redis "} + written + "; }").redis->settings;
    EXPECT_EQ(redis.address, address) << written;
    EXPECT_EQ(redis.port, port) << written;
  }
}

TEST(Deployment, ReadsProvidersWithTheDefaultsOfTheirProfile) {
  const Deployment deployment = read(
      "http { vneid_provider a { issuer https://a; client_id c; client_key_file k; claim level acr;"
      " required_level 1; timeout 3s; trusted_certificate ca; }"
      " vneid_provider d { profile vneid-direct; issuer http://d allow_http; client_id c;"
      " client_secret_file s; token_endpoint https://d/t; decryption_key_file x; } }");
  const auto& a = deployment.providers.at("a").settings;
  EXPECT_EQ(a.authentication, oidc::ClientAuthentication::private_key_jwt);
  EXPECT_EQ(a.claims.level, "acr");
  EXPECT_EQ(a.claims.name, "HoVaTen");
  EXPECT_EQ(a.required_level, 1);
  EXPECT_EQ(a.timeout, 3s);
  EXPECT_EQ(a.trusted_certificates, nullptr);  // not there
  ASSERT_EQ(deployment.certificates.size(), 1U);
  EXPECT_EQ(deployment.certificates.front().path, "/etc/nginx/ca");
  EXPECT_FALSE(a.allow_http);
  const auto& d = deployment.providers.at("d").settings;
  EXPECT_EQ(d.profile, oidc::ProviderProfile::vneid_direct);
  EXPECT_EQ(d.authentication, oidc::ClientAuthentication::client_secret_post);
  EXPECT_EQ(d.claims.name, "fullName");
  EXPECT_EQ(d.scope, "openid");
  EXPECT_TRUE(d.allow_http);
  EXPECT_THAT(deployment.secrets, SizeIs(3));
  EXPECT_THAT(deployment.certificates, SizeIs(1));
}

TEST(Deployment, InheritsFromHttpToServer) {
  const Server server = server_of(
      "vneid_path /x/; vneid_policy personal enforce; vneid_policy foreign closed;"
      "vneid_portal_cookie sid;",
      "vneid_path /y/; vneid_policy foreign notice enforce=2024-07-01; server_name a b;");
  EXPECT_EQ(server.path, "/y/");
  EXPECT_EQ(server.policy.personal.mode, policy::Mode::enforce);
  EXPECT_EQ(server.policy.foreign.mode, policy::Mode::notice);
  EXPECT_TRUE(server.policy.foreign.enforce.has_value());
  EXPECT_EQ(server.policy.organization.mode, policy::Mode::pass);
  EXPECT_EQ(server.portal_cookie, "sid");
  EXPECT_THAT(server.names, ElementsAre("a", "b"));
}

TEST(Deployment, TakesOnlyServersWhereItIsOnSomewhere) {
  const Deployment deployment = read(
      "http { vneid bca; server { server_name a; } server { vneid off; server_name b; }"
      " server { vneid off; server_name c; location / { vneid bca; } } }");
  ASSERT_THAT(deployment.servers, SizeIs(2));
  EXPECT_EQ(deployment.servers[0].title(), "a");
  EXPECT_EQ(deployment.servers[1].title(), "c");
  EXPECT_EQ(deployment.servers[1].provider, "bca");
}

TEST(Deployment, FindsLoginsAndGatesInNestedLocations) {
  const Server server =
      server_of("",
                "vneid_require session; location = /in { vneid_login account=$a kind=$k cookie=c; }"
                "location /x/ { vneid_require level=2; location /x/y { vneid off; }"
                " if ($b) { vneid off; } } location /z { vneid off; vneid_require off; }"
                "location /w { vneid_require off; }");
  ASSERT_THAT(server.logins, SizeIs(1));
  EXPECT_EQ(server.logins[0].location, "= /in");
  EXPECT_EQ(server.logins[0].account, "$a");
  EXPECT_EQ(server.logins[0].cookie, "c");
  ASSERT_THAT(server.gates, SizeIs(2));
  EXPECT_EQ(server.gates[0].location, "the server");
  EXPECT_EQ(server.gates[1].requirement, "level=2");
}

TEST(Deployment, MakesTheOriginsOfPlainNames) {
  EXPECT_THAT(server_of("", "server_name a.vn *.b.vn ~^c _ .d.vn e.vn;").origins(),
              ElementsAre("https://a.vn", "https://e.vn"));
  EXPECT_THAT(server_of("", "server_name cong_dan.A.vn -x.vn x..vn;").origins(),
              ElementsAre("https://cong_dan.a.vn"));
  EXPECT_THAT(server_of("vneid_origin https://o:8443;", "server_name a.vn b.vn;").origins(),
              ElementsAre("https://o:8443"));
  EXPECT_THAT(server_of("", "server_name \"\";").origins(), IsEmpty());
}

}  // namespace
}  // namespace vneid::doctor
