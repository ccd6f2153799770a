#include "population/limits.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/digest.hpp"
#include "net/redis/answer.hpp"
#include "net/unavailable.hpp"
#include "population/request.hpp"

namespace vneid::population {

namespace {

constexpr const char* purpose = "population-limit";

// A bucket is its level and the instant it was right. Levels are counted in tokens times the
// period, so that everything is a whole number: a millisecond brings `tokens`, a call costs the
// period. A key expires when its bucket is full, as an absent one is.
// KEYS: the known answer, the deployment's bucket, the citizen's. ARGV: tokens, period and burst of
// each bucket. Answers which bucket is empty longest (0: none) and for how many milliseconds, or
// whether the answer is known.
constexpr const char* script = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('EXISTS', KEYS[1])
local levels, empty, wait = {}, 0, 0
for i = 1 + known, #KEYS - 1 do
  local tokens = tonumber(ARGV[3 * i - 2])
  local period = tonumber(ARGV[3 * i - 1])
  local level = tonumber(ARGV[3 * i]) * period
  local kept = redis.call('HMGET', KEYS[i + 1], 'level', 'at')
  if kept[1] and kept[2] then
    level = math.min(level, kept[1] + math.max(0, now - kept[2]) * tokens)
  end
  levels[i] = level
  local missing = math.ceil((period - level) / tokens)
  if missing > wait then empty, wait = i, missing end
end
if empty > 0 then return {empty, wait} end
for i = 1 + known, #KEYS - 1 do
  local tokens = tonumber(ARGV[3 * i - 2])
  local period = tonumber(ARGV[3 * i - 1])
  local level = levels[i] - period
  local full_in = math.ceil((tonumber(ARGV[3 * i]) * period - level) / tokens)
  redis.call('HSET', KEYS[i + 1], 'level', string.format('%.0f', level),
             'at', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[i + 1], string.format('%.0f', full_in))
end
return {0, known}
)lua";

void add_rate(std::vector<std::string>& arguments, const Rate& rate) {
  arguments.push_back(std::to_string(std::max(rate.tokens, 1U)));
  arguments.push_back(std::to_string(std::max(rate.period, Milliseconds{1}).count()));
  arguments.push_back(std::to_string(std::max(rate.burst, 1U)));
}

Admission admission_of(const redis::Reply& reply) {
  require_answer(reply);
  const auto& told = reply.elements;
  if (told.size() != 2) {
    throw Unavailable(Unavailable::Dependency::redis, "redis does not know how to limit");
  }
  Admission admission;
  if (told[0].integer == 0) {
    admission.known = told[1].integer == 1;
  } else {
    const bool deployment = told[0].integer == 1;
    admission.limited = Limited{
        .who = deployment ? Limited::Who::deployment : Limited::Who::citizen,
        .retry_after = Milliseconds{told[1].integer},
    };
  }
  return admission;
}

}  // namespace

Limits::Limits(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys,
               const Settings& settings)
    : redis_(redis), keys_(std::move(keys)), settings_(settings) {}

std::string Limits::key(const std::string& kind, const std::string& value) const {
  const std::string hash = crypto::hex(keys_->lookup_key(purpose, kind + ':' + value));
  return redis_.key("population:" + settings_.name + ":" + kind + ":" + hash);
}

std::string Limits::known_key(const Question& question) const {
  std::string whole = integration_code(settings_.service);
  for (const std::string& part :
       {question.number ? question.number->digits() : std::string{},
        question.cmnd ? question.cmnd->digits() : std::string{}, asked_name(question),
        question.birth_date ? question.birth_date->to_text() : std::string{}}) {
    whole += '|' + part;
  }
  return key("nobody", whole);
}

redis::Command Limits::command(const Question& question) const {
  std::vector<std::string> keys{known_key(question),
                                redis_.key("population:" + settings_.name + ":all"),
                                key("asker", question.asker)};
  if (question.number) keys.push_back(key("number", question.number->digits()));
  if (question.cmnd) keys.push_back(key("cmnd", question.cmnd->digits()));
  const std::size_t citizen_buckets = keys.size() - 2;
  redis::Command command{"EVAL", script, std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  add_rate(command, settings_.rate);
  for (std::size_t i = 0; i < citizen_buckets; ++i) add_rate(command, settings_.citizen_rate);
  return command;
}

Task<Admission> Limits::admit(Question question) {
  redis::Reply reply = co_await redis_.call(command(question));
  co_return admission_of(reply);
}

Task<void> Limits::remember_no_match(Question question) {
  redis::Command set{"SET", known_key(question), "1", "PX",
                     std::to_string(no_match_lifetime.count())};
  const redis::Reply reply = co_await redis_.call(std::move(set));
  require_answer(reply);
}

}  // namespace vneid::population
