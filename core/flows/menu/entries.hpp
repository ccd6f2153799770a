#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flows/base/base.hpp"
#include "flows/menu/visitor.hpp"
#include "pages/view.hpp"
#include "text/json.hpp"

/// What a visitor is shown, and how it is written. No I/O.
namespace vneid::flows {

/// A link of the portal's menu to a page of ours.
struct Entry {
  std::string_view id;  ///< stable: of the JSON, and of the class in HTML
  std::string_view string_id;
  std::string href;
};

/// Only entries whose page does not refuse this visitor. `return_to`: the page they are shown on,
/// to which a login comes back; may be none.
std::vector<Entry> entries_for(const Visitor& visitor, const std::string& path,
                               std::string_view return_to);

/// For who has skipped the notice: that his account is not linked yet, and two ways on.
struct Banner {
  std::optional<int> days_left;
  std::string enforce_date;  ///< dd/mm/yyyy
  std::string link_href;
  std::string later_action;  ///< [Để sau] is posted there
  std::string csrf;
  std::string return_to;  ///< where it comes back to; may be empty
};

/// What both are written with.
struct Wording {
  const pages::Renderer& renderer;
  const pages::PageContext& context;
};

std::string html_of(const std::vector<Entry>& entries, const Wording& wording);
std::string html_of(const Banner& banner, const Wording& wording);
json_t* json_of(const std::vector<Entry>& entries, const Wording& wording);
json_t* json_of(const Banner& banner, const Wording& wording);

}  // namespace vneid::flows
