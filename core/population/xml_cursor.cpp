#include "population/xml_cursor.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace vneid::population {

namespace {

std::string_view text_of_libxml(const xmlChar* text) noexcept {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// libxml2 would otherwise write what it dislikes, with a piece of the document, to stderr.
void say_nothing(void*, xmlErrorPtr) noexcept {}

constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
constexpr const char* has_document_type = "the XML has a DOCTYPE";

}  // namespace

XmlCursor::XmlCursor(std::string_view document) {
  if (document.size() > max_size) {
    fail("the XML is too large");
    return;
  }
  // Before libxml2 has read a single declaration. It stands wherever one could stand, and honest
  // answers have it nowhere.
  if (document.find("<!DOCTYPE") != std::string_view::npos) {
    fail(has_document_type);
    return;
  }
  reader_.reset(xmlReaderForMemory(document.data(), static_cast<int>(document.size()), nullptr,
                                   "UTF-8", options));
  if (!reader_) throw std::bad_alloc();
  xmlTextReaderSetStructuredErrorHandler(reader_.get(), &say_nothing, nullptr);
}

std::optional<XmlCursor::Element> XmlCursor::root() {
  while (step()) {
    if (at(XML_READER_TYPE_ELEMENT, 0)) return here();
  }
  return std::nullopt;
}

std::optional<XmlCursor::Element> XmlCursor::child_of(const Element& parent) {
  if (parent.empty) return std::nullopt;
  while (step()) {
    if (at(XML_READER_TYPE_END_ELEMENT, parent.depth)) return std::nullopt;
    if (at(XML_READER_TYPE_ELEMENT, parent.depth + 1)) return here();
  }
  return std::nullopt;
}

std::string XmlCursor::text_of(const Element& element) {
  if (element.empty) return {};
  std::string text;
  while (step() && !at(XML_READER_TYPE_END_ELEMENT, element.depth)) {
    const int inside = element.depth + 1;
    if (at(XML_READER_TYPE_TEXT, inside) || at(XML_READER_TYPE_CDATA, inside)) {
      text += text_of_libxml(xmlTextReaderConstValue(reader_.get()));
    }
    if (text.size() > max_text) fail("the XML has a text that is too long");
  }
  return std::string{trimmed(text)};
}

bool XmlCursor::finish() {
  while (step()) {
  }
  return problem_.empty();
}

std::string_view XmlCursor::name() const noexcept {
  return text_of_libxml(xmlTextReaderConstLocalName(reader_.get()));
}

std::string_view XmlCursor::namespace_uri() const noexcept {
  return text_of_libxml(xmlTextReaderConstNamespaceUri(reader_.get()));
}

void XmlCursor::fail(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

bool XmlCursor::step() {
  if (!problem_.empty() || ended_) return false;
  const int result = xmlTextReaderRead(reader_.get());
  if (result < 0) {
    fail("the answer is not well-formed XML");
    return false;
  }
  ended_ = result == 0;
  switch (xmlTextReaderNodeType(reader_.get())) {
    case XML_READER_TYPE_DOCUMENT_TYPE:
      fail(has_document_type);
      break;
    case XML_READER_TYPE_ENTITY_REFERENCE:
      fail("the XML refers to an entity");
      break;
    default:
      break;
  }
  if (xmlTextReaderDepth(reader_.get()) > max_depth) fail("the XML is nested too deep");
  return problem_.empty() && !ended_;
}

bool XmlCursor::at(int type, int depth) const noexcept {
  return xmlTextReaderNodeType(reader_.get()) == type && xmlTextReaderDepth(reader_.get()) == depth;
}

XmlCursor::Element XmlCursor::here() const noexcept {
  return {.depth = xmlTextReaderDepth(reader_.get()),
          .empty = xmlTextReaderIsEmptyElement(reader_.get()) == 1};
}

}  // namespace vneid::population
