#pragma once

#include <cstddef>
#include <libxml/xmlreader.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vneid::population {

/// Walks once through an XML document from outside, element by element, on libxml2's streaming
/// reader: what nobody asks for is passed over and never kept. Documents are read as UTF-8
/// whatever they declare; any DOCTYPE is refused, so there are no entities but XML's own five and
/// nothing is ever fetched. A document that breaks a rule ends there, and problem() says why.
class XmlCursor {
 public:
  static constexpr std::size_t max_size = 262'144;  ///< bytes of a document
  static constexpr int max_depth = 32;              ///< elements in one another
  static constexpr std::size_t max_text = 4096;     ///< bytes of one element's text

  /// An element that the cursor has entered.
  struct Element {
    int depth = 0;
    bool empty = false;  ///< <a/>: it has no end of its own
  };

  /// `document` must outlive it. Throws std::bad_alloc.
  explicit XmlCursor(std::string_view document);

  /// Enters the outermost element. Once.
  std::optional<Element> root();
  /// Enters the next child element of `parent`, passing over what was not read of the one before.
  /// Nothing at the end of `parent`, or when the document is broken.
  std::optional<Element> child_of(const Element& parent);
  /// The text that stands directly in an element just entered, without blanks around it. Leaves
  /// the element.
  std::string text_of(const Element& element);
  /// Reads to the end, which only a well-formed document has. False when it is broken.
  bool finish();

  /// Of the element just entered; good as long as the cursor.
  [[nodiscard]] std::string_view name() const noexcept;           ///< without prefix
  [[nodiscard]] std::string_view namespace_uri() const noexcept;  ///< empty: none

  /// Ends the reading for a reason of the caller's.
  void fail(std::string problem);
  /// Empty while all is well. Never repeats anything of the document.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct Release {
    void operator()(xmlTextReader* reader) const noexcept { xmlFreeTextReader(reader); }
  };

  bool step();
  [[nodiscard]] bool at(int type, int depth) const noexcept;
  [[nodiscard]] Element here() const noexcept;

  std::unique_ptr<xmlTextReader, Release> reader_;
  std::string problem_;
  bool ended_ = false;
};

}  // namespace vneid::population
