#include "net/http/client.hpp"

#include <algorithm>

#include "net/http/multi.hpp"
#include "net/http/transfer.hpp"

namespace vneid::http {

std::string_view IncomingResponse::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find(headers, name, &Header::first);
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

class Client::Impl {
 public:
  explicit Impl(EventLoop& loop) : multi_(loop) {}
  Multi multi_;
};

Client::Client(EventLoop& loop) : impl_(std::make_unique<Impl>(loop)) {}

Client::~Client() = default;

Task<IncomingResponse> Client::send(OutgoingRequest request) {
  Multi& multi = impl_->multi_;
  const CallTimer timer{request.observer, multi.loop()};
  try {
    Transfer transfer{multi.loop(), std::move(request)};
    multi.add(transfer);
    // From here on the client may be gone.
    co_await transfer.finished();
    IncomingResponse response = transfer.take();
    if (response.status < 500) {
      timer.answered();
    } else {
      timer.failed(FailureKind::protocol);
    }
    co_return response;
  } catch (const ExchangeFailed& failure) {
    timer.failed(failure.kind());
    throw;
  }
}

void Client::close() noexcept { impl_->multi_.close(); }

}  // namespace vneid::http
