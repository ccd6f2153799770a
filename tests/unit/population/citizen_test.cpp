#include "population/citizen.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "population/xml_answer.hpp"
#include "unit/population/samples.hpp"

namespace vneid::population {
namespace {

std::expected<Finding, Unusable> read(const std::string& citizens) {
  const std::string xml = collection_of(citizens);
  return read_document(xml, Settings::Service::look_up, this_year);
}

Record record(const std::string& citizens) { return std::get<Record>(read(citizens).value()); }

/// What keeps the record from use, or "none".
std::string problem(const std::string& elements) {
  const auto finding = read(citizen_of(elements));
  if (finding) return "none";
  return finding.error().text + (finding.error().service_works ? "" : " (broken)");
}

const std::string named = "<ns1:HoVaTen><ns1:Ten>LÊ AN</ns1:Ten></ns1:HoVaTen>";

TEST(PopulationCitizen, ReadsWhatTheIdentityPageShows) {
  const Record citizen = record(whole_citizen);
  EXPECT_EQ(citizen.number, number_of("052089999999"));
  EXPECT_EQ(citizen.cmnd, cmnd_of("211234589"));
  EXPECT_EQ(citizen.name, "NGUYỄN VĂN ĐÀ");
  EXPECT_EQ(citizen.sex, identity::Sex::male);
  EXPECT_EQ(citizen.birth_date, date_of("07/03/1989"));
  EXPECT_EQ(citizen.birth_place, "xã Mẫu 1, Bình Định");
  EXPECT_EQ(citizen.home_town, "xã Mẫu 2, Bình Định");
  EXPECT_EQ(citizen.residence, "12 đường Mẫu & Bạn");
}

TEST(PopulationCitizen, ARelativeIsNeverTakenForTheCitizen) {
  for (const char* relative : {"Cha", "Me", "VoChong", "NguoiDaiDien", "ChuHo", "Con"}) {
    const std::string inside =
        "<ns1:SoDinhDanh>052061000001</ns1:SoDinhDanh><ns1:SoCMND>200000001</ns1:SoCMND>"
        "<ns1:GioiTinh>1</ns1:GioiTinh><ns1:NgayThangNamSinh><ns1:Nam>1961</ns1:Nam>"
        "</ns1:NgayThangNamSinh><ns1:HoVaTen><ns1:Ten>CHA</ns1:Ten></ns1:HoVaTen>"
        "<ns1:ThuongTru><ns1:ChiTiet>x</ns1:ChiTiet></ns1:ThuongTru>";
    std::string element = "<ns1:";
    element.append(relative).append(">").append(inside).append("</ns1:").append(relative) += ">";
    for (const std::string& elements : {element + named, named + element}) {
      const Record citizen = record(citizen_of(elements));
      EXPECT_EQ(citizen.name, "LÊ AN") << relative;
      EXPECT_FALSE(citizen.number || citizen.cmnd || citizen.sex || citizen.birth_date) << relative;
      EXPECT_EQ(citizen.residence, "") << relative;
    }
    EXPECT_EQ(problem(element), "the record has no usable name") << relative;
  }
}

TEST(PopulationCitizen, JoinsTheNameOfWhatIsTold) {
  const auto name = [](const std::string& parts) {
    return record(citizen_of("<ns1:HoVaTen>" + parts + "</ns1:HoVaTen>")).name;
  };
  EXPECT_EQ(name("<ns1:Ho/><ns1:ChuDem></ns1:ChuDem><ns1:Ten>LÊ AN</ns1:Ten>"), "LÊ AN");
  EXPECT_EQ(name("<ns1:Ten>AN</ns1:Ten><ns1:Ho> LÊ\n</ns1:Ho>"), "LÊ AN");
  EXPECT_EQ(name("<ns1:Ho>H'</ns1:Ho><ns1:Ten><![CDATA[HEN NIÊ]]></ns1:Ten>"), "H' HEN NIÊ");
}

TEST(PopulationCitizen, ReadsBirthDatesAsExactlyAsTold) {
  const auto born = [](const std::string& year, const std::string& date) -> std::string {
    const auto finding = read(citizen_of(named + "<ns1:NgayThangNamSinh><ns1:Nam>" + year +
                                         "</ns1:Nam><ns1:NgayThangNam>" + date +
                                         "</ns1:NgayThangNam></ns1:NgayThangNamSinh>"));
    if (!finding) return finding.error().text;
    const auto& told = std::get<Record>(*finding).birth_date;
    return told ? told->to_text() : "not told";
  };
  const std::string none = "the record's birth date is none";
  EXPECT_EQ(born("", ""), "not told");
  EXPECT_EQ(born("1950", ""), "1950");
  EXPECT_EQ(born("", "19500307"), "1950-03-07");
  EXPECT_EQ(born("1950", "19500307"), "1950-03-07");
  EXPECT_EQ(born("1950", "03/1950"), "1950-03");
  EXPECT_EQ(born("1950", "19500000"), "1950");
  EXPECT_EQ(born("1951", "19500307"), "the record has two birth dates");
  EXPECT_EQ(born("1950", "19500231"), none);
  EXPECT_EQ(born("x", "19500307"), none);
  EXPECT_EQ(born("2027", ""), none);
}

TEST(PopulationCitizen, ReadsSexes) {
  using identity::Sex;
  const std::pair<const char*, std::optional<Sex>> table[] = {
      {"1", Sex::male},    {"2", Sex::female},     {"Nam", Sex::male},   {"NAM", Sex::male},
      {"Nữ", Sex::female}, {"NU", Sex::female},    {"0", std::nullopt},  {"9", std::nullopt},
      {"", std::nullopt},  {"Khác", std::nullopt}, {"12", std::nullopt},
  };
  for (const auto& [text, sex] : table) EXPECT_EQ(read_sex(text), sex) << text;
}

TEST(PopulationCitizen, PlacesAreWordsAndNeverCodes) {
  const auto residence = [](const std::string& parts) {
    return record(citizen_of(named + "<ns1:ThuongTru>" + parts + "</ns1:ThuongTru>")).residence;
  };
  EXPECT_EQ(residence("<ns1:MaTinhThanh>52</ns1:MaTinhThanh><ns1:QuocGia>VN</ns1:QuocGia>"), "");
  EXPECT_EQ(residence("<ns1:MaTinhThanh>Bình Định</ns1:MaTinhThanh>"
                      "<ns1:MaPhuongXa>xã Mẫu</ns1:MaPhuongXa><ns1:QuocGia>Việt Nam</ns1:QuocGia>"),
            "xã Mẫu, Bình Định");
  EXPECT_EQ(residence("<ns1:ChiTiet>xã Mẫu, Bình Định</ns1:ChiTiet>"
                      "<ns1:MaTinhThanh>Bình Định</ns1:MaTinhThanh>"
                      "<ns1:QuocGia>Hoa Kỳ</ns1:QuocGia>"),
            "xã Mẫu, Bình Định, Hoa Kỳ");
  EXPECT_EQ(residence("<ns1:ChiTiet>a&#x202E;b</ns1:ChiTiet>"), "") << "cannot be shown";
}

TEST(PopulationCitizen, RefusesWhatCannotBeReliedOn) {
  const std::string number = "<ns1:SoDinhDanh>052089999999</ns1:SoDinhDanh>";
  EXPECT_EQ(problem(named), "none");
  EXPECT_EQ(problem(number + named), "none");
  EXPECT_EQ(problem(number), "the record has no usable name");
  EXPECT_EQ(problem(""), "the record has no usable name");
  EXPECT_EQ(problem("<ns1:SoDinhDanh>05208999999</ns1:SoDinhDanh>" + named),
            "the record's number is none");
  EXPECT_EQ(problem(number + number + named), "the record has an element twice (broken)");
  EXPECT_EQ(problem(named + named), "the record has an element twice (broken)");
  EXPECT_EQ(problem("<ns1:HoVaTen><ns1:Ten>A</ns1:Ten><ns1:Ten>B</ns1:Ten></ns1:HoVaTen>"),
            "the record has an element twice (broken)");
}

TEST(PopulationCitizen, ForeignElementsTellNothing) {
  const std::string foreign =
      R"(<SoDinhDanh xmlns="urn:x">052061000001</SoDinhDanh><ns1:sodinhdanh>1</ns1:sodinhdanh>)";
  EXPECT_FALSE(record(citizen_of(foreign + named)).number);
  EXPECT_TRUE(record(citizen_of("<SoDinhDanh>052089999999</SoDinhDanh>" + named)).number);
  EXPECT_FALSE(record(citizen_of("<ns1:SoCMND>052089999999</ns1:SoCMND>" + named)).cmnd);
}

}  // namespace
}  // namespace vneid::population
