#pragma once

/// What Sessions has Redis do in one step.
namespace vneid::session_script {

/// KEYS: the sets of the session. ARGV: the prefixes of sessions and of hints, the session's id,
/// its text and milliseconds, its hint ('' for none), the longest life of it all in milliseconds,
/// how many sessions a set holds, then the ids of the browser's sessions before. Answers the ids of
/// those that had to make room.
/// A set is ordered by when its sessions end at the latest. So what it takes to begin one does not
/// grow with the sessions that there are. A set lives as long as the longest of them may.
inline constexpr const char* begin = R"(
for i = 9, #ARGV do redis.call('DEL', ARGV[1] .. ARGV[i], ARGV[2] .. ARGV[i]) end
redis.call('SET', ARGV[1] .. ARGV[3], ARGV[4], 'PX', ARGV[5])
if ARGV[6] ~= '' then redis.call('SET', ARGV[2] .. ARGV[3], ARGV[6], 'PX', ARGV[7]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ended = {}
for _, set in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', now))
  for i = 9, #ARGV do redis.call('ZREM', set, ARGV[i]) end
  redis.call('ZADD', set, string.format('%.0f', now + ARGV[7]), ARGV[3])
  while redis.call('ZCARD', set) > tonumber(ARGV[8]) do
    local oldest = redis.call('ZPOPMIN', set)[1]
    redis.call('DEL', ARGV[1] .. oldest, ARGV[2] .. oldest)
    table.insert(ended, oldest)
  end
  if redis.call('PTTL', set) < tonumber(ARGV[7]) then redis.call('PEXPIRE', set, ARGV[7]) end
end
return ended)";

/// KEYS: the set. ARGV: the prefixes of sessions and of hints. Answers how many sessions there
/// were, and the ids of the set: one may have been ended by somebody who has not forgotten it yet.
inline constexpr const char* end = R"(
local ended, ids = 0, redis.call('ZRANGE', KEYS[1], 0, -1)
for _, id in ipairs(ids) do
  ended = ended + redis.call('DEL', ARGV[1] .. id)
  redis.call('DEL', ARGV[2] .. id)
end
redis.call('DEL', KEYS[1])
return {ended, ids})";

}  // namespace vneid::session_script
