#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Where a way through our pages leads in the end: a path of the portal's, which goes along as
/// `return`. Pure.
namespace vneid::flows {

/// `<path>PAGE?return=TARGET`; without the target when it is no text::LocalPath.
std::string page_url(const std::string& path, std::string_view page, std::string_view target);

/// The `return` of a query or of a form; nothing when there is none that may be gone to.
std::optional<std::string> return_of(std::string_view parameters);
/// The same, or the front page.
std::string return_or_front(std::string_view parameters);

}  // namespace vneid::flows
