#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis/answer.hpp"
#include "net/redis/database.hpp"
#include "session/fields.hpp"

namespace vneid {

/// Values of one kind in Redis, sealed, each under an id that the caller derives from secrets.
/// Redis away: Unavailable. What does not open counts as absent.
template <class T>
class SealedStore {
 public:
  /// `kind`: a literal; names the values in Redis ("post:…") and among what is sealed.
  SealedStore(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys, const char* kind)
      : redis_(redis), keys_(std::move(keys)), kind_(kind) {}

  /// The command that keeps a value, for a transaction of several.
  [[nodiscard]] redis::Command keeping(const std::string& id, const T& value,
                                       std::chrono::seconds lifetime) const {
    return {"SET", key(id), keys_->seal(kind_, id, sealed::to_text(value)), "EX",
            std::to_string(lifetime.count())};
  }
  Task<void> keep(std::string id, T value, std::chrono::seconds lifetime) const {
    auto command = keeping(id, value, lifetime);
    require_answer(co_await redis_.call(std::move(command)));
  }
  Task<std::optional<T>> find(std::string id) const { return read("GET", std::move(id)); }
  /// Takes it out; only one caller ever gets it.
  Task<std::optional<T>> take(std::string id) const { return read("GETDEL", std::move(id)); }

 private:
  [[nodiscard]] std::string key(const std::string& id) const {
    return redis_.key(std::string{kind_} + ':' + id);
  }
  Task<std::optional<T>> read(std::string verb, std::string id) const {
    redis::Command command{std::move(verb), key(id)};
    const redis::Reply reply = co_await redis_.call(std::move(command));
    require_answer(reply);
    if (reply.type != redis::Reply::Type::string) co_return std::nullopt;
    const auto text = keys_->open(kind_, id, reply.text);
    co_return text ? sealed::from_text<T>(*text) : std::nullopt;
  }

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  const char* kind_;
};

}  // namespace vneid
