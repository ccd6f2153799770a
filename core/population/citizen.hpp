#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "population/finding.hpp"
#include "population/source.hpp"
#include "population/xml_cursor.hpp"

namespace vneid::population {

/// Namespace of what the database tells (domain.md §3.1).
inline constexpr std::string_view told_namespace = "http://www.mic.gov.vn/dancu/1.0";

/// The texts of a `CongDan` that are ever read. Religion, ethnicity, blood group and the like are
/// not, nor anything inside a relative (Cha, Me, VoChong, NguoiDaiDien, ChuHo), whose number stands
/// in an element of the same name as the citizen's (domain.md §3.3).
struct CitizenTexts {
  std::string number;       ///< SoDinhDanh
  std::string cmnd;         ///< SoCMND
  std::string name;         ///< HoVaTen: Ho, ChuDem and Ten, those that are not empty
  std::string sex;          ///< GioiTinh
  std::string year;         ///< NgayThangNamSinh/Nam
  std::string date;         ///< NgayThangNamSinh/NgayThangNam
  std::string birth_place;  ///< NoiDangKyKhaiSinh
  std::string home_town;    ///< QueQuan
  std::string residence;    ///< ThuongTru

  friend bool operator==(const CitizenTexts&, const CitizenTexts&) = default;
};

/// Reads and leaves the `CongDan` that the cursor has entered. An element of the above that stands
/// there twice fails the cursor.
CitizenTexts read_citizen(XmlCursor& cursor, const XmlCursor::Element& citizen);

/// GioiTinh as the database's services are seen to write it: 1 (male) and 2 (female), as in ISO
/// 5218, or the words "Nam" and "Nữ" in any form. Anything else, 0 and 9 too, is not told.
std::optional<identity::Sex> read_sex(std::string_view text);

/// What the texts mean. Unusable when the number is none, the name is missing, or the birth date
/// cannot be read or contradicts itself; a CMND that is not 9 digits is taken as not told.
/// `current_year` is Vietnam's.
std::expected<Record, Unusable> record_of(const CitizenTexts& texts, int current_year);

}  // namespace vneid::population
