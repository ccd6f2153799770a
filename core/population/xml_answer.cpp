#include "population/xml_answer.hpp"

#include <optional>
#include <string>
#include <utility>

#include "population/citizen.hpp"
#include "population/xml_cursor.hpp"

namespace vneid::population {

namespace {

constexpr std::string_view soap_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr const char* fault = "a SOAP Fault";
constexpr const char* not_expected = "the XML is not the answer of the service";

/// What the parts of an answer come to. `fail` of the cursor ends the reading.
class AnswerReader {
 public:
  AnswerReader(std::string_view xml, Settings::Service service) : cursor_(xml), service_(service) {}

  void envelope() {
    const auto root = cursor_.root();
    if (!root) return;
    if (!is("Envelope", soap_namespace)) return cursor_.fail(not_expected);
    bool body_seen = false;
    while (const auto part = cursor_.child_of(*root)) {
      if (!is("Body", soap_namespace)) continue;
      if (std::exchange(body_seen, true)) return cursor_.fail("the envelope has two bodies");
      while (const auto child = cursor_.child_of(*part)) payload(*child);
    }
    if (!body_seen) cursor_.fail(not_expected);
  }

  void document() {
    if (const auto root = cursor_.root()) payload(*root);
  }

  /// To be called last: only the end shows that nothing is missing.
  std::expected<Finding, Unusable> finish(int current_year) {
    if (!cursor_.finish()) return std::unexpected{Unusable{.text = cursor_.problem()}};
    if (several_) return std::unexpected{Unusable{"the answer tells several people", true}};
    if (exists_) return *exists_ ? Finding{Vouched{}} : Finding{Nobody{}};
    if (!citizen_) return Nobody{};
    auto record = record_of(*citizen_, current_year);
    if (!record) return std::unexpected{std::move(record.error())};
    return std::move(*record);
  }

  bool ends_with_fault() { return !cursor_.finish() && cursor_.problem() == fault; }

 private:
  [[nodiscard]] bool is(std::string_view name, std::string_view space) const noexcept {
    return cursor_.name() == name && cursor_.namespace_uri() == space;
  }

  void payload(const XmlCursor::Element& element) {
    if (is("Fault", soap_namespace)) return cursor_.fail(fault);
    const bool looks_up = service_ == Settings::Service::look_up;
    if (looks_up && is("CongdanCollection", told_namespace)) {
      collection(element);
    } else if (!looks_up && is("KetQuaXacThuc", told_namespace)) {
      verdict(element);
    } else {
      cursor_.fail(not_expected);
    }
  }

  void collection(const XmlCursor::Element& element) {
    while (const auto child = cursor_.child_of(element)) {
      if (!is("CongDan", told_namespace) && !is("CongDan", "")) continue;
      CitizenTexts texts = read_citizen(cursor_, *child);
      several_ = several_ || (citizen_ && *citizen_ != texts);
      citizen_ = std::move(texts);
    }
  }

  /// `TonTai` is an xs:boolean.
  void verdict(const XmlCursor::Element& element) {
    while (const auto child = cursor_.child_of(element)) {
      if (!is("TonTai", told_namespace) && !is("TonTai", "")) continue;
      const std::string text = cursor_.text_of(*child);
      if (exists_) return cursor_.fail("TonTai stands there twice");
      exists_ = boolean(text);
      if (!exists_) return cursor_.fail("TonTai is neither true nor false");
    }
    if (!exists_) cursor_.fail("the verdict has no TonTai");
  }

  static std::optional<bool> boolean(std::string_view text) noexcept {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
  }

  XmlCursor cursor_;
  Settings::Service service_;
  std::optional<CitizenTexts> citizen_;
  std::optional<bool> exists_;
  bool several_ = false;
};

}  // namespace

std::expected<Finding, Unusable> read_envelope(std::string_view xml, Settings::Service service,
                                               int current_year) {
  AnswerReader reader{xml, service};
  reader.envelope();
  return reader.finish(current_year);
}

std::expected<Finding, Unusable> read_document(std::string_view xml, Settings::Service service,
                                               int current_year) {
  AnswerReader reader{xml, service};
  reader.document();
  return reader.finish(current_year);
}

bool is_soap_fault(std::string_view xml) {
  AnswerReader reader{xml, Settings::Service::look_up};
  reader.envelope();
  return reader.ends_with_fault();
}

}  // namespace vneid::population
