// What one server does with whom: addresses to register, policy, logins, gates.
#include <algorithm>
#include <utility>

#include "doctor/checks.hpp"
#include "policy/variable_source.hpp"
#include "text/date.hpp"

namespace vneid::doctor {

namespace {

std::string when(const policy::Change& change, Wall now) {
  const auto days = policy::days_left(now, change.at);
  return std::string{policy::to_text(change.to)} + " from " + text::date_for_people(change.at) +
         " (" + std::to_string(days.value_or(0)) + " days left)";
}

/// Instants that have brought about what holds now.
std::string history(const policy::Rule& rule, Wall now) {
  if (rule.closed && now >= *rule.closed) {
    return ", since " + text::date_for_people(*rule.closed);
  }
  if (rule.enforce && now >= *rule.enforce) {
    return ", since " + text::date_for_people(*rule.enforce);
  }
  return {};
}

std::string with_default_port(const Server& server) {
  const bool usual =
      server.listens.empty() || std::ranges::any_of(server.listens, [](const Listen& listen) {
        return listen.port == 443 || !listen.tls;
      });
  if (usual) return {};
  return std::to_string(server.listens.front().port);
}

}  // namespace

void check_addresses(const Server& server, Findings& findings) {
  const About about{findings, server.title(), server.at};
  const auto origins = server.origins();
  if (origins.empty()) {
    about.wrong("site.origin", "has no plain server_name and no vneid_origin: it has no address",
                "Add vneid_origin https://NAME");
    return;
  }
  if (const std::string port = with_default_port(server); !port.empty() && server.origin.empty()) {
    about.warning("site.origin", "listens on port " + port + ", and the addresses below have none",
                  "If browsers use that port, add vneid_origin https://NAME:" + port);
  }
  for (const auto& origin : origins) {
    const std::string base = origin + server.path;
    about.ok("site.redirect_uri", "redirect URI " + base + "callback/" + server.provider);
    about.ok("site.post_logout_uri", "post-logout redirect URI " + base + "signed-out");
    about.ok("site.backchannel_uri",
             "back-channel logout URI " + base + "backchannel-logout/" + server.provider);
  }
}

void check_policy(const Deployment& deployment, const Server& server, Wall now,
                  Findings& findings) {
  const Wall clock = deployment.clock ? policy::rehearsed(*deployment.clock, now) : now;
  for (const auto kind :
       {policy::Kind::personal, policy::Kind::organization, policy::Kind::foreign}) {
    const auto place = server.policy_at.find(kind);
    const About about{findings, server.title(),
                      place == server.policy_at.end() ? server.at : place->second};
    const policy::Rule& rule = server.policy.of(kind);
    const policy::Mode mode = policy::mode_at(rule, clock);
    std::string text = std::string{policy::to_text(kind)} +
                       " accounts: " + std::string{policy::to_text(mode)} + " now" +
                       history(rule, clock);
    if (const auto next = policy::next_change(rule, clock)) {
      text += ", " + when(*next, clock);
    } else if (mode == policy::Mode::notice || mode == policy::Mode::observe) {
      text += ", without an end";
    }
    about.ok("site.policy", std::move(text));
  }
  for (const auto& problem : server.policy_problems) {
    const About about{findings, server.title(), server.at};
    about.wrong("site.policy", problem, "Correct vneid_policy");
  }
}

void check_logins(const Server& server, Findings& findings) {
  if (server.logins.empty()) {
    const About about{findings, server.title(), server.at};
    about.warning("site.login",
                  "no location has vneid_login: no login of the portal is recognised, so nobody "
                  "sees the notice",
                  "Add vneid_login to the location of the portal's login");
    return;
  }
  for (const LoginRecipe& login : server.logins) {
    const About about{findings, server.title(), login.at};
    const std::string where = "login at " + login.location + ": ";
    if (std::ranges::any_of(policy::variables_in(login.kind), policy::is_browsers_own)) {
      about.wrong("site.login", where + "the kind of account is what the browser says",
                  "Take kind= from an answer of the portal, or leave it out");
    }
    const bool asked = login.account.empty();
    if (asked || policy::is_portals_word(login.account)) {
      about.ok("site.login",
               where + (asked ? "the portal is asked at " + login.ask
                              : "the portal names the account (" + login.account + ")"));
      continue;
    }
    about.warning("site.login",
                  where + "the account is not the portal's word alone (" + login.account +
                      "): only the condition " + login.condition +
                      " tells a wrong password from a login",
                  "Have the portal announce the account (account=$upstream_http_…), or ask it "
                  "(ask=/location)");
  }
}

void check_doors(const Server& server, Findings& findings) {
  const About about{findings, server.title(), server.at};
  const bool gated = std::ranges::any_of(
      server.gates, [](const Gate& gate) { return gate.location == whole_server; });
  const std::string unnamed = "logins that no vneid_login names: ";
  if (gated) {
    about.ok("site.doors", unnamed + "the gate on the server closes them");
  } else if (server.portal_cookie.empty()) {
    about.ok("site.doors", unnamed +
                               "nothing tells of them (vneid_portal_cookie NAME does, and a "
                               "vneid_require in the server closes them)");
  } else {
    about.ok("site.doors", unnamed + "sessions of the portal (" + server.portal_cookie +
                               ") that begin there are counted in vneid_portal_sessions_total");
  }
}

void check_gates(const Server& server, Findings& findings) {
  for (const Gate& gate : server.gates) {
    const About about{findings, server.title(), gate.at};
    const std::string where = "gate at " + gate.location + ": " + gate.requirement;
    if (server.portal_cookie.empty()) {
      about.warning("site.gate",
                    where +
                        ", but without vneid_portal_cookie a session of one account opens it "
                        "beside a portal session of another",
                    "Add vneid_portal_cookie NAME, the portal's session cookie");
    } else {
      about.ok("site.gate", where);
    }
  }
}

void check_rehearsal(const Deployment& deployment, Findings& findings) {
  if (!deployment.rehearsal) return;
  const About about{findings, "rehearsal", *deployment.rehearsal};
  about.warning("site.rehearsal", "vneid_rehearsal is on: policy goes by another clock",
                "Take vneid_rehearsal and vneid_clock out of production");
}

}  // namespace vneid::doctor
