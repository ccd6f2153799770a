#include "async/event_loop.hpp"

namespace vneid {

namespace {

void link_before(PostedLink& position, PostedLink& item) noexcept {
  item.next_ = &position;
  item.previous_ = position.previous_;
  position.previous_->next_ = &item;
  position.previous_ = &item;
}

void unlink_from_ring(PostedLink& item) noexcept {
  item.previous_->next_ = item.next_;
  item.next_->previous_ = item.previous_;
  item.next_ = item.previous_ = nullptr;
}

}  // namespace

void IoWait::arm(int fd, Interest interest) {
  disarm();
  slot_ = loop_.start_io(*this, fd, interest);
}

void IoWait::disarm() noexcept {
  if (slot_ == nullptr) return;
  void* slot = slot_;
  slot_ = nullptr;
  loop_.stop_io(*this, slot);
}

void TimerWait::arm(Monotonic when) {
  disarm();
  slot_ = loop_.start_timer(*this, when);
}

void TimerWait::disarm() noexcept {
  if (slot_ == nullptr) return;
  void* slot = slot_;
  slot_ = nullptr;
  loop_.stop_timer(*this, slot);
}

void Posted::post() noexcept {
  if (!posted()) loop_.enqueue(*this);
}

void Posted::withdraw() noexcept { PostedQueue::unlink(*this); }

PostedQueue::PostedQueue() noexcept { ring_.next_ = ring_.previous_ = &ring_; }

void PostedQueue::push(Posted& item) noexcept { link_before(ring_, item); }

bool PostedQueue::empty() const noexcept { return ring_.next_ == &ring_; }

void PostedQueue::run_once() noexcept {
  // A marker bounds the turn: items may destroy each other, so no snapshot of pointers is safe.
  PostedLink marker;
  link_before(ring_, marker);
  while (ring_.next_ != &marker) {
    auto& item = static_cast<Posted&>(*ring_.next_);
    unlink_from_ring(item);
    item.run();
  }
  unlink_from_ring(marker);
}

void PostedQueue::unlink(Posted& item) noexcept {
  if (item.posted()) unlink_from_ring(item);
}

}  // namespace vneid
