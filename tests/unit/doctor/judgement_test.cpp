#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "doctor/checks.hpp"
#include "doctor/report/report.hpp"
#include "policy/variable_source.hpp"

namespace vneid::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Wall now = std::chrono::sys_days{2024y / 6 / 20};

Deployment read(const std::string& text) {
  return read_deployment(read_dump("# configuration file /n.conf:\n" + text), "/p");
}
Server server_of(const std::string& text) {
  return read("http { server { vneid bca; server_name a.vn; " + text + " } }").servers.at(0);
}
/// "state text" of what a check finds.
template <class Look>
std::vector<std::string> told(Look look) {
  FindingList findings;
  look(findings);
  std::vector<std::string> lines;
  for (const Finding& finding : findings.all()) {
    lines.push_back(std::string{to_text(finding.state)} + " " + finding.text);
    EXPECT_EQ(finding.cure.empty(), finding.state == State::ok) << finding.text;
  }
  return lines;
}
std::vector<std::string> policy_of(const std::string& text, const std::string& http = {}) {
  const Deployment deployment =
      read("http { " + http + " server { vneid bca; server_name a.vn; " + text + " } }");
  return told([&](Findings& findings) {
    check_policy(deployment, deployment.servers.at(0), now, findings);
  });
}

TEST(Judgement, OfModeBits) {
  for (const unsigned good : {0600U, 0400U, 0640U, 0440U, 0700U}) EXPECT_FALSE(mode_problem(good));
  for (const unsigned bad : {0604U, 0644U, 0602U, 0601U, 0660U, 0620U, 0666U}) {
    EXPECT_TRUE(mode_problem(bad)) << bad;
  }
}

TEST(Judgement, OfTheOrderOfModules) {
  const auto behind = [](const std::string& modules) {
    return modules_behind(read(modules).modules);
  };
  const std::string ours = "load_module modules/ngx_http_vneid_module.so;";
  const std::string lua = "load_module modules/ngx_http_lua_module.so;";
  EXPECT_THAT(behind(lua + ours), IsEmpty());
  EXPECT_THAT(behind(ours + lua), ElementsAre("ngx_http_lua_module"));
  EXPECT_THAT(behind(ours + "load_module m/ngx_stream_module.so;"), IsEmpty());
  EXPECT_THAT(behind(lua), IsEmpty());
}

TEST(Judgement, OfSignatures) {
  using namespace std::string_literals;
  EXPECT_EQ(signature_in("ELF\0\0x1,2,3\0008,4,8,0011010\0more"s), "8,4,8,0011010");
  EXPECT_EQ(signature_in("8,4,8,01\n"s), "8,4,8,01");
  EXPECT_EQ(signature_in("8,4,8,012\0 8,4,8,01\0,4,8,01\0"s), "");
  EXPECT_EQ(signature_in(""), "");
}

TEST(Judgement, OfWhatNginxSaysOfItself) {
  const NginxBinary nginx =
      read_version("/n",
                   "nginx version: nginx/1.22.1\nconfigure arguments: --prefix=/usr/share/nginx "
                   "--conf-path=/etc/nginx/nginx.conf --user=www\n");
  EXPECT_EQ(nginx.version, "1.22.1");
  EXPECT_EQ(nginx.prefix, "/usr/share/nginx");
  EXPECT_EQ(nginx.conf, "/etc/nginx/nginx.conf");
  EXPECT_EQ(nginx.default_user, "www");
  EXPECT_EQ(read_version("/n", "").conf, "/usr/local/nginx/conf/nginx.conf");
}

TEST(Judgement, OfNginxsVerdict) {
  const auto verdict = [](int status, const std::string& text) {
    return told(
        [&](Findings& findings) { check_verdict({.version = "1.22.1"}, status, text, findings); });
  };
  EXPECT_THAT(verdict(0, ""), ElementsAre(HasSubstr("ok nginx -t accepts")));
  EXPECT_THAT(verdict(1, "nginx: [emerg] unknown \"x\" in /a:3\nnginx: test failed\n"),
              ElementsAre("wrong nginx -t refuses: [emerg] unknown \"x\" in /a:3"));
  EXPECT_THAT(verdict(0, "nginx: [warn] conflicting name\n"),
              ElementsAre(HasSubstr("warning nginx -t warns: [warn] conf"), HasSubstr("ok ")));
  EXPECT_THAT(verdict(1, "nginx: 2024/07/01 [emerg] 17#17: x"),
              ElementsAre("wrong nginx -t refuses: [emerg] x"));
  EXPECT_THAT(verdict(139, ""), ElementsAre(HasSubstr("wrong nginx -t ends with status 139")));
}

TEST(Judgement, OfClocks) {
  const auto clock = [](std::chrono::seconds ahead) {
    return told([&](Findings& findings) { judge_clock(About{findings, "p"}, ahead); });
  };
  EXPECT_THAT(clock(0s), ElementsAre(HasSubstr("ok ")));
  EXPECT_THAT(clock(-5s), ElementsAre(HasSubstr("ok ")));
  EXPECT_THAT(clock(6s), ElementsAre(HasSubstr("warning this machine's clock is 6 s ahead")));
  EXPECT_THAT(clock(-30s), ElementsAre(HasSubstr("warning ")));
  EXPECT_THAT(clock(-31s), ElementsAre(HasSubstr("wrong this machine's clock is 31 s behind")));
}

TEST(Judgement, OfPolicyDates) {
  EXPECT_THAT(
      policy_of("vneid_policy personal notice enforce=2024-07-01 closed=2025-01-01;"),
      ElementsAre("ok personal accounts: notice now, enforce from 01/07/2024 (10 days left)",
                  "ok organization accounts: pass now", "ok foreign accounts: pass now"));
  EXPECT_THAT(policy_of("vneid_policy personal notice enforce=2024-06-01 closed=2025-01-01;")[0],
              HasSubstr("enforce now, since 01/06/2024, closed from 01/01/2025"));
  EXPECT_THAT(policy_of("")[0], "ok personal accounts: notice now, without an end");
  EXPECT_THAT(policy_of("vneid_policy personal closed;")[0], "ok personal accounts: closed now");
  const auto late = policy_of("vneid_policy personal notice enforce=2025-01-01 closed=2024-12-01;");
  EXPECT_THAT(late.back(), HasSubstr("wrong \"closed=\" must come after \"enforce=\""));
  EXPECT_THAT(policy_of("vneid_policy personal notice enforce=tomorrow;").back(),
              HasSubstr("wrong \"enforce=tomorrow\" is no instant"));
  EXPECT_THAT(policy_of("vneid_policy personal notice enforce=2030-01-01;",
                        "vneid_rehearsal on; vneid_clock 2030-01-02 stopped;")[0],
              HasSubstr("enforce now, since 01/01/2030"));
}

TEST(Judgement, OfARehearsal) {
  const auto rehearsal = [](const std::string& text) {
    return told(
        [&](Findings& findings) { check_rehearsal(read("http { " + text + " }"), findings); });
  };
  EXPECT_THAT(rehearsal("vneid_rehearsal on;"), ElementsAre(HasSubstr("warning vneid_rehearsal")));
  EXPECT_THAT(rehearsal("vneid_rehearsal off;"), IsEmpty());
}

TEST(Judgement, OfAddresses) {
  const auto addresses = [](const std::string& text) {
    return told([&](Findings& findings) { check_addresses(server_of(text), findings); });
  };
  EXPECT_THAT(addresses("server_name b.vn; vneid_path /x/;"),
              ElementsAre("ok redirect URI https://a.vn/x/callback/bca",
                          "ok post-logout redirect URI https://a.vn/x/signed-out",
                          "ok back-channel logout URI https://a.vn/x/backchannel-logout/bca",
                          "ok redirect URI https://b.vn/x/callback/bca",
                          "ok post-logout redirect URI https://b.vn/x/signed-out",
                          "ok back-channel logout URI https://b.vn/x/backchannel-logout/bca"));
  EXPECT_THAT(addresses("listen 8443 ssl;")[0], HasSubstr("warning listens on port 8443"));
  EXPECT_THAT(addresses("listen [::]:443 ssl; listen 80;")[0], HasSubstr("ok "));
  EXPECT_THAT(addresses("listen 8443 ssl; vneid_origin https://a.vn:8443;")[0],
              HasSubstr("ok redirect URI https://a.vn:8443/vneid/"));
  const Server nameless = read("http { server { vneid bca; server_name _; } }").servers.at(0);
  EXPECT_THAT(told([&](Findings& findings) { check_addresses(nameless, findings); }),
              ElementsAre(HasSubstr("wrong has no plain server_name")));
}

TEST(Judgement, OfLogins) {
  const auto logins = [](const std::string& text) {
    return told([&](Findings& findings) { check_logins(server_of(text), findings); });
  };
  EXPECT_THAT(logins(""), ElementsAre(HasSubstr("warning no location has vneid_login")));
  EXPECT_THAT(logins("location /l { vneid_login account=$upstream_http_x; }"),
              ElementsAre("ok login at /l: the portal names the account ($upstream_http_x)"));
  EXPECT_THAT(logins("location /l { vneid_login ask=/api/me ask_account=json:/u; }"),
              ElementsAre("ok login at /l: the portal is asked at /api/me"));
  EXPECT_THAT(logins("location /l { vneid_login account=$vneid_form_user if=$ok; }"),
              ElementsAre(HasSubstr("only the condition $ok tells a wrong password")));
  for (const char* browsers : {"$vneid_form_k", "$arg_kind", "${cookie_kind}"}) {
    EXPECT_THAT(
        logins(std::string{"location /l { vneid_login account=$a kind="} + browsers + "; }")[0],
        HasSubstr("wrong login at /l: the kind"));
  }
}

TEST(Judgement, OfWhoseWordALoginIsIsTheModules) {
  for (const char* account :
       {"$upstream_http_x", "$UPSTREAM_HTTP_X", "$upstream_cookie_u", "$sent_http_x",
        "$upstream_status", "$upstream_http_x:$vneid_form_user", "$a$upstream_http_x", "$a"}) {
    const Server server =
        server_of(std::string{"location /l { vneid_login if=$ok account="} + account + "; }");
    const auto lines = told([&](Findings& findings) { check_logins(server, findings); });
    EXPECT_THAT(lines, ElementsAre(policy::is_portals_word(account)
                                       ? HasSubstr("ok login at /l: the portal names the account")
                                       : HasSubstr("warning login at /l: the account is not")));
  }
}

TEST(Judgement, OfGates) {
  const auto gates = [](const std::string& text) {
    return told([&](Findings& findings) { check_gates(server_of(text), findings); });
  };
  EXPECT_THAT(
      gates("location /g { vneid_require linked; }"),
      ElementsAre(HasSubstr("warning gate at /g: linked, but without vneid_portal_cookie")));
  EXPECT_THAT(gates("vneid_portal_cookie s; location /g { vneid_require linked; }"),
              ElementsAre("ok gate at /g: linked"));
  EXPECT_THAT(gates("vneid_portal_cookie s; vneid_require session; location /o { vneid off; }"),
              ElementsAre("ok gate at the server: session"))
      << "\"vneid off\" leaves it standing";
}

TEST(Report, IsALineEachAndALastOne) {
  const std::vector<Finding> findings{
      {"redis.version", State::ok, "redis", "is 7.0", "", {}},
      {"a.b", State::wrong, "postgres", "is \x1b away", "Start it", {"/etc/nginx.conf", 7}}};
  EXPECT_EQ(report_text(findings),
            "ok       redis     is 7.0\n"
            "wrong    postgres  is ? away. Start it (/etc/nginx.conf:7)\n"
            "1 wrong, 0 warnings, 1 ok\n");
  EXPECT_EQ(worst(findings), State::wrong);
  EXPECT_EQ(worst({}), State::ok);
}

TEST(Report, GoesThroughJsonAndBack) {
  const Finding finding{"a.b", State::warning, "s", "t \"quoted\"\n\xff", "c", {"/f", 3}};
  const auto back = from_json_line(to_json_line(finding));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->check, "a.b");
  EXPECT_EQ(back->state, State::warning);
  EXPECT_EQ(back->text, "t \"quoted\"??");
  EXPECT_EQ(back->cure, "c");
  EXPECT_EQ(back->at.file, "/f");
  EXPECT_EQ(back->at.line, 3U);
  EXPECT_FALSE(from_json_line("nonsense"));
  EXPECT_THAT(report_json({finding}), HasSubstr("\"check\": \"a.b\""));
  EXPECT_THAT(report_json({{"a", State::ok, "s", "t", "", {}}}), HasSubstr("\"cure\": null"));
  EXPECT_EQ(report_json({}), "[]\n");
}

}  // namespace
}  // namespace vneid::doctor
