#include "module/loop/ngx_event_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace vneid::ngx {

namespace {

[[nodiscard]] bool wants_read(Interest interest) noexcept { return interest != Interest::write; }
[[nodiscard]] bool wants_write(Interest interest) noexcept { return interest != Interest::read; }

}  // namespace

NgxEventLoop::NgxEventLoop(ngx_log_t* log) noexcept : log_(log) {
  static_assert(offsetof(EventIdentity, fd) == offsetof(ngx_connection_t, fd));
  pump_.handler = on_posted;
  pump_.data = this;
  pump_.log = log;
  hold_.handler = on_hold;
  hold_.data = &identity_;
  hold_.log = log;
  // Posted from outside of event processing (init_process), so for the first turn.
  post_next(pump_);
}

NgxEventLoop::~NgxEventLoop() {
  if (pump_.posted) {
    ngx_delete_posted_event(&pump_);
  }
  if (hold_.timer_set) {
    ngx_del_timer(&hold_);
  }
}

Monotonic NgxEventLoop::now() const noexcept { return std::chrono::steady_clock::now(); }

Wall NgxEventLoop::wall_now() const noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

bool NgxEventLoop::leaving() const noexcept { return ngx_exiting || ngx_terminate; }

// File descriptors. A watch is one borrowed ngx_connection_t for as long as anybody waits for its
// descriptor; the descriptor itself belongs to the library that opened it.

NgxEventLoop::Watch& NgxEventLoop::watch(int fd) {
  auto found = watches_.find(fd);
  if (found != watches_.end()) return *found->second;
  auto fresh = std::make_unique<Watch>();
  ngx_connection_t* connection = ngx_get_connection(fd, log_);
  if (connection == nullptr) throw LoopExhausted();
  fresh->loop = this;
  fresh->connection = connection;
  connection->data = fresh.get();
  connection->idle = 1;  // a worker that begins to leave tells idle connections (code-models §2.3)
  connection->read->log = connection->write->log = log_;
  connection->read->handler = connection->write->handler = on_io;
  auto& kept = *fresh;
  try {
    watches_.emplace(fd, std::move(fresh));
  } catch (...) {
    ngx_free_connection(connection);
    connection->fd = static_cast<ngx_socket_t>(-1);
    throw;
  }
  return kept;
}

void* NgxEventLoop::start_io(IoWait& wait, int fd, Interest interest) {
  Watch& target = watch(fd);
  auto slot = std::make_unique<IoSlot>(IoSlot{&wait, fd, interest, ++sequence_});
  try {
    target.slots.insert(slot.get());
  } catch (...) {
    if (target.slots.empty()) release(target);
    throw;
  }
  if (!update_interest(target)) {
    stop_io(wait, slot.release());
    throw LoopExhausted();
  }
  return slot.release();
}

void NgxEventLoop::stop_io(IoWait& /*wait*/, void* slot) noexcept {
  const std::unique_ptr<IoSlot> owner(static_cast<IoSlot*>(slot));
  Watch& target = *watches_.find(owner->fd)->second;
  target.slots.erase(owner.get());
  static_cast<void>(update_interest(target));
  if (target.slots.empty()) release(target);
}

/// Level-triggered, and only while somebody waits: an edge would be lost between a library's
/// partial read and the next wait, and a level with nobody waiting would spin (code-models §2.4).
bool NgxEventLoop::update_interest(const Watch& watch) const noexcept {
  const auto any = [&watch](bool (*wants)(Interest) noexcept) {
    return std::ranges::any_of(watch.slots,
                               [wants](const IoSlot* slot) { return wants(slot->interest); });
  };
  const auto update = [](ngx_event_t* event, bool wanted, ngx_int_t kind) {
    if (wanted == static_cast<bool>(event->active)) return true;
    if (wanted) return ngx_add_event(event, kind, NGX_LEVEL_EVENT) == NGX_OK;
    return ngx_del_event(event, kind, 0) == NGX_OK;  // 0: the descriptor stays open
  };
  const bool read = update(watch.connection->read, any(wants_read), NGX_READ_EVENT);
  const bool write = update(watch.connection->write, any(wants_write), NGX_WRITE_EVENT);
  return read && write;
}

void NgxEventLoop::release(Watch& watch) noexcept {
  ngx_connection_t* connection = watch.connection;
  if (connection->read->posted) {
    ngx_delete_posted_event(connection->read);
  }
  if (connection->write->posted) {
    ngx_delete_posted_event(connection->write);
  }
  const int fd = connection->fd;
  ngx_free_connection(connection);  // indexes by fd, so fd is forgotten after it
  connection->fd = static_cast<ngx_socket_t>(-1);
  watches_.erase(fd);
}

void NgxEventLoop::on_io(ngx_event_t* event) noexcept {
  auto* connection = static_cast<ngx_connection_t*>(event->data);
  Watch& target = *static_cast<Watch*>(connection->data);
  NgxEventLoop& loop = *target.loop;
  const bool closing = connection->close;
  // ngx_close_idle_connections calls this outside of event processing, where a posted event would
  // wait for the next timer. So the news is told in the next turn.
  if (closing && !connection->error && !target.told_closing) {
    target.told_closing = true;
    loop.post_next(*connection->read);
    return;
  }
  connection->close = 0;
  loop.fire_ready(connection->fd, !event->write, event->write, closing);
}

/// Calls every wait that was armed before now and that the readiness concerns. Each may withdraw
/// others, close the descriptor, or arm anew; so the set is looked up again each time.
void NgxEventLoop::fire_ready(int fd, bool read, bool write, bool closing) noexcept {
  const std::uint64_t until = sequence_;
  for (;;) {
    auto found = watches_.find(fd);
    if (found == watches_.end()) return;
    const auto& slots = found->second->slots;
    auto due = std::ranges::find_if(slots, [&](const IoSlot* slot) {
      return slot->armed_at <= until && (closing || (read && wants_read(slot->interest)) ||
                                         (write && wants_write(slot->interest)));
    });
    if (due == slots.end()) return;
    IoWait& wait = *(*due)->wait;
    stop_io(wait, *due);
    fire(wait,
         closing ? Readiness{.closing = true} : Readiness{.readable = read, .writable = write});
  }
}

// Timers.

void* NgxEventLoop::start_timer(TimerWait& wait, Monotonic when) {
  auto slot = std::make_unique<TimerSlot>();
  slot->event.handler = on_timer;
  slot->event.data = &slot->identity;
  slot->event.log = log_;
  slot->event.cancelable = wait.kind() == TimerKind::background;
  slot->loop = this;
  slot->wait = &wait;
  slot->when = when;
  schedule(*slot);
  return slot.release();
}

void NgxEventLoop::schedule(TimerSlot& slot) noexcept {
  constexpr Milliseconds longest = std::chrono::hours{24};
  const auto left = std::chrono::ceil<Milliseconds>(slot.when - now());
  // At least one: ngx_event_expire_timers runs until nothing is due, so that timers of zero which
  // arm each other would hold the loop for ever.
  const auto wait = std::clamp(left, Milliseconds{1}, longest);
  ngx_add_timer(&slot.event, static_cast<ngx_msec_t>(wait.count()));
}

void NgxEventLoop::stop_timer(TimerWait& /*wait*/, void* slot) noexcept {
  const std::unique_ptr<TimerSlot> owner(static_cast<TimerSlot*>(slot));
  if (owner->event.timer_set) {
    ngx_del_timer(&owner->event);
  }
}

void NgxEventLoop::on_timer(ngx_event_t* event) noexcept {
  static_assert(offsetof(TimerSlot, identity) == 0);
  auto* slot = static_cast<TimerSlot*>(event->data);
  // nginx counts from the time it cached before the last handlers ran, so it can be early.
  if (slot->when > slot->loop->now()) {
    slot->loop->schedule(*slot);
    return;
  }
  const std::unique_ptr<TimerSlot> owner(slot);
  fire(*owner->wait);
}

// Posted items.

void NgxEventLoop::enqueue(Posted& item) noexcept {
  posted_.push(item);
  if (pump_.posted) return;
  if (pumping_) {
    post_next(pump_);  // ngx_posted_events runs until it is empty: reposting there would starve
    return;
  }
  ngx_post_event(&pump_, &ngx_posted_events);
}

void NgxEventLoop::on_posted(ngx_event_t* event) noexcept {
  auto& loop = *static_cast<NgxEventLoop*>(event->data);
  loop.pumping_ = true;
  loop.posted_.run_once();
  loop.pumping_ = false;
}

/// A worker that leaves exits between two turns unless a timer holds it; what is posted for the
/// next turn must hold it too.
void NgxEventLoop::post_next(ngx_event_t& event) noexcept {
  ngx_post_event(&event, &ngx_posted_next_events);
  if (!hold_.timer_set) {
    ngx_add_timer(&hold_, 1);
  }
}

void NgxEventLoop::on_hold(ngx_event_t* /*event*/) noexcept {}

}  // namespace vneid::ngx
