#include "population/source.hpp"

#include <chrono>
#include <expected>
#include <string>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "net/unavailable.hpp"
#include "population/answer.hpp"
#include "population/circuit_breaker.hpp"
#include "population/facade.hpp"
#include "population/limits.hpp"
#include "population/request.hpp"
#include "text/date.hpp"

namespace vneid::population {

namespace {

/// After how long a worker with too many calls may be tried again.
constexpr Milliseconds busy_pause{1'000};

/// One of the worker's places for calls, while it lives.
class Place {
 public:
  explicit Place(unsigned& taken) noexcept : taken_(taken) { ++taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { --taken_; }

 private:
  unsigned& taken_;
};

}  // namespace

class Source::Impl {
 public:
  Impl(EventLoop& loop, http::Sender& http, redis::Database& redis,
       std::shared_ptr<const crypto::KeyRing> keys, Settings settings)
      : loop_(loop),
        http_(http),
        settings_(std::move(settings)),
        limits_(redis, std::move(keys), settings_),
        breaker_(settings_.circuit_failures, settings_.circuit_pause) {}

  Task<Answer> ask(Question question) {
    http::OutgoingRequest request = make_request(
        settings_, question, crypto::hex(crypto::random_bytes(request_id_bytes)), loop_.wall_now());
    request.max_body = max_answer_size;
    request.observer = settings_.observer;
    // First of all, so that nobody loses a token to an outage. It holds a probe's turn until the
    // question is answered, found needless, or abandoned.
    auto permit = breaker_.enter(loop_.now());
    if (!permit) unavailable("not asked: its last answers were failures");
    if (in_flight_ >= settings_.in_flight) {
      co_return Limited{Limited::Who::deployment, busy_pause};
    }
    const Place place{in_flight_};
    const Admission admission = co_await limits_.admit(question);
    if (admission.limited) co_return *admission.limited;
    if (admission.known) co_return NoMatch{};
    const Finding finding = co_await find(std::move(request), std::move(*permit));
    const auto answer = judge(settings_, question, finding);
    if (!answer) unavailable(answer.error().text);
    if (std::holds_alternative<NoMatch>(*answer)) {
      co_await remember_no_match(std::move(question));
    }
    co_return *answer;
  }

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] Circuit circuit() const noexcept { return breaker_.state(); }

 private:
  static constexpr std::size_t request_id_bytes = 16;

  [[noreturn]] void unavailable(const std::string& cause) const {
    throw Unavailable{Unavailable::Dependency::population,
                      "population database " + settings_.name + ": " + cause};
  }

  Task<Finding> find(http::OutgoingRequest request, CircuitBreaker::Permit permit) {
    std::expected<Finding, Unusable> finding = std::unexpected{Unusable{}};
    try {
      const http::IncomingResponse response = co_await http_.send(std::move(request));
      finding = read_answer(settings_, response.status, response.body,
                            text::year_in_vietnam(loop_.wall_now()));
    } catch (const http::ExchangeFailed& failure) {
      finding = std::unexpected{Unusable{.text = failure.what()}};
    }
    if (finding || finding.error().service_works) {
      permit.succeeded();
    } else {
      permit.failed(loop_.now());
    }
    if (!finding) unavailable(finding.error().text);
    co_return std::move(*finding);
  }

  /// Without it the answer is as good: the next one costs a call, that is all.
  Task<void> remember_no_match(Question question) {
    try {
      co_await limits_.remember_no_match(std::move(question));
    } catch (const Unavailable&) {  // NOLINT(bugprone-empty-catch)
    }
  }

  EventLoop& loop_;
  http::Sender& http_;
  Settings settings_;
  Limits limits_;
  CircuitBreaker breaker_;
  unsigned in_flight_ = 0;
};

Source::Source(EventLoop& loop, http::Sender& http, redis::Database& redis,
               std::shared_ptr<const crypto::KeyRing> keys, Settings settings)
    : impl_(std::make_unique<Impl>(loop, http, redis, std::move(keys), std::move(settings))) {}

Source::~Source() = default;

Task<Answer> Source::ask(Question question) { return impl_->ask(std::move(question)); }

const Settings& Source::settings() const noexcept { return impl_->settings(); }

Circuit Source::circuit() const noexcept { return impl_->circuit(); }

}  // namespace vneid::population
