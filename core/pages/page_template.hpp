#pragma once

#include <expected>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <kainjow/mustache.hpp>

#include "pages/source_files.hpp"
#include "pages/string_table.hpp"

namespace vneid::pages {

/// What a page is made of and which values its template may ask for.
struct PageSpec {
  std::string_view name;                      ///< its file is <name>.mustache
  std::span<const std::string_view> values;   ///< names the view model fills in
  std::span<const std::string_view> demands;  ///< of these, what a template must not leave out
};

/// One page in one language, parsed: the layout with the page in place of `{{>content}}`, and the
/// strings in place of `{{t.id}}`. What is left for rendering are the view model's values, and only
/// ones that exist; unescaped output does not exist in our templates.
class PageTemplate {
 public:
  /// Adds the ids of the strings that were used to `used`. The error names file, line and cause.
  static std::expected<PageTemplate, std::string> parse(const SourceFiles& files,
                                                        const PageSpec& spec,
                                                        const StringTable& strings,
                                                        std::set<std::string>& used);

  [[nodiscard]] std::string render(const kainjow::mustache::data& values) const;

 private:
  explicit PageTemplate(const std::string& text);

  // Its render() is not const, because it keeps the error of a template that is expanded while it
  // renders. Ours have none left.
  std::unique_ptr<kainjow::mustache::mustache> mustache_;
};

}  // namespace vneid::pages
