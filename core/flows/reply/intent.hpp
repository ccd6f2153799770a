#pragma once

#include <cstdint>
#include <string_view>

#include "flows/base/base.hpp"

/// Who asks, and for what, as far as a request tells. Pure.
namespace vneid::flows {

enum class Asked : std::uint8_t {
  page,     ///< a navigation by GET or HEAD
  form,     ///< a navigation by POST
  other,    ///< XHR, fetch, an asset, an API call, any other method
  guessed,  ///< a prefetch: nobody has asked yet
};

/// By Sec-Fetch-Mode; from browsers without it by Accept (text/html) and X-Requested-With.
Asked asked(const Request& request);

/// A script, which shows no page and follows no redirect into one.
bool is_script(const Request& request);

/// Whether a request was sent by a page of `origin` (scheme://host[:port]), as far as the browser
/// tells: by Sec-Fetch-Site, and by Origin. "null" is what browsers say of pages that keep their
/// referrer to themselves, and of sandboxes: only Sec-Fetch-Site tells them apart.
bool is_of_own_page(const Request& request, std::string_view origin);

}  // namespace vneid::flows
