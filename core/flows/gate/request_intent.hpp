#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flows/base/base.hpp"
#include "text/form.hpp"

/// What a request that is not let in wants, and what can be kept of it. Pure.
namespace vneid::flows {

enum class Asked : std::uint8_t {
  page,     ///< a navigation by GET or HEAD
  form,     ///< a navigation by POST
  other,    ///< XHR, fetch, an asset, an API call, any other method
  guessed,  ///< a prefetch: nobody has asked yet
};

/// By Sec-Fetch-Mode; from browsers without it by Accept (text/html) and X-Requested-With.
Asked asked(const Request& request);

/// Whether a form was sent by a page of `origin` (scheme://host[:port]), as far as the browser
/// tells: by Sec-Fetch-Site, and by Origin. What another site wrote must not come back from us with
/// its values hidden. "null" is what browsers say of pages that keep their referrer to themselves,
/// and of sandboxes: only Sec-Fetch-Site tells them apart.
bool is_own_form(const Request& request, std::string_view origin);

/// `login?return=TARGET` below the path; without the target when it is none.
std::string login_url(const std::string& path, std::string_view target);

/// The fields of a form, when a page of ours can send the same ones again: UTF-8 that HTML gives
/// back as it was. At most 500 fields.
std::optional<text::Parameters> resendable_fields(std::string_view body);

}  // namespace vneid::flows
