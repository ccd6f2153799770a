#pragma once

#include <exception>
#include <string>

#include "pages/error_kind.hpp"

namespace vneid::flows {

/// The page of something that was thrown: Unavailable and LoopExhausted have their own, a deadline
/// that passed is the provider's, all else is `internal`. Never null.
pages::ErrorKind error_kind_of(const std::exception_ptr& failure) noexcept;

/// Whether it says that a store was not set up for us: then nothing goes on that policy would let
/// go on in an outage (D21).
bool is_misconfiguration(const std::exception_ptr& failure) noexcept;

/// What the log says of it.
std::string cause_of(const std::exception_ptr& failure);

}  // namespace vneid::flows
