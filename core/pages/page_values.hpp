#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kainjow/mustache.hpp>

#include "pages/page_template.hpp"
#include "pages/string_table.hpp"
#include "pages/view.hpp"

/// From view models to what templates ask for. The names here are the vocabulary of the templates
/// (config/pages/README.md); `specs()` declares it, so that loading can check templates against it.
namespace vneid::pages {

enum class PageId : std::uint8_t {
  notice,
  linked,
  links,
  identity,
  update,
  edit,
  vault,
  error,
  signin,
  choice,
  offer,
  wait,
  resume,
  guide,
};

/// One a PageId, in its order.
std::span<const PageSpec> specs() noexcept;

/// Values that the layout and every page have.
std::span<const std::string_view> common_values() noexcept;

using Values = kainjow::mustache::data;

Values values_of(const NoticePage& page, const StringTable& strings);
Values values_of(const LinkedPage& page, const StringTable& strings);
Values values_of(const LinksPage& page, const StringTable& strings);
Values values_of(const IdentityPage& page, const StringTable& strings);
Values values_of(const UpdatePage& page, const StringTable& strings);
Values values_of(const EditPage& page, const StringTable& strings);
Values values_of(const VaultPage& page, const StringTable& strings, Language language);
Values values_of(const ErrorPage& page, const StringTable& strings, const PageContext& context);
Values values_of(const SignInPage& page, const StringTable& strings);
Values values_of(const ChoicePage& page, const StringTable& strings);
Values values_of(const LinkOfferPage& page, const StringTable& strings);
Values values_of(const WaitPage& page, const StringTable& strings);
Values values_of(const ResumePage& page, const StringTable& strings);
Values values_of(const GuidePage& page, const StringTable& strings);

/// An absent name would be looked for in what surrounds it, so an empty text is false instead.
Values text_or_false(std::string_view text);
/// False as well when a page may not link there.
Values href_or_false(std::string_view href);

/// Adds `links` and `has_links`: "Danh sách tài khoản liên kết".
void add_links(Values& values, const std::vector<LinkItem>& links, const StringTable& strings);

/// Adds the common values.
void add_common(Values& values, const StringTable& strings, const PageContext& context,
                std::string_view style_name);

/// Legal basis and date as the notice prints them.
std::string legal_basis(const StringTable& strings, const PageContext& context);
std::string error_text(const ErrorPage& page, const StringTable& strings,
                       const PageContext& context);
std::string effective_date(const StringTable& strings, const PageContext& context);

}  // namespace vneid::pages
