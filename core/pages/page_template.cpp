#include "pages/page_template.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "pages/escape.hpp"
#include "pages/page_values.hpp"

namespace vneid::pages {

namespace {

constexpr std::string_view content_tag = "{{>content}}";
constexpr std::string_view white_space = " \t\r\n";

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string quoted(std::string_view sigil, std::string_view name) {
  return "{{" + std::string(sigil) + std::string(name) + "}}";
}

/// Reads one file tag by tag: checks each, and puts the strings in.
class Expander {
 public:
  Expander(const PageSpec& spec, const StringTable& strings, std::set<std::string>& used)
      : spec_(spec), strings_(strings), used_(used) {}

  std::expected<std::string, std::string> expand(std::string_view text, const std::string& place,
                                                 bool is_layout) {
    text_ = text;
    place_ = place;
    is_layout_ = is_layout;
    position_ = 0;
    error_.reset();
    values_used_.clear();
    std::string out = run();
    if (error_) return std::unexpected(*error_);
    return out;
  }

  /// A value that the page must show and the file read last does not ask for.
  [[nodiscard]] std::optional<std::string_view> missing_demand() const {
    for (const auto demand : spec_.demands) {
      if (!values_used_.contains(demand)) return demand;
    }
    return std::nullopt;
  }

 private:
  std::string run() {
    std::string out;
    std::vector<std::string> open_sections;
    while (!error_) {
      const auto open = text_.find("{{", position_);
      out += text_.substr(position_, open - position_);
      if (open == std::string_view::npos) break;
      position_ = open;
      const auto close = text_.find("}}", open + 2);
      if (close == std::string_view::npos) {
        fail("a tag is not closed");
        break;
      }
      out += tag(text_.substr(open + 2, close - open - 2), open_sections);
      position_ = close + 2;
    }
    if (!error_ && !open_sections.empty()) fail("no end of " + quoted("#", open_sections.back()));
    return out;
  }

  std::string tag(std::string_view inner, std::vector<std::string>& open_sections) {
    const auto begin = inner.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return fail("an empty tag");
    inner = inner.substr(begin, inner.find_last_not_of(white_space) - begin + 1);
    const auto sigil = std::string_view("#^/!>&={").find(inner.front()) != std::string_view::npos
                           ? inner.substr(0, 1)
                           : std::string_view();
    std::string_view name = inner.substr(sigil.size());
    name.remove_prefix(std::min(name.find_first_not_of(white_space), name.size()));

    if (sigil == "!") return {};
    if (sigil == "{" || sigil == "&") return fail("output without escaping is not allowed");
    if (sigil == "=") return fail("tags cannot be changed");
    if (sigil == ">") {
      if (name == "content" && is_layout_) return std::string(content_tag);
      return fail("no part " + quoted(sigil, name));
    }
    if (sigil.empty() && name.starts_with("t.")) return string(name.substr(2));
    if (!contains(spec_.values, name) && !contains(common_values(), name)) {
      return fail("this page has no value " + quoted(sigil, name));
    }
    if (sigil == "/") {
      if (open_sections.empty() || open_sections.back() != name) {
        return fail(quoted(sigil, name) + " ends no section that is open here");
      }
      open_sections.pop_back();
    } else if (!sigil.empty()) {
      open_sections.emplace_back(name);
    }
    values_used_.emplace(name);
    return quoted(sigil, name);
  }

  /// A string's own tags are values only.
  std::string string(std::string_view id) {
    const std::string* text = strings_.find(id);
    if (text == nullptr) return fail("there is no string \"" + std::string(id) + "\"");
    used_.emplace(id);
    std::string_view rest = *text;
    for (auto open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
      const auto close = rest.find("}}", open);
      const auto name = close == std::string_view::npos ? std::string_view()
                                                        : rest.substr(open + 2, close - open - 2);
      if (!contains(spec_.values, name) && !contains(common_values(), name)) {
        return fail("string \"" + std::string(id) +
                    "\" asks for a value that this page has not: " + quoted("", name));
      }
      values_used_.emplace(name);
      rest.remove_prefix(close + 2);
    }
    return escape_html(*text);
  }

  std::string fail(const std::string& cause) {
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<long>(position_), '\n');
    error_ = place_ + ":" + std::to_string(line) + ": " + cause;
    return {};
  }

  const PageSpec& spec_;
  const StringTable& strings_;
  std::set<std::string>& used_;
  std::set<std::string, std::less<>> values_used_;
  std::string_view text_;
  std::string place_;
  bool is_layout_ = false;
  std::size_t position_ = 0;
  std::optional<std::string> error_;
};

}  // namespace

std::expected<PageTemplate, std::string> PageTemplate::parse(const SourceFiles& files,
                                                             const PageSpec& spec,
                                                             const StringTable& strings,
                                                             std::set<std::string>& used) {
  constexpr std::string_view layout_name = "layout.mustache";
  const std::string page_name = std::string(spec.name) + ".mustache";
  const std::string* layout = files.find(layout_name);
  const std::string* page = files.find(page_name);
  if (layout == nullptr || page == nullptr) {
    return std::unexpected((layout == nullptr ? std::string(layout_name) : page_name) +
                           ": is missing");
  }

  Expander expander(spec, strings, used);
  auto whole = expander.expand(*layout, files.place(layout_name), true);
  if (!whole) return std::unexpected(whole.error());
  auto content = expander.expand(*page, files.place(page_name), false);
  if (!content) return std::unexpected(content.error());
  if (const auto demand = expander.missing_demand()) {
    return std::unexpected(files.place(page_name) + ": must show " + quoted("", *demand));
  }

  const auto at = whole->find(content_tag);
  if (at == std::string::npos || whole->find(content_tag, at + 1) != std::string::npos) {
    return std::unexpected(files.place(layout_name) + ": must hold " + std::string(content_tag) +
                           " once");
  }
  whole->replace(at, content_tag.size(), *content);
  PageTemplate parsed(*whole);
  if (!parsed.mustache_->is_valid()) {
    return std::unexpected(files.place(page_name) + ": " + parsed.mustache_->error_message());
  }
  return parsed;
}

PageTemplate::PageTemplate(const std::string& text)
    : mustache_(std::make_unique<kainjow::mustache::mustache>(text)) {
  mustache_->set_custom_escape([](const std::string& value) { return escape_html(value); });
}

std::string PageTemplate::render(const kainjow::mustache::data& values) const {
  std::string out;
  mustache_->render(values, [&out](const std::string& part) { out += part; });
  return out;
}

}  // namespace vneid::pages
