#pragma once

#include <optional>
#include <string_view>

#include "pages/view.hpp"

/// The database's words for records, as the pages' values.
namespace vneid::flows {

pages::RecordKind record_kind(std::string_view stored) noexcept;
std::optional<pages::RecordSource> record_source(std::string_view stored) noexcept;
std::optional<pages::SignatureStatus> signature_status(std::string_view stored) noexcept;
std::optional<pages::StayReason> stay_reason(std::string_view stored) noexcept;

}  // namespace vneid::flows
