#include "session/kept_posts.hpp"

#include "crypto/digest.hpp"
#include "session/json.hpp"
#include "session/store_reply.hpp"

namespace vneid {

namespace {

constexpr const char* purpose = "kept-post";

std::string name_of(const std::string& id, const std::string& browser) {
  return crypto::hex(crypto::sha256(browser + '.' + id));
}

}  // namespace

Task<void> KeptPosts::keep(std::string id, std::string browser, KeptPost post) {
  const std::string name = name_of(id, browser);
  json::Writer writer;
  writer.bytes("portal", post.portal).bytes("target", post.target).bytes("body", post.body);
  redis::Command command{"SET", redis_.key("post:" + name),
                         keys_->seal(purpose, name, writer.str()), "EX",
                         std::to_string(lifetime.count())};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
}

Task<std::optional<KeptPost>> KeptPosts::find(std::string id, std::string browser,
                                              std::string portal) {
  const std::string name = name_of(id, browser);
  redis::Command command{"GET", redis_.key("post:" + name)};
  redis::Reply reply = co_await redis_.call(std::move(command));
  require_answer(reply);
  if (reply.type != redis::Reply::Type::string) co_return std::nullopt;
  const auto text = keys_->open(purpose, name, reply.text);
  if (!text) co_return std::nullopt;
  json::Reader reader{*text};
  KeptPost post;
  post.portal = reader.bytes("portal");
  post.target = reader.bytes("target");
  post.body = reader.bytes("body");
  if (!reader.good() || post.portal != portal) co_return std::nullopt;
  co_return post;
}

}  // namespace vneid
