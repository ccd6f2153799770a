#include "session/anonymous_quota.hpp"

#include <arpa/inet.h>
#include <utility>

#include "crypto/digest.hpp"
#include "net/redis/answer.hpp"

namespace vneid {

namespace {

constexpr const char* purpose = "anonymous-quota";

/// KEYS: what the address has, what all have. ARGV: bytes, the limit of each, the window in
/// milliseconds. An address that is over its share takes nothing of the others'.
constexpr const char* script = R"(
for i = 1, 2 do
  local kept = tonumber(redis.call('GET', KEYS[i]) or '0')
  if kept + tonumber(ARGV[1]) > tonumber(ARGV[i + 1]) then return 0 end
end
for i = 1, 2 do
  redis.call('INCRBY', KEYS[i], ARGV[1])
  if redis.call('PTTL', KEYS[i]) < 0 then redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
end
return 1)";

}  // namespace

std::string subscriber_of(std::string_view address) {
  std::string text{address};
  in6_addr parsed{};
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) return text.substr(text.rfind(':') + 1);
  for (std::size_t i = 8; i < 16; ++i) parsed.s6_addr[i] = 0;
  char prefix[INET6_ADDRSTRLEN] = {};
  return inet_ntop(AF_INET6, &parsed, prefix, sizeof prefix);
}

Task<bool> AnonymousQuota::admit(std::string address, std::size_t bytes) {
  const std::string name = crypto::hex(keys_->lookup_key(purpose, subscriber_of(address)));
  redis::Command command{
      "EVAL",
      script,
      "2",
      redis_.key("anonymous:" + name),
      redis_.key("anonymous:all"),
      std::to_string(bytes),
      std::to_string(limits_.address),
      std::to_string(limits_.total),
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(window).count())};
  const redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return reply.integer == 1;
}

}  // namespace vneid
