#include "probe/command.hpp"

#include <iostream>
#include <string_view>

#include "async/epoll_loop.hpp"
#include "crypto/secret_file.hpp"
#include "net/http/client.hpp"
#include "probe/advice.hpp"
#include "probe/probe.hpp"
#include "probe/report.hpp"
#include "text/url.hpp"

namespace vneid::probe {

namespace {

using admin::CommandFailed;

std::string password_in(const std::string& path) {
  const auto content = crypto::read_secret_file(path);
  if (!content) throw CommandFailed(admin::exit_failed, "--password-file: " + content.error());
  std::string_view line = content->bytes();
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    throw CommandFailed(admin::exit_failed,
                        "--password-file: " + path + ": its first line is empty");
  }
  return std::string{line};
}

void check(const admin::Options& options) {
  if (!text::is_endpoint_url(options.operand, true)) {
    throw CommandFailed(admin::exit_usage,
                        "URL must be http:// or https://, without user, password and fragment");
  }
  if (options.user.empty()) throw CommandFailed(admin::exit_usage, "--user is empty");
  const std::string& me = options.me;
  if (!me.empty() && (!me.starts_with('/') || me.starts_with("//"))) {
    throw CommandFailed(admin::exit_usage, "--me must be a path of the portal, as /api/me");
  }
}

std::string cure_of(FailureKind kind) {
  if (kind == FailureKind::tls) {
    return "; its certificate is not trusted here: give the address that proxy_pass will have, or "
           "add its CA to this machine's";
  }
  return "; see that it runs, and that this is the address of its login page";
}

/// Whether its lines can be copied as they are.
bool is_whole(Recipe recipe) {
  return recipe == Recipe::announced || recipe == Recipe::asked || recipe == Recipe::basic;
}

}  // namespace

admin::Exit run(const admin::Options& options) {
  check(options);
  Account account{.url = options.operand,
                  .name = options.user,
                  .password = password_in(options.password_file),
                  .me = options.me};
  EpollLoop loop;
  http::Client client{loop};
  try {
    const Seen seen = loop.run(look(client, loop, std::move(account)));
    const Advice advice = advise(seen);
    const Report report = make_report(seen, advice);
    std::cout << (options.format == "json" ? report_json(report) : report_text(report));
    return is_whole(advice.recipe) ? admin::exit_ok : admin::exit_partly;
  } catch (const http::ExchangeFailed& failure) {
    throw CommandFailed(
        admin::exit_failed,
        "the portal gave no answer: " + std::string{failure.what()} + cure_of(failure.kind()));
  }
}

}  // namespace vneid::probe
