#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::pages {

/// Where people get help, as `vneid_contact` says it. Empty text: not told.
struct Contact {
  std::string hotline;
  std::string desk;   ///< where its desks are
  std::string hours;  ///< when they are open
  std::string bring;  ///< what to bring along

  friend bool operator==(const Contact&, const Contact&) = default;
};

/// The same in each language.
struct Contacts {
  std::optional<Contact> vi;
  std::optional<Contact> en;

  /// In English, or in Vietnamese: that also where there is no English.
  [[nodiscard]] Contact said(bool in_english) const {
    if (in_english && en) return *en;
    return vi.value_or(Contact{});
  }
};

/// "tel:" with its digits when the text is a telephone number and nothing else; otherwise empty.
std::string telephone_href(std::string_view text);

}  // namespace vneid::pages
