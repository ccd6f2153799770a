#pragma once

#include "metrics/metrics.hpp"
#include "pages/error_kind.hpp"

/// What the flows tell people, in the words of the metrics.
namespace vneid::flows {

metrics::Refusal refusal_of(pages::ErrorKind kind) noexcept;

/// How a callback ended that ends with this page.
metrics::Callback callback_of(pages::ErrorKind kind) noexcept;

}  // namespace vneid::flows
