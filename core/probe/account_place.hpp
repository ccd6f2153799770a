#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probe/seen.hpp"

namespace vneid::probe {

/// Where the account stands in an answer of --me, as `ask_account` of vneid_login reads it.
struct Place {
  enum class Kind : std::uint8_t {
    json,    ///< at a JSON pointer (RFC 6901)
    line,    ///< the body is one line of text, the account
    header,  ///< the value of a header
    page,    ///< somewhere in a text, for which a pattern must be written
  };
  Kind kind = Kind::page;
  std::string text;  ///< the pointer, or the header's name in lower case
  friend bool operator==(const Place&, const Place&) = default;
};

/// Every place of an answer of status 200 that holds `name` (ASCII case aside), best first; a
/// `page` only where there is no better.
std::vector<Place> places_of(const Me& me, std::string_view name);

/// Whether vneid_login would read an account, anybody's, at that place (directives.md,
/// vneid_login). Of a page: whether `name` stands in it.
bool names_somebody(const Me& me, const Place& place, std::string_view name);

/// Whether vneid_login could not tell whose login it was by such an answer.
bool is_unclear(const Me& me) noexcept;

}  // namespace vneid::probe
