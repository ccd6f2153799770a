#include "session/kept_posts.hpp"

#include "crypto/digest.hpp"

namespace vneid {

namespace {

std::string name_of(const std::string& id, const std::string& browser) {
  return crypto::hex(crypto::sha256(browser + '.' + id));
}

}  // namespace

Task<void> KeptPosts::keep(const std::string& id, const std::string& browser, KeptPost post,
                           std::chrono::seconds time) {
  return store_.keep(name_of(id, browser), std::move(post), time);
}

Task<std::optional<KeptPost>> KeptPosts::find(std::string id, std::string browser,
                                              PortalName portal) {
  auto post = co_await store_.find(name_of(id, browser));
  if (post && post->portal != portal) post.reset();
  co_return post;
}

}  // namespace vneid
