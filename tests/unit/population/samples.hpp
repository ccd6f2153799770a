#pragma once

#include <string>

#include "identity/name_key.hpp"
#include "population/settings.hpp"
#include "population/source.hpp"

namespace vneid::population {

constexpr int this_year = 2026;

inline identity::CitizenNumber number_of(const std::string& text) {
  return identity::CitizenNumber::parse(text, this_year).value();
}
inline identity::Cmnd cmnd_of(const std::string& text) {
  return identity::Cmnd::parse(text).value();
}
inline identity::BirthDate date_of(const std::string& text) {
  return identity::BirthDate::parse(text, this_year).value();
}

inline Settings settings_of(Settings::Profile profile, Settings::Service service) {
  Settings settings;
  settings.name = "csdl";
  settings.profile = profile;
  settings.service = service;
  settings.endpoint = "https://lgsp.example/csdldc";
  settings.officer = "canbo01";
  settings.unit = "H08.5";
  return settings;
}
inline const Settings soap_look_up =
    settings_of(Settings::Profile::soap, Settings::Service::look_up);
inline const Settings soap_verify = settings_of(Settings::Profile::soap, Settings::Service::verify);
inline const Settings json_look_up =
    settings_of(Settings::Profile::json, Settings::Service::look_up);
inline const Settings json_verify = settings_of(Settings::Profile::json, Settings::Service::verify);

/// Empty: not asked.
inline Question question_of(const std::string& number, const std::string& cmnd = {},
                            const std::string& birth = {},
                            const std::string& name = "Nguyễn Văn Đà") {
  Question question;
  if (!number.empty()) question.number = number_of(number);
  if (!cmnd.empty()) question.cmnd = cmnd_of(cmnd);
  if (!birth.empty()) question.birth_date = date_of(birth);
  question.name = identity::clean_name(name).value();
  question.asker = "account:17";
  return question;
}

/// A CongDan with everything that the database tells, relatives first, as no schema forbids.
inline const std::string whole_citizen = R"(<ns1:CongDan id="1" SoCongDan="1" GhiChu="">
  <ns1:Cha><ns1:HoVaTen><ns1:Ten>NGUYỄN VĂN CHA</ns1:Ten></ns1:HoVaTen>
    <ns1:SoDinhDanh>052061000001</ns1:SoDinhDanh><ns1:SoCMND>200000001</ns1:SoCMND></ns1:Cha>
  <ns1:SoDinhDanh> 052089999999 </ns1:SoDinhDanh>
  <ns1:SoCMND>211234589</ns1:SoCMND>
  <ns1:HoVaTen><ns1:Ho>NGUYỄN</ns1:Ho><ns1:ChuDem>VĂN</ns1:ChuDem><ns1:Ten>ĐÀ</ns1:Ten></ns1:HoVaTen>
  <ns1:GioiTinh>1</ns1:GioiTinh>
  <ns1:DanToc>01</ns1:DanToc><ns1:TonGiao>Cao Đài</ns1:TonGiao>
  <ns1:TinhTrangHonNhan>2</ns1:TinhTrangHonNhan><ns1:NhomMau>AB</ns1:NhomMau>
  <ns1:NgayThangNamSinh><ns1:Nam>1989</ns1:Nam><ns1:NgayThangNam>19890307</ns1:NgayThangNam></ns1:NgayThangNamSinh>
  <ns1:NoiDangKyKhaiSinh><ns1:MaTinhThanh>52</ns1:MaTinhThanh><ns1:ChiTiet>xã Mẫu 1, Bình Định</ns1:ChiTiet><ns1:QuocGia>VN</ns1:QuocGia></ns1:NoiDangKyKhaiSinh>
  <ns1:QueQuan><ns1:MaTinhThanh>Bình Định</ns1:MaTinhThanh><ns1:MaQuanHuyen>540</ns1:MaQuanHuyen><ns1:ChiTiet>xã Mẫu 2</ns1:ChiTiet><ns1:QuocGia>Việt Nam</ns1:QuocGia></ns1:QueQuan>
  <ns1:ThuongTru><ns1:ChiTiet>12 đường Mẫu &amp; Bạn</ns1:ChiTiet></ns1:ThuongTru>
  <ns1:NoiOHienTai><ns1:ChiTiet>nơi khác</ns1:ChiTiet></ns1:NoiOHienTai>
  <ns1:Me><ns1:SoDinhDanh>052161000002</ns1:SoDinhDanh></ns1:Me>
  <ns1:VoChong><ns1:SoDinhDanh>052189000003</ns1:SoDinhDanh></ns1:VoChong>
  <ns1:NguoiDaiDien><ns1:SoDinhDanh>052061000004</ns1:SoDinhDanh></ns1:NguoiDaiDien>
  <ns1:ChuHo><ns1:QuanHe>Con</ns1:QuanHe><ns1:SoDinhDanh>052061000001</ns1:SoDinhDanh>
    <ns1:HoVaTen><ns1:Ten>NGUYỄN VĂN CHA</ns1:Ten></ns1:HoVaTen></ns1:ChuHo>
  <ns1:SoSoHoKhau>HK052</ns1:SoSoHoKhau>
</ns1:CongDan>)";

inline std::string collection_of(const std::string& citizens) {
  return R"(<ns1:CongdanCollection xmlns:ns1="http://www.mic.gov.vn/dancu/1.0">)" + citizens +
         "</ns1:CongdanCollection>";
}
/// A CongDan of one number, name and birth date.
inline std::string citizen_of(const std::string& elements) {
  return "<ns1:CongDan>" + elements + "</ns1:CongDan>";
}
inline std::string verdict_of(const std::string& exists) {
  return R"(<v:KetQuaXacThuc xmlns:v="http://www.mic.gov.vn/dancu/1.0"><v:TonTai>)" + exists +
         "</v:TonTai></v:KetQuaXacThuc>";
}
inline std::string enveloped(const std::string& payload) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><s:Envelope )"
         R"(xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body>)" +
         payload + "</s:Body></s:Envelope>";
}

}  // namespace vneid::population
