#include "population/answer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "unit/population/samples.hpp"

namespace vneid::population {
namespace {

std::string told(const Settings& settings, const std::string& body, int status = 200) {
  const auto finding = read_answer(settings, status, body, this_year);
  if (!finding) {
    return (finding.error().service_works ? "odd: " : "broken: ") + finding.error().text;
  }
  if (std::holds_alternative<Nobody>(*finding)) return "nobody";
  if (std::holds_alternative<Vouched>(*finding)) return "vouched";
  return std::get<Record>(*finding).number.value().digits();
}

std::string facade(const std::string& code, const std::string& message) {
  return R"({"error_code":)" + code + R"(,"message":)" + message + "}";
}

/// As a JSON string.
std::string quoted(const std::string& xml) {
  std::string text = "\"";
  for (const char c : xml) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text + "\"";
}

const std::string not_expected = "broken: the XML is not the answer of the service";
const std::string not_well_formed = "broken: the answer is not well-formed XML";

TEST(PopulationSoapAnswer, TellsTheCitizen) {
  EXPECT_EQ(told(soap_look_up, enveloped(collection_of(whole_citizen))), "052089999999");
  EXPECT_EQ(told(soap_look_up, enveloped(collection_of(whole_citizen + whole_citizen))),
            "052089999999")
      << "the same twice is one";
}

TEST(PopulationSoapAnswer, TellsNobody) {
  EXPECT_EQ(told(soap_look_up, enveloped("")), "nobody");
  EXPECT_EQ(told(soap_verify, enveloped("\n  ")), "nobody");
  EXPECT_EQ(told(soap_look_up, enveloped(collection_of(""))), "nobody");
  EXPECT_EQ(told(soap_look_up, R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">)"
                               "<s:Body/></s:Envelope>"),
            "nobody");
}

TEST(PopulationSoapAnswer, TellsTheVerdict) {
  const std::pair<const char*, const char*> table[] = {
      {"true", "vouched"},
      {" 1\n", "vouched"},
      {"false", "nobody"},
      {"0", "nobody"},
      {"", "broken: TonTai is neither true nor false"},
      {"TRUE", "broken: TonTai is neither true nor false"},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(told(soap_verify, enveloped(verdict_of(text))), expected) << text;
  }
  EXPECT_EQ(told(soap_verify, enveloped(verdict_of("true") + verdict_of("false"))),
            "broken: TonTai stands there twice");
  EXPECT_EQ(
      told(soap_verify, enveloped(R"(<KetQuaXacThuc xmlns="http://www.mic.gov.vn/dancu/1.0"/>)")),
      "broken: the verdict has no TonTai");
}

TEST(PopulationSoapAnswer, AnotherServicesAnswerIsNone) {
  EXPECT_EQ(told(soap_verify, enveloped(collection_of(whole_citizen))), not_expected);
  EXPECT_EQ(told(soap_look_up, enveloped(verdict_of("true"))), not_expected);
  EXPECT_EQ(told(soap_look_up, collection_of(whole_citizen)), not_expected) << "no envelope";
  EXPECT_EQ(told(soap_look_up, enveloped("<DanhMuc/>")), not_expected);
  EXPECT_EQ(told(soap_look_up, enveloped(R"(<CongdanCollection xmlns="urn:x"/>)")), not_expected);
  EXPECT_EQ(told(soap_look_up, enveloped(enveloped("").substr(38))), not_expected);
}

TEST(PopulationSoapAnswer, SeveralPeopleAreTooMany) {
  const std::string other = citizen_of(
      "<ns1:SoDinhDanh>052061000001</ns1:SoDinhDanh>"
      "<ns1:HoVaTen><ns1:Ten>LÊ AN</ns1:Ten></ns1:HoVaTen>");
  const std::string many = "odd: the answer tells several people";
  EXPECT_EQ(told(soap_look_up, enveloped(collection_of(whole_citizen + other))), many);
  EXPECT_EQ(told(soap_look_up,
                 enveloped(collection_of(whole_citizen) + collection_of(other + whole_citizen))),
            many);
}

TEST(PopulationSoapAnswer, FaultsAndStatusesAreNoAnswers) {
  const std::string fault =
      enveloped("<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring></s:Fault>");
  EXPECT_EQ(told(soap_look_up, fault), "broken: a SOAP Fault");
  EXPECT_EQ(told(soap_verify, fault, 500), "broken: status 500, a SOAP Fault");
  EXPECT_EQ(told(soap_look_up, enveloped(""), 500), "broken: status 500");
  EXPECT_EQ(told(soap_look_up, enveloped(collection_of(whole_citizen)), 503), "broken: status 503");
  EXPECT_EQ(told(soap_look_up, "", 204), "broken: status 204");
  EXPECT_EQ(told(soap_look_up, ""), "broken: the answer has no body");
  EXPECT_EQ(told(json_look_up, ""), "broken: the answer has no body");
}

TEST(PopulationSoapAnswer, EveryCutIsSeen) {
  const std::string whole = enveloped(collection_of(whole_citizen));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(told(soap_look_up, whole.substr(0, size)), not_well_formed) << size;
  }
}

TEST(PopulationSoapAnswer, OtherDocumentsAreNone) {
  EXPECT_EQ(told(soap_look_up, "<html><body>502 Bad Gateway</body></html>"), not_expected);
  EXPECT_EQ(told(soap_look_up, "<!DOCTYPE html><html><body><br></body></html>"),
            "broken: the XML has a DOCTYPE");
  EXPECT_EQ(told(soap_look_up, "<html><br></html>"), not_well_formed);
  EXPECT_EQ(told(soap_look_up, "Service Unavailable"), not_well_formed);
  EXPECT_EQ(told(soap_look_up, "   "), not_well_formed);
  EXPECT_EQ(told(soap_look_up, enveloped("") + "<x/>"), not_well_formed);
  EXPECT_EQ(told(soap_look_up, enveloped("") + std::string(5000, ' ') + "<x/>"), not_well_formed);
  EXPECT_EQ(told(soap_look_up, enveloped("\xff")), not_well_formed);
  EXPECT_EQ(told(soap_look_up, "\xff\xfe<\0a\0/\0>\0"), not_well_formed);
}

TEST(PopulationSoapAnswer, EntitiesAndDepthAreRefused) {
  const std::string doctype = "broken: the XML has a DOCTYPE";
  const std::string laughs =
      R"(<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>)";
  const std::string outside = R"(<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>)";
  const std::string body = enveloped("&c;").substr(38);
  EXPECT_EQ(told(soap_look_up, laughs + body), doctype);
  EXPECT_EQ(told(soap_look_up, outside + enveloped("&a;").substr(38)), doctype);
  EXPECT_EQ(told(soap_look_up, R"(<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd">)" + body),
            doctype);
  EXPECT_EQ(told(soap_look_up, enveloped("&undeclared;")), not_well_formed);
  const auto nested = [](int depth) {
    std::string open;
    std::string close;
    for (int i = 0; i < depth; ++i) {
      open += "<a>";
      close += "</a>";
    }
    return enveloped(collection_of(open + close));
  };
  EXPECT_EQ(told(soap_look_up, nested(29)), "nobody");
  EXPECT_EQ(told(soap_look_up, nested(31)), "broken: the XML is nested too deep");
  EXPECT_EQ(told(soap_look_up, nested(20'000)), "broken: the XML is nested too deep");
  EXPECT_EQ(told(soap_look_up, enveloped(std::string(300'000, ' '))),
            "broken: the XML is too large");
  EXPECT_EQ(told(soap_look_up, enveloped(collection_of(citizen_of(
                                   "<ns1:SoCMND>" + std::string(5000, '1') + "</ns1:SoCMND>")))),
            "broken: the XML has a text that is too long");
}

TEST(PopulationFacadeAnswer, TellsWhatItsXmlTells) {
  EXPECT_EQ(told(json_look_up, facade("0", quoted(collection_of(whole_citizen)))), "052089999999");
  EXPECT_EQ(told(json_look_up, facade("0", quoted("<?xml version=\"1.0\" encoding=\"utf-16\"?>" +
                                                  collection_of(whole_citizen)))),
            "052089999999")
      << "it is UTF-8 whatever it says";
  EXPECT_EQ(told(json_look_up, facade("0", quoted(collection_of("")))), "nobody");
  EXPECT_EQ(told(json_verify, facade("0", quoted(verdict_of("true")))), "vouched");
  EXPECT_EQ(told(json_verify, facade("0", quoted(verdict_of("false")))), "nobody");
  for (const char* nothing : {R"("")", R"(" \n")", "null"}) {
    EXPECT_EQ(told(json_look_up, facade("0", nothing)), "nobody") << nothing;
  }
  EXPECT_EQ(told(json_look_up, facade("0", quoted("<html/>"))), not_expected);
  EXPECT_EQ(told(json_look_up, facade("0", quoted("nobody"))), not_well_formed);
}

TEST(PopulationFacadeAnswer, KnowsItsSuccesses) {
  for (const char* code : {"0", "200", R"("0")", R"("00")", R"("000")", R"("200")"}) {
    EXPECT_EQ(told(json_look_up, facade(code, R"("")")), "nobody") << code;
  }
  for (const char* code : {"1", "-1", "0.0", "404", "true", "false", "null", R"("")", R"("1")",
                           R"("0000")", R"(" 0")", "[]", "[0]", "{}"}) {
    EXPECT_EQ(told(json_look_up, facade(code, R"("")")), "broken: error_code tells no success")
        << code;
  }
}

TEST(PopulationFacadeAnswer, IsReadStrictly) {
  const std::string no_object = "broken: the answer is not a JSON object";
  for (const char* body :
       {"<html></html>", "[]", "0", "\"\"", "{", "{}{}", " ",
        R"({"error_code":0,"message":"","message":""})",
        R"({"error_code":1,"error_code":0,"message":""})",
        "{\"error_code\":0,\"message\":\"\xff\"}", R"({"error_code":0,"message":"\u0000"})"}) {
    EXPECT_EQ(told(json_look_up, body), no_object) << body;
  }
  EXPECT_EQ(told(json_look_up, "{}"), "broken: error_code tells no success");
  EXPECT_EQ(told(json_look_up, R"({"error_code":0})"), "broken: message is not text");
  EXPECT_EQ(told(json_look_up, facade("0", "{}")), "broken: message is not text");
  EXPECT_EQ(told(json_look_up, facade("0", "0")), "broken: message is not text");
  EXPECT_EQ(told(json_look_up, std::string(100'000, '[')), no_object);
  EXPECT_EQ(told(json_look_up, facade("0", quoted(std::string(300'000, ' ')))),
            "broken: the answer is too large");
}

}  // namespace
}  // namespace vneid::population
