#pragma once

#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pages/face/asset.hpp"
#include "pages/view.hpp"

namespace vneid::pages {

struct Words {
  std::string title;
  std::string text;
};

/// All pages, parsed once. What comes with the build (config/pages) is inside the library.
///
/// Rendering does no I/O and throws for no data; only memory can fail. One thread at a time.
class Renderer {
 public:
  /// Parses every template in every language and checks that each string and each value that a
  /// template asks for exists, so that no page can fail later.
  ///
  /// A file of `override_dir` (`vneid_templates`; empty: none) takes the place of the built-in one
  /// of that name; of a string table it may give some strings only. `wording` names a set of
  /// strings laid over the tables, in `<language>-<wording>.json`: "nd69" cites NĐ 69/2024 in the
  /// notice (domain.md §8.7); empty is the letter's text.
  ///
  /// The error names the file and the cause, for `nginx -t`.
  static std::expected<Renderer, std::string> load(const std::string& override_dir,
                                                   std::string_view wording = {});

  Renderer(Renderer&&) noexcept;
  Renderer& operator=(Renderer&&) noexcept;
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  ~Renderer();

  /// A whole HTML document, UTF-8, without scripts and inline styles.
  [[nodiscard]] std::string render(const NoticePage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const LinkedPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const ChoicePage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const LinksPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const IdentityPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const UpdatePage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const EditPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const VaultPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const ErrorPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const SignInPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const LinkOfferPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const WaitPage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const ResumePage& page, const PageContext& context) const;
  [[nodiscard]] std::string render(const GuidePage& page, const PageContext& context) const;

  /// The same for programs: what an error's page says, and what a script is told whose login is
  /// held. Plain text.
  [[nodiscard]] Words words(const ErrorPage& page, const PageContext& context) const;
  [[nodiscard]] Words held_words(const PageContext& context) const;
  /// A string of ids_in_code() for what is no page, with its placeholders filled in. Plain text.
  [[nodiscard]] std::string text(
      std::string_view id, const PageContext& context,
      std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) const;

  /// The asset of exactly this name among those that the pages of this brand refer to.
  [[nodiscard]] std::optional<Asset> asset(std::string_view name,
                                           const Brand* brand = nullptr) const;

  /// Which text a person saw (R39): the first 12 hexadecimal digits of the SHA-256 of the notice's
  /// words, buttons included, in this context's language with its legal basis and date. The
  /// account shown, the layout and the style have no part in it.
  [[nodiscard]] std::string notice_version(const PageContext& context) const;

 private:
  class Impl;
  explicit Renderer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::pages
