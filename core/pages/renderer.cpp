#include "pages/renderer.hpp"

#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "pages/page_template.hpp"
#include "pages/page_values.hpp"
#include "pages/source_files.hpp"
#include "pages/string_ids.hpp"
#include "pages/string_table.hpp"

namespace vneid::pages {

namespace {

constexpr std::string_view style_file = "style.css";

/// The brand's own colours make it another sheet, of another name.
std::string style_name(const Asset& style, const Brand* brand) {
  if (brand == nullptr || brand->style.empty()) return style.name;
  constexpr std::string_view ending = ".css";
  std::string name = style.name.substr(0, style.name.size() - ending.size());
  return name.append(".").append(brand->style_hash).append(ending);
}

/// All pages in one language.
struct Edition {
  StringTable strings;
  std::vector<PageTemplate> pages;  ///< by PageId
};

std::expected<Edition, std::string> load_edition(const SourceFiles& files, Language language,
                                                 std::string_view wording) {
  auto strings = StringTable::load(files, language, wording);
  if (!strings) return std::unexpected(strings.error());
  Edition edition{std::move(*strings), {}};
  std::set<std::string> used;
  for (const PageSpec& spec : specs()) {
    auto page = PageTemplate::parse(files, spec, edition.strings, used);
    if (!page) {
      return std::unexpected(page.error() + " (language " + std::string(tag(language)) + ")");
    }
    edition.pages.push_back(std::move(*page));
  }
  for (std::string& id : ids_in_code()) {
    if (edition.strings.find(id) == nullptr) {
      return std::unexpected(files.place(std::string(tag(language)) + ".json") +
                             ": there is no string \"" + id + "\"");
    }
    used.insert(std::move(id));
  }
  for (const auto& [id, place] : edition.strings.added()) {
    if (!used.contains(id)) {
      std::string error = place;
      error.append(": no page uses a string \"").append(id).append("\"");
      return std::unexpected(std::move(error));
    }
  }
  return edition;
}

}  // namespace

class Renderer::Impl {
 public:
  Impl(Edition vietnamese, Edition english, Asset style)
      : vietnamese_(std::move(vietnamese)),
        english_(std::move(english)),
        style_(std::move(style)) {}

  [[nodiscard]] const StringTable& strings(const PageContext& context) const {
    return edition(context).strings;
  }

  [[nodiscard]] std::string render(PageId id, Values values, const PageContext& context) const {
    add_common(values, strings(context), context, style_name(style_, context.brand));
    return edition(context).pages[static_cast<std::size_t>(id)].render(values);
  }

  [[nodiscard]] const Asset& style() const noexcept { return style_; }

 private:
  [[nodiscard]] const Edition& edition(const PageContext& context) const {
    return context.language == Language::en ? english_ : vietnamese_;
  }

  Edition vietnamese_;
  Edition english_;
  Asset style_;
};

std::expected<Renderer, std::string> Renderer::load(const std::string& override_dir,
                                                    std::string_view wording) {
  auto files = read_source_files(override_dir);
  if (!files) return std::unexpected(files.error());
  auto vietnamese = load_edition(*files, Language::vi, wording);
  if (!vietnamese) return std::unexpected(vietnamese.error());
  auto english = load_edition(*files, Language::en, wording);
  if (!english) return std::unexpected(english.error());
  const std::string* style = files->find(style_file);
  if (style == nullptr) return std::unexpected(std::string(style_file) + ": is missing");
  std::string body = compact_style(*style);
  Asset asset{"style." + short_hash(body) + ".css", "text/css; charset=utf-8", std::move(body)};
  return Renderer(
      std::make_unique<Impl>(std::move(*vietnamese), std::move(*english), std::move(asset)));
}

Renderer::Renderer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer& Renderer::operator=(Renderer&&) noexcept = default;
Renderer::~Renderer() = default;

std::string Renderer::render(const NoticePage& page, const PageContext& context) const {
  return impl_->render(PageId::notice, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const LinkedPage& page, const PageContext& context) const {
  return impl_->render(PageId::linked, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const ChoicePage& page, const PageContext& context) const {
  return impl_->render(PageId::choice, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const LinksPage& page, const PageContext& context) const {
  return impl_->render(PageId::links, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const IdentityPage& page, const PageContext& context) const {
  return impl_->render(PageId::identity, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const UpdatePage& page, const PageContext& context) const {
  return impl_->render(PageId::update, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const EditPage& page, const PageContext& context) const {
  return impl_->render(PageId::edit, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const VaultPage& page, const PageContext& context) const {
  return impl_->render(PageId::vault, values_of(page, impl_->strings(context), context.language),
                       context);
}

std::string Renderer::render(const ErrorPage& page, const PageContext& context) const {
  return impl_->render(PageId::error, values_of(page, impl_->strings(context), context), context);
}

std::string Renderer::render(const SignInPage& page, const PageContext& context) const {
  return impl_->render(PageId::signin, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const LinkOfferPage& page, const PageContext& context) const {
  return impl_->render(PageId::offer, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const WaitPage& page, const PageContext& context) const {
  return impl_->render(PageId::wait, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const ResumePage& page, const PageContext& context) const {
  return impl_->render(PageId::resume, values_of(page, impl_->strings(context)), context);
}

std::string Renderer::render(const GuidePage& page, const PageContext& context) const {
  return impl_->render(PageId::guide, values_of(page, impl_->strings(context)), context);
}

std::optional<Asset> Renderer::asset(std::string_view name, const Brand* brand) const {
  if (brand != nullptr && brand->logo && brand->logo->name == name) return brand->logo;
  Asset style = impl_->style();
  style.name = style_name(style, brand);
  if (style.name != name) return std::nullopt;
  if (brand != nullptr) style.body += brand->style;
  return style;
}

Words Renderer::words(const ErrorPage& page, const PageContext& context) const {
  const StringTable& strings = impl_->strings(context);
  const std::string id = text_id(page);
  return {std::string{strings.text(id + ".title")}, error_text(page, strings, context)};
}

Words Renderer::held_words(const PageContext& context) const {
  const StringTable& strings = impl_->strings(context);
  return {std::string{strings.text("script.held.title")}, std::string{strings.text("script.held")}};
}

std::string Renderer::text(std::string_view id, const PageContext& context,
                           std::initializer_list<Placeholder> values) const {
  return impl_->strings(context).text(id, values);
}

std::string Renderer::notice_version(const PageContext& context) const {
  const StringTable& strings = impl_->strings(context);
  const std::string basis = legal_basis(strings, context);
  const std::string date = effective_date(strings, context);
  std::string words;
  for (const std::string_view id : {"notice.title", "notice.asked", "notice.p1", "notice.p2.lead",
                                    "notice.p2", "notice.skip", "notice.vneid"}) {
    words += strings.text(id, {{"legal_basis", basis}, {"effective_date", date}});
    words += '\n';
  }
  return short_hash(words);
}

}  // namespace vneid::pages
