#include "population/request.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "population/soap.hpp"
#include "unit/population/samples.hpp"

namespace vneid::population {
namespace {

constexpr Wall instant{Milliseconds{1'770'000'000'123}};

std::string body(const Settings& settings, const Question& question) {
  return make_request(settings, question, "id1", instant).body;
}

std::string header(const http::OutgoingRequest& request, const std::string& name) {
  const auto found = std::ranges::find(request.headers, name, &http::Header::first);
  return found == request.headers.end() ? "none" : found->second;
}

/// What stands in the Body, without the prefix that all of it has.
std::string fields(const Settings& settings, const Question& question) {
  std::string text = body(settings, question);
  const auto from = text.find("<soapenv:Body>") + 14;
  text = text.substr(from, text.find("</soapenv:Body>") - from);
  for (auto at = text.find("dan:"); at != std::string::npos; at = text.find("dan:")) {
    text.erase(at, 4);
  }
  return text;
}

TEST(PopulationRequest, LooksUpInTheOrderOfTheSchema) {
  Settings settings = soap_look_up;
  const std::string before =
      "<TraCuuThongTinCongDan><MaYeuCau>id1</MaYeuCau><MaDVC>VPCP</MaDVC>"
      "<MaTichHop>037</MaTichHop><MaCanBo>canbo01</MaCanBo><MaDonVi>H08.5</MaDonVi>";
  const std::string name = "<HoVaTen>NGUYENVANDA</HoVaTen>";
  const std::string after = "</TraCuuThongTinCongDan>";
  EXPECT_EQ(fields(settings, question_of("052089999999")),
            before + "<SoDinhDanh>052089999999</SoDinhDanh>" + name + after);
  EXPECT_EQ(fields(settings, question_of("", "211234589", "1989")),
            before + "<SoCMND>211234589</SoCMND>" + name +
                "<NgayThangNamSinh><Nam>1989</Nam></NgayThangNamSinh>" + after);
  settings.account = "tk<1>&";
  EXPECT_EQ(
      fields(settings, question_of("052089999999", "211234589", "07/03/1989")),
      before + "<TaiKhoan>tk&lt;1&gt;&amp;</TaiKhoan><SoDinhDanh>052089999999</SoDinhDanh>" + name +
          "<NgayThangNamSinh><NgayThangNam>19890307</NgayThangNam></NgayThangNamSinh>" + after);
}

TEST(PopulationRequest, AMonthWithoutADayIsAskedAsItsYear) {
  EXPECT_TRUE(fields(soap_look_up, question_of("052089999999", "", "03/1989"))
                  .contains("<NgayThangNamSinh><Nam>1989</Nam></NgayThangNamSinh>"));
}

TEST(PopulationRequest, VerifiesWithEveryElementOfTheSchema) {
  const std::string before =
      "<XacThucThongTinCongDan><MaYeuCau>id1</MaYeuCau><MaDichVu>VPCP</MaDichVu>"
      "<MaCanBo>canbo01</MaCanBo>";
  const std::string after = "<HoVaTen>NGUYENVANDA</HoVaTen></XacThucThongTinCongDan>";
  const auto numbers = [](const std::string& number, const std::string& cmnd) {
    return "<SoDinhDanh>" + number + "</SoDinhDanh><SoCMND>" + cmnd + "</SoCMND>";
  };
  EXPECT_EQ(fields(soap_verify, question_of("052089999999", "", "1989")),
            before + numbers("052089999999", "") + after);
  EXPECT_EQ(fields(soap_verify, question_of("", "211234589")),
            before + numbers("", "211234589") + after);
  EXPECT_EQ(fields(soap_verify, question_of("052089999999", "211234589")),
            before + numbers("052089999999", "211234589") + after);
}

TEST(PopulationRequest, IsSoapOneOne) {
  const auto request = make_request(soap_look_up, question_of("052089999999"), "id1", instant);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://lgsp.example/csdldc");
  EXPECT_EQ(header(request, "Content-Type"), "text/xml; charset=utf-8");
  EXPECT_EQ(header(request, "SOAPAction"), "\"\"");
  EXPECT_TRUE(request.body.starts_with(
      R"(<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope )"
      R"(xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" )"
      R"(xmlns:dan="http://dancuquocgia.bca"><soapenv:Header/><soapenv:Body>)"
      "<dan:TraCuuThongTinCongDan><dan:MaYeuCau>"));
}

TEST(PopulationRequest, AsksTheFacadeInJson) {
  const std::string after = R"(,"MaTichHop":"037","MaDVC":"VPCP","MaCanBo":"canbo01",)"
                            R"("MaYeuCau":"id1"})";
  EXPECT_EQ(body(json_look_up, question_of("052089999999")),
            R"({"HoVaTen":"NGUYENVANDA","SoDinhDanh":"052089999999")" + after);
  EXPECT_EQ(body(json_look_up, question_of("052089999999", "211234589", "07/03/1989")),
            R"({"HoVaTen":"NGUYENVANDA","SoDinhDanh":"052089999999","Nam":"1989")" + after);
  EXPECT_EQ(body(json_look_up, question_of("", "211234589", "1989")),
            R"({"HoVaTen":"NGUYENVANDA","SoCMND":"211234589","Nam":"1989")" + after);
  EXPECT_TRUE(body(json_verify, question_of("052089999999")).contains(R"("MaTichHop":"033")"));
  const auto request = make_request(json_look_up, question_of("052089999999"), "id1", instant);
  EXPECT_EQ(header(request, "Content-Type"), "application/json");
}

TEST(PopulationRequest, SendsConfiguredHeadersOnly) {
  const std::vector<std::string> names{"Timestamp", "Authorization", "X-Road-Client", "ApiKey"};
  const auto bare = make_request(json_look_up, question_of("052089999999"), "id1", instant);
  for (const auto& name : names) EXPECT_EQ(header(bare, name), "none");
  Settings settings = json_look_up;
  settings.user = "cong";
  settings.secret = "bí mật";
  settings.client = "VN/GOV/H08/portal";
  settings.api_key = "khoá";
  const auto full = make_request(settings, question_of("052089999999"), "id1", instant);
  EXPECT_EQ(header(full, "Timestamp"), "1770000000123");
  const std::string password =
      crypto::hex(crypto::sha256("https://lgsp.example/csdldccong1770000000123bí mật"));
  EXPECT_EQ(header(full, "Authorization"), "Basic " + crypto::base64_encode("cong:" + password));
  EXPECT_EQ(header(full, "X-Road-Client"), "VN/GOV/H08/portal");
  EXPECT_EQ(header(full, "ApiKey"), "khoá");
}

TEST(PopulationRequest, NeedsANumberAndAName) {
  EXPECT_THROW(body(json_look_up, question_of("")), std::invalid_argument);
  Question nameless = question_of("052089999999");
  nameless.name = "…";
  EXPECT_THROW(body(soap_look_up, nameless), std::invalid_argument);
}

TEST(PopulationRequest, EscapesXml) {
  EXPECT_EQ(xml_escaped("a<b>&\"'\r\n\tđ"), "a&lt;b&gt;&amp;\"'&#13;\n\tđ");
  EXPECT_EQ(xml_escaped(std::string{"a\0b\x1f"
                                    "c",
                                    5}),
            "abc");
}

}  // namespace
}  // namespace vneid::population
