// vneid_policy, vneid_on_failure, vneid_rehearsal, vneid_clock: who may log in how, and when.

#include "policy/policy.hpp"

#include <chrono>

#include "module/conf/directive.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] Wall read_instant(const Directive& directive, std::string_view text) {
  const auto instant = policy::parse_instant(text);
  if (!instant) {
    directive.fail("invalid instant \"" + std::string{text} + "\" in \"" +
                   std::string{directive.name()} + "\", " + instant.error());
  }
  return *instant;
}

[[nodiscard]] bool read_open(const Directive& directive, std::string_view word) {
  if (word == "open") return true;
  if (word == "closed") return false;
  directive.fail("invalid value \"" + std::string{word} + "\" in \"" +
                 std::string{directive.name()} + "\", expected open or closed");
}

[[nodiscard]] Wall machine_clock() {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

void parse_policy(const Directive& directive, ServerConf& conf) {
  const auto kind = policy::kind_from_text(directive.word(0));
  if (!kind) {
    directive.fail("unknown kind of account \"" + std::string{directive.word(0)} +
                   "\" in \"vneid_policy\", expected personal, organization or foreign");
  }
  const auto mode = policy::mode_from_text(directive.word(1));
  if (!mode) {
    directive.fail("unknown mode \"" + std::string{directive.word(1)} +
                   "\" in \"vneid_policy\", expected observe, notice, enforce, closed or pass");
  }
  auto& given = conf.rules[static_cast<std::size_t>(*kind)];
  if (given) {
    directive.fail("\"vneid_policy " + std::string{directive.word(0)} + "\" is duplicate");
  }
  policy::Rule rule;
  rule.mode = *mode;
  for (std::size_t i = 2; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (const auto enforce = Directive::value_of(word, "enforce"); enforce && !rule.enforce) {
      rule.enforce = read_instant(directive, *enforce);
    } else if (const auto closed = Directive::value_of(word, "closed"); closed && !rule.closed) {
      rule.closed = read_instant(directive, *closed);
    } else {
      directive.fail_parameter(word);
    }
  }
  const std::string problem = policy::rule_problem(rule);
  if (!problem.empty()) directive.fail(problem + " (\"vneid_policy\")");
  given = rule;
}

void parse_on_failure(const Directive& directive, ServerConf& conf) {
  directive.refuse_duplicate(conf.on_failure.has_value());
  policy::OnFailure rule;
  for (std::size_t i = 0; i < directive.size(); ++i) {
    const auto word = directive.word(i);
    if (const auto notice = Directive::value_of(word, "notice")) {
      rule.notice_open = read_open(directive, *notice);
    } else if (const auto enforce = Directive::value_of(word, "enforce")) {
      rule.enforce_open = read_open(directive, *enforce);
    } else {
      directive.fail_parameter(word);
    }
  }
  conf.on_failure = rule;
}

void parse_rehearsal(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.rehearsal.has_value());
  conf.rehearsal = directive.on_or_off();
}

void parse_clock(const Directive& directive, MainConf& conf) {
  directive.refuse_duplicate(conf.clock_at.has_value());
  conf.clock_at = directive.position();
  policy::RehearsalClock clock;
  clock.instant = read_instant(directive, directive.word(0));
  clock.set_at = machine_clock();
  if (directive.size() == 2) {
    if (directive.word(1) != "stopped") directive.fail_parameter(directive.word(1));
    clock.stopped = true;
  }
  conf.settings->clock = clock;
}

}  // namespace vneid::ngx
