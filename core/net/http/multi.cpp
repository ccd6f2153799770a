#include "net/http/multi.hpp"

#include <algorithm>
#include <exception>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "net/http/transfer.hpp"

namespace vneid::http {

namespace {

constexpr std::size_t most_transfers = 1000;
constexpr std::chrono::seconds idle_connections_kept{60};

/// libcurl counts global initialisations; this one is kept to the end of the process, because
/// resolver threads may still run.
void initialise_curl() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw ExchangeFailed("libcurl could not be initialised");
}

}  // namespace

/// One of libcurl's sockets, and what libcurl wants of it. The loop is given a duplicate of the
/// descriptor, because libcurl 7.88 closes a socket that is still connecting without telling so
/// before: its number would then be registered while it is nobody's, or already another socket's
/// (code-models.md §2.4).
class Multi::Watch final : public IoWait {
 public:
  Watch(Multi& multi, curl_socket_t fd) noexcept : IoWait(multi.loop_), multi_(multi), fd_(fd) {}
  virtual ~Watch() {
    disarm();
    if (duplicate_ >= 0) ::close(duplicate_);
  }

  [[nodiscard]] CURL* user() const noexcept { return user_; }

  void want(CURL* user, int what) noexcept {
    user_ = user;
    disarm();
    interest_ = what == CURL_POLL_INOUT ? Interest::read_write
                : what == CURL_POLL_IN  ? Interest::read
                                        : Interest::write;
  }
  void start() {
    if (armed()) return;
    if (duplicate_ < 0) duplicate_ = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
    if (duplicate_ < 0) throw LoopExhausted();
    arm(duplicate_, interest_);
  }

 private:
  void ready(Readiness readiness) noexcept override {
    int events = 0;
    if (readiness.readable) events |= CURL_CSELECT_IN;
    if (readiness.writable) events |= CURL_CSELECT_OUT;
    multi_.act(fd_, events);  // may have destroyed this watch
  }

  Multi& multi_;
  curl_socket_t fd_;
  int duplicate_ = -1;
  CURL* user_ = nullptr;
  Interest interest_ = Interest::read;
};

Multi::Multi(EventLoop& loop) : loop_(loop) {
  initialise_curl();
  open();
}

Multi::~Multi() { close(); }

void Multi::open() {
  handle_.reset(curl_multi_init());
  if (!handle_) throw ExchangeFailed("libcurl has no memory");
  CURLM* multi = handle_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 16L);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 32L);
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 64L);
}

void Multi::add(Transfer& transfer) {
  if (closed_) throw ExchangeFailed("the HTTP client is closed");
  if (running_.size() >= most_transfers) throw ExchangeFailed("too many HTTP exchanges at once");
  if (!handle_) open();
  idle_timer_.disarm();
  running_.insert(&transfer);
  const CURLMcode result = curl_multi_add_handle(handle_.get(), transfer.handle());
  if (result != CURLM_OK) {
    running_.erase(&transfer);
    throw ExchangeFailed(curl_multi_strerror(result));
  }
  transfer.runs_in(this);
}

void Multi::remove(Transfer& transfer) noexcept {
  release(transfer);
  // Another transfer may have been waiting for this one's connection.
  watch_sockets();
  rest_if_idle();
}

void Multi::close() noexcept {
  closed_ = true;
  while (!running_.empty()) {
    Transfer& transfer = **running_.begin();
    remove(transfer);
    transfer.fail("the HTTP client is closed");
  }
  close_idle_connections();
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libcurl's signature
int Multi::on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* /*watch*/) noexcept {
  auto& multi = *static_cast<Multi*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.watches_.erase(fd);
    multi.last_removed_ = easy;
    return 0;
  }
  try {
    auto& watch = multi.watches_[fd];
    if (!watch) watch = std::make_unique<Watch>(multi, fd);
    watch->want(easy, what);
    multi.to_watch_.push_back(fd);
  } catch (const std::exception&) {
    return -1;  // no memory: libcurl gives up what runs
  }
  return 0;
}

int Multi::on_timer(CURLM* /*handle*/, long timeout_ms, void* self) noexcept {
  auto& multi = *static_cast<Multi*>(self);
  try {
    if (timeout_ms < 0) {
      multi.timer_.disarm();
    } else {
      multi.timer_.arm(multi.loop_.now() + Milliseconds{timeout_ms});
    }
  } catch (const std::exception&) {
    return -1;
  }
  return 0;
}

void Multi::act(curl_socket_t fd, int events) noexcept {
  to_watch_.push_back(fd);  // one-shot: armed again unless libcurl lets go of it
  int running = 0;
  if (events != 0 || fd == CURL_SOCKET_TIMEOUT) {
    curl_multi_socket_action(handle_.get(), fd, events, &running);
  }
  take_stock();
}

void Multi::take_stock() noexcept {
  collect();
  watch_sockets();
  nudge_if_stranded();
  rest_if_idle();
}

void Multi::nudge_if_stranded() noexcept {
  CURL* const stranded = std::exchange(last_removed_, nullptr);
  if (std::ranges::find(running_, stranded, &Transfer::handle) == running_.end()) return;
  const auto serves = [stranded](const auto& watch) { return watch.second->user() == stranded; };
  // libcurl before 8.4 gives up an address that does not answer, and goes on to the next one only
  // when it is called again, for which it sets no timer (curl issue 11920).
  if (std::ranges::none_of(watches_, serves)) nudge_.post();
}

void Multi::run_all() noexcept {
  if (running_.empty()) return;
  int running = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // discouraged for its cost alone
  curl_multi_socket_all(handle_.get(), &running);
#pragma GCC diagnostic pop
  take_stock();
}

void Multi::act_on_time() noexcept { act(CURL_SOCKET_TIMEOUT, 0); }

void Multi::collect() noexcept {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handle_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;  // the message dies with `remove`
    Transfer& transfer = Transfer::of(message->easy_handle);
    release(transfer);
    transfer.finish(result);
  }
}

void Multi::watch_sockets() noexcept {
  // Failing a transfer may make libcurl start another one, which wants sockets of its own.
  while (!to_watch_.empty()) {
    const curl_socket_t fd = to_watch_.back();
    to_watch_.pop_back();
    auto found = watches_.find(fd);
    if (found == watches_.end()) continue;
    try {
      found->second->start();
    } catch (const std::exception&) {
      fail_user(found->second->user());
    }
  }
}

void Multi::fail_user(CURL* user) noexcept {
  auto found = std::ranges::find(running_, user, &Transfer::handle);
  if (found == running_.end()) return;
  Transfer& transfer = **found;
  release(transfer);
  transfer.fail("the worker has no free connection slot");
}

void Multi::release(Transfer& transfer) noexcept {
  running_.erase(&transfer);
  transfer.runs_in(nullptr);
  curl_multi_remove_handle(handle_.get(), transfer.handle());
}

void Multi::rest_if_idle() noexcept {
  if (!running_.empty()) return;
  timer_.disarm();
  nudge_.withdraw();
  if (loop_.leaving()) {
    close_idle_connections();
  } else if (handle_) {
    idle_timer_.arm(loop_.now() + idle_connections_kept);
  }
}

void Multi::close_idle_connections() noexcept {
  // libcurl has no call for it but this; only while nothing runs.
  idle_timer_.disarm();
  handle_.reset();
  watches_.clear();
}

}  // namespace vneid::http
