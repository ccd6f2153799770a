#pragma once

#include <optional>
#include <string>

#include "async/event_loop.hpp"
#include "net/http/sender.hpp"
#include "population/settings.hpp"
#include "population/source.hpp"

namespace vneid::population {

/// MaTichHop, the number under which a service is integrated: "037" or "033" (domain.md §3.1).
const char* integration_code(Settings::Service service) noexcept;

/// The question's CMND where the request carries it. Look-ups and the JSON façade take one number
/// only, and the 12-digit one goes first; verifying by SOAP takes both.
std::optional<identity::Cmnd> sent_cmnd(const Settings& settings, const Question& question);

/// The key by which the database is asked for a name. Throws std::invalid_argument when the
/// question has no number or a name without letters: whoever asks has checked them.
std::string asked_name(const Question& question);

/// The question as the source's profile wants it, with the headers that are configured:
/// Authorization (Basic, a password made of URL, user, instant and secret), Timestamp,
/// X-Road-Client and ApiKey (domain.md §3.2). `request_id` becomes MaYeuCau. Throws
/// std::invalid_argument.
http::OutgoingRequest make_request(const Settings& settings, const Question& question,
                                   const std::string& request_id, Wall now);

}  // namespace vneid::population
