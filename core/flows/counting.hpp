#pragma once

#include <exception>

#include "metrics/metrics.hpp"
#include "pages/error_kind.hpp"

/// What the flows tell people, in the words of the metrics.
namespace vneid {

metrics::Refusal refusal_of(pages::ErrorKind kind) noexcept;

/// How a callback ended that ends with this page.
metrics::Callback callback_of(pages::ErrorKind kind) noexcept;

/// The page of something that was thrown: Unavailable and LoopExhausted have their own, all else is
/// `internal`. Never null.
pages::ErrorKind error_kind_of(const std::exception_ptr& failure) noexcept;

}  // namespace vneid
