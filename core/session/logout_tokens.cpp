#include "session/logout_tokens.hpp"

#include <utility>

#include "crypto/digest.hpp"
#include "net/redis/answer.hpp"

namespace vneid {

std::string LogoutTokens::name(const std::string& issuer, const std::string& token_id) const {
  // No issuer, being a URL, holds a NUL: two pairs never make one text.
  return redis_.key("logout-token:") +
         crypto::hex(keys_->lookup_key("logout-token", issuer + '\0' + token_id));
}

Task<LogoutTokens::Use> LogoutTokens::claim(std::string issuer, std::string token_id,
                                            Wall good_until, Wall now) {
  if (good_until <= now) co_return Use::replayed;
  redis::Command command{
      "SET", name(issuer, token_id), "1", "NX", "PX", std::to_string((good_until - now).count())};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  co_return reply.is_nil() ? Use::replayed : Use::fresh;
}

Task<void> LogoutTokens::forget(std::string issuer, std::string token_id) {
  redis::Command command{"DEL", name(issuer, token_id)};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
}

}  // namespace vneid
