#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "session/session.hpp"

namespace vneid {

/// A session as the text that is sealed, and back. Nothing when the text is not one of these:
/// sessions of another version of the module count as absent.
std::string to_text(const Session& session);
std::optional<Session> session_of(std::string_view text);

}  // namespace vneid
