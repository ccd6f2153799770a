#include "net/redis/connection.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include "net/unavailable.hpp"

namespace vneid::redis {

bool is_numeric_address(const std::string& address) noexcept {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (address.empty() || ::getaddrinfo(address.c_str(), nullptr, &hints, &found) != 0) return false;
  ::freeaddrinfo(found);
  return true;
}

Connection::Connection(EventLoop& loop, Owner& owner, const Settings& settings)
    : IoWait(loop), Posted(loop), owner_(owner) {
  redisAsyncContext* context = settings.unix_path.empty()
                                   ? redisAsyncConnect(settings.address.c_str(), settings.port)
                                   : redisAsyncConnectUnix(settings.unix_path.c_str());
  if (context == nullptr) {
    throw Unavailable(Unavailable::Dependency::redis, "hiredis has no memory");
  }
  if (context->err != 0) {
    const std::string cause = context->errstr;
    redisAsyncFree(context);
    throw Unavailable(Unavailable::Dependency::redis, cause);
  }
  ::fcntl(context->c.fd, F_SETFD, FD_CLOEXEC);
  // Reading is always wanted once connected (that is how a server that leaves is noticed), so
  // hiredis is not asked about it.
  context->ev.data = this;
  context->ev.addWrite = &on_add_write;
  context->ev.delWrite = &on_delete_write;
  context->ev.cleanup = &on_cleanup;
  context_ = context;
  if (!watch()) {
    redisAsyncFree(context_);
    throw Unavailable(Unavailable::Dependency::redis, cause_);
  }
}

Connection::~Connection() {
  if (context_ != nullptr) redisAsyncFree(context_);  // on_cleanup withdraws the registration
}

bool Connection::send(const Command& command) {
  if (context_ == nullptr) return false;
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  arguments.reserve(command.size());
  lengths.reserve(command.size());
  for (const auto& argument : command) {
    arguments.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  const int status =
      redisAsyncCommandArgv(context_, &on_reply, this, static_cast<int>(command.size()),
                            arguments.data(), lengths.data());
  // hiredis 0.14 takes the first event for a finished connect, so nothing may be written before.
  if (status == REDIS_OK && connected_) Posted::post();
  return status == REDIS_OK;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): hiredis' signature
void Connection::on_reply(redisAsyncContext* /*context*/, void* reply, void* self) noexcept {
  // Without a reply the context is being freed; `lost` tells it for all commands together.
  if (reply == nullptr) return;
  auto& connection = *static_cast<Connection*>(self);
  if (!connection.give_up_cause_.empty()) return;
  connection.owner_.replied(*static_cast<const redisReply*>(reply));
}

void Connection::on_add_write(void* self) noexcept {
  static_cast<Connection*>(self)->wants_write_ = true;
}

void Connection::on_delete_write(void* self) noexcept {
  static_cast<Connection*>(self)->wants_write_ = false;
}

void Connection::on_cleanup(void* self) noexcept {
  // The last moment at which the descriptor is still open and ours (code-models.md §2.4).
  auto& connection = *static_cast<Connection*>(self);
  connection.IoWait::disarm();
  connection.Posted::withdraw();
  if (connection.cause_.empty()) connection.cause_ = connection.context_->c.errstr;
  connection.context_ = nullptr;
}

void Connection::ready(Readiness readiness) noexcept {
  // Each call into hiredis may free the context.
  if (readiness.writable && (wants_write_ || !connected_)) redisAsyncHandleWrite(context_);
  if (context_ != nullptr && readiness.readable) redisAsyncHandleRead(context_);
  settle();
}

void Connection::run() noexcept {
  redisAsyncHandleWrite(context_);
  settle();
}

void Connection::settle() noexcept {
  if (context_ != nullptr && !give_up_cause_.empty()) {
    cause_ = std::move(give_up_cause_);
    redisAsyncFree(context_);
  }
  if (context_ != nullptr) {
    connected_ = (context_->c.flags & REDIS_CONNECTED) != 0;
    if (!watch()) redisAsyncFree(context_);
  }
  if (context_ == nullptr) {
    const std::string cause = cause_.empty() ? "connection closed" : std::move(cause_);
    owner_.lost(cause);
    return;
  }
  owner_.settled();
}

bool Connection::watch() noexcept {
  const bool write = wants_write_ && !Posted::posted();  // a posted write tries first
  Interest wanted = write ? Interest::read_write : Interest::read;
  if (!connected_) wanted = Interest::write;
  if (IoWait::armed() && watched_ == wanted) return true;
  try {
    IoWait::arm(context_->c.fd, wanted);
  } catch (const std::exception& failure) {
    cause_ = failure.what();
    return false;
  }
  watched_ = wanted;
  return true;
}

}  // namespace vneid::redis
