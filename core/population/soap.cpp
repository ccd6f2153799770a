#include "population/soap.hpp"

#include "population/request.hpp"

namespace vneid::population {

namespace {

constexpr std::string_view before =
    R"(<?xml version="1.0" encoding="UTF-8"?>)"
    R"(<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/")"
    R"( xmlns:dan="http://dancuquocgia.bca"><soapenv:Header/><soapenv:Body>)";
constexpr std::string_view after = "</soapenv:Body></soapenv:Envelope>";

/// Elements of the request's namespace, one after the other.
class Elements {
 public:
  Elements& add(std::string_view name, std::string_view text) {
    return add_raw(name, xml_escaped(text));
  }
  Elements& add_raw(std::string_view name, std::string_view content) {
    for (const std::string_view piece :
         {std::string_view{"<dan:"}, name, std::string_view{">"}, content,
          std::string_view{"</dan:"}, name, std::string_view{">"}}) {
      text_ += piece;
    }
    return *this;
  }
  Elements& add_told(std::string_view name, std::string_view text) {
    return text.empty() ? *this : add(name, text);
  }
  [[nodiscard]] const std::string& str() const noexcept { return text_; }

 private:
  std::string text_;
};

/// The day only when it is known: the service has no form for a month without a day.
std::string birth_elements(const identity::BirthDate& date) {
  Elements elements;
  if (date.precision() != identity::BirthDate::Precision::day) {
    return elements.add("Nam", std::to_string(date.year())).str();
  }
  std::string digits = date.to_text();
  std::erase(digits, '-');
  return elements.add("NgayThangNam", digits).str();
}

std::string look_up(const Settings& settings, const Question& question,
                    const std::string& request_id) {
  Elements elements;
  elements.add("MaYeuCau", request_id)
      .add("MaDVC", settings.procedure)
      .add("MaTichHop", integration_code(settings.service))
      .add("MaCanBo", settings.officer)
      .add("MaDonVi", settings.unit)
      .add_told("TaiKhoan", settings.account);
  if (question.number) elements.add("SoDinhDanh", question.number->digits());
  if (const auto cmnd = sent_cmnd(settings, question)) elements.add("SoCMND", cmnd->digits());
  elements.add("HoVaTen", asked_name(question));
  if (question.birth_date) {
    elements.add_raw("NgayThangNamSinh", birth_elements(*question.birth_date));
  }
  return elements.str();
}

/// Its schema wants all of the elements, so a number that is not asked stands there empty.
std::string verify(const Settings& settings, const Question& question,
                   const std::string& request_id) {
  Elements elements;
  elements.add("MaYeuCau", request_id)
      .add("MaDichVu", settings.procedure)
      .add("MaCanBo", settings.officer)
      .add("SoDinhDanh", question.number ? question.number->digits() : std::string{})
      .add("SoCMND", question.cmnd ? question.cmnd->digits() : std::string{})
      .add("HoVaTen", asked_name(question));
  return elements.str();
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '\t':
      case '\n':
        escaped += c;
        break;
      case '\r':  // as it is, a parser reads it as a line feed
        escaped += "&#13;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) escaped += c;
    }
  }
  return escaped;
}

std::string soap_request(const Settings& settings, const Question& question,
                         const std::string& request_id) {
  const bool looks_up = settings.service == Settings::Service::look_up;
  const std::string_view operation = looks_up ? "TraCuuThongTinCongDan" : "XacThucThongTinCongDan";
  const std::string fields =
      looks_up ? look_up(settings, question, request_id) : verify(settings, question, request_id);
  std::string envelope{before};
  envelope += Elements{}.add_raw(operation, fields).str();
  envelope += after;
  return envelope;
}

}  // namespace vneid::population
