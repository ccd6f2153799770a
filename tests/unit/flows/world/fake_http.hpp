#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/http/sender.hpp"
#include "unit/flows/world/pauses.hpp"

namespace vneid::test {

/// Answers by URL; without an answer nobody is there.
class FakeHttp final : public http::Sender {
 public:
  FakeHttp(EventLoop& loop, Pauses& pauses) : loop_(loop), pauses_(pauses) {}

  Task<http::IncomingResponse> send(http::OutgoingRequest request) override {
    co_await pauses_.here();
    const auto found = answers.find(request.url);
    if (found == answers.end()) throw http::ExchangeFailed("refused", FailureKind::refused);
    sent.push_back(std::move(request));
    if (slowness.count() > 0) co_await sleep_for(loop_, slowness);
    co_await pauses_.here();
    co_return found->second;
  }

  std::map<std::string, http::IncomingResponse> answers;
  std::vector<http::OutgoingRequest> sent;

  Milliseconds slowness{0};

 private:
  EventLoop& loop_;
  Pauses& pauses_;
};

}  // namespace vneid::test
