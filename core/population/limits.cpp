#include "population/limits.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "certain.hpp"
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
// KEYS: the known answer, the buckets, marks. ARGV: how many buckets and how long a mark is kept;
// then tokens, period, burst and mark of each bucket: the position of a key, 0 for none. Where the
// mark is there the call costs that bucket nothing; else it is made (the known answer is not).
// Answers which bucket is empty longest (0: none) and for how many milliseconds, or whether the
// answer is known.
constexpr const char* script = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local buckets = tonumber(ARGV[1])
local levels, empty, wait = {}, 0, 0
local function given(i, what) return tonumber(ARGV[4 * i + what - 2]) end
for i = 1, buckets do
  local tokens, period, mark = given(i, 1), given(i, 2), given(i, 4)
  if mark == 0 or redis.call('EXISTS', KEYS[mark]) == 0 then
    local level = given(i, 3) * period
    local kept = redis.call('HMGET', KEYS[i + 1], 'level', 'at')
    if kept[1] and kept[2] then
      level = math.min(level, kept[1] + math.max(0, now - kept[2]) * tokens)
    end
    levels[i] = level
    local missing = math.ceil((period - level) / tokens)
    if missing > wait then empty, wait = i, missing end
  end
end
if empty > 0 then return {empty, wait} end
for i, before in pairs(levels) do
  local tokens, period, mark = given(i, 1), given(i, 2), given(i, 4)
  local level = before - period
  local full_in = math.ceil((given(i, 3) * period - level) / tokens)
  redis.call('HSET', KEYS[i + 1], 'level', string.format('%.0f', level),
             'at', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[i + 1], string.format('%.0f', full_in))
  if mark > 1 then redis.call('SET', KEYS[mark], '1', 'PX', ARGV[2]) end
end
return {0, redis.call('EXISTS', KEYS[1])}
)lua";

/// A number asked about once more within this time is no further number.
constexpr Milliseconds mark_lifetime{3'600'000};

void add_rate(std::vector<std::string>& arguments, const Rate& rate) {
  arguments.push_back(std::to_string(std::max(rate.tokens, 1U)));
  arguments.push_back(std::to_string(std::max(rate.period, Milliseconds{1}).count()));
  arguments.push_back(std::to_string(std::max(rate.burst, 1U)));
}

Admission admission_of(const redis::Reply& reply, const std::vector<Limits::Bucket>& buckets) {
  require_answer(reply);
  const auto& told = reply.elements;
  if (told.size() != 2) {
    throw Unavailable(Unavailable::Dependency::redis, "redis does not know how to limit");
  }
  Admission admission;
  if (told[0].integer == 0) {
    admission.known = told[1].integer == 1;
  } else {
    admission.limited = Limited{
        .who = buckets.at(static_cast<std::size_t>(told[0].integer) - 1).who,
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

std::vector<Limits::Bucket> Limits::buckets(const Question& question) const {
  using Who = Limited::Who;
  std::vector<Bucket> all;
  all.push_back({redis_.key("population:" + settings_.name + ":all"), settings_.rate,
                 known_key(question), Who::deployment});
  const auto citizen = [&](const char* kind, const std::string& value) {
    all.push_back({key(kind, value), settings_.citizen_rate, {}, Who::citizen});
  };
  citizen("asker", question.asker);
  if (question.number) citizen("number", question.number->digits());
  if (question.cmnd) citizen("cmnd", question.cmnd->digits());
  const std::string number =
      question.number ? question.number->digits() : certain(question.cmnd).digits();
  all.push_back({redis_.key("population:" + settings_.name + ":numbers"), settings_.numbers_rate,
                 key("asked", number), Who::deployment});
  if (!question.network.empty()) {
    all.push_back({key("network", question.network), settings_.address_rate,
                   key("asked-from", question.network + '|' + number), Who::network});
  }
  return all;
}

Task<Admission> Limits::admit(Question question) {
  const std::vector<Bucket> all = buckets(question);
  std::vector<std::string> keys{all.front().mark};
  std::vector<std::string> marks;
  std::vector<std::string> arguments{std::to_string(all.size()),
                                     std::to_string(mark_lifetime.count())};
  for (const Bucket& bucket : all) {
    keys.push_back(bucket.key);
    add_rate(arguments, bucket.rate);
    std::size_t mark = 0;
    if (bucket.mark == all.front().mark) {
      mark = 1;
    } else if (!bucket.mark.empty()) {
      marks.push_back(bucket.mark);
      mark = 1 + all.size() + marks.size();
    }
    arguments.push_back(std::to_string(mark));
  }
  keys.insert(keys.end(), marks.begin(), marks.end());
  redis::Command command{"EVAL", script, std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), arguments.begin(), arguments.end());
  const redis::Reply reply = co_await redis_.call(std::move(command));
  co_return admission_of(reply, all);
}

Task<void> Limits::remember_no_match(Question question) {
  redis::Command set{"SET", known_key(question), "1", "PX",
                     std::to_string(no_match_lifetime.count())};
  const redis::Reply reply = co_await redis_.call(std::move(set));
  require_answer(reply);
}

}  // namespace vneid::population
