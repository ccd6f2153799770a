#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "flows/base/base.hpp"
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

/// The part of a list that its page shows. What cannot be understood counts as not asked: a form
/// of ours sends none of it.
struct WantedPage {
  vault::Filter filter;
  std::size_t number = 1;  ///< of the page
};
/// As its form posts it: q, kind.
WantedPage posted_search(std::string_view form);

/// The address of a page of the vault. People look for numbers and names, and addresses are kept in
/// histories and logs, so the words stand there sealed for this account: words, kind, page.
std::string vault_page_url(const Exchange& exchange, AccountId account, const WantedPage& wanted);
/// What such an address asks for; words that were sealed for another account do not count.
WantedPage wanted_page(const Exchange& exchange, AccountId account);

/// A record's id as paths have it; nothing for other text.
std::optional<std::int64_t> record_id(std::string_view text);

}  // namespace vneid::flows
