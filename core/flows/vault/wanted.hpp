#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "vault/records.hpp"

namespace vneid::flows {

/// The part of a list that a query of the API asks for: kind, doc_type_code, number, owner, valid,
/// usable, after, limit (config/api/v1.json). An empty value is as good as none, and names that are
/// not ours are passed over. The error names the parameter that cannot be understood.
struct WantedPart {
  vault::Filter filter;
  vault::Slice slice;
};
std::expected<WantedPart, std::string> wanted_part(std::string_view query);

/// The part that the page's query asks for: q, kind, page. What cannot be understood there counts
/// as not asked: a form of ours sends none of it.
struct WantedPage {
  vault::Filter filter;
  std::size_t number = 1;  ///< of the page
};
WantedPage wanted_page(std::string_view query);

/// A record's id as paths have it; nothing for other text.
std::optional<std::int64_t> record_id(std::string_view text);

}  // namespace vneid::flows
