#include "oidc/identity_claims.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "text/json.hpp"

namespace vneid::oidc {
namespace {

using identity::AccountKind;
using identity::NumberError;

/// 2026-11-23.
constexpr Wall now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

VerifiedIdentity map(const std::string& claims, const ClaimNames& names = {}, Wall at = now) {
  return map_claims(text::parse_json_object(claims, 100'000)->get(), names, at);
}

TEST(IdentityClaims, AreMapped) {
  const auto person =
      map(R"({"iss":"https://sso.example","sub":"s-1","SoDinhDanh":"052089999999",)"
          R"("HoVaTen":"  Nguyễn  Văn An","NgayThangNamSinh":"19890307","GioiTinh":"Nam","IAL":2,)"
          R"("LoaiTaiKhoan":1})");
  EXPECT_EQ(person.issuer, "https://sso.example");
  EXPECT_EQ(person.subject, "s-1");
  ASSERT_TRUE(person.citizen_id);
  EXPECT_EQ(person.citizen_id->digits(), "052089999999");
  EXPECT_EQ(person.name, "Nguyễn Văn An");
  ASSERT_TRUE(person.birth_date);
  EXPECT_EQ(person.birth_date->to_text(), "1989-03-07");
  EXPECT_EQ(person.sex, identity::Sex::male);
  EXPECT_EQ(person.level, 2);
  EXPECT_EQ(person.kind, AccountKind::personal);
  const auto decision = person.for_decision();
  EXPECT_EQ(decision.number, *person.citizen_id);
  EXPECT_EQ(decision.name->loose, "NGUYENVANAN");
  EXPECT_EQ(decision.birth_date, person.birth_date);
  EXPECT_EQ(decision.level, 2);
  EXPECT_EQ(decision.kind, AccountKind::personal);
  EXPECT_EQ(decision.sex, identity::Sex::male);
}

TEST(IdentityClaims, NamesAreConfigured) {
  const ClaimNames names{"citizenPid", "fullName", "birthDate", "", "accountLevel", "accountType"};
  const auto person = map(
      R"({"citizenPid":"052089999999","fullName":"An","birthDate":"07/03/1989","GioiTinh":"Nam",)"
      R"("accountLevel":"2","accountType":"3","SoDinhDanh":"001089000000","IAL":9})",
      names);
  EXPECT_EQ(person.citizen_id->digits(), "052089999999");
  EXPECT_EQ(person.birth_date->to_text(), "1989-03-07");
  EXPECT_FALSE(person.sex);
  EXPECT_EQ(person.level, 2);
  EXPECT_EQ(person.kind, AccountKind::organization);
}

TEST(IdentityClaims, NumberIsMissingOrWrongDistinctly) {
  const auto error = [](const std::string& value) {
    const auto person = map("{\"SoDinhDanh\":" + value + "}");
    EXPECT_FALSE(person.for_decision().number);
    return person.citizen_id ? NumberError::birth_year_in_future : person.citizen_id.error();
  };
  EXPECT_EQ(map("{}").citizen_id.error(), NumberError::empty);
  EXPECT_EQ(error("null"), NumberError::empty);
  EXPECT_EQ(error(R"("")"), NumberError::empty);
  EXPECT_EQ(error("52089999999"), NumberError::not_digits) << "a JSON number";
  EXPECT_EQ(error(R"(["052089999999"])"), NumberError::not_digits);
  EXPECT_EQ(error(R"("05208999999")"), NumberError::wrong_length);
  EXPECT_EQ(error(R"("05208999999x")"), NumberError::not_digits);
  EXPECT_EQ(map(R"({"SoDinhDanh":"052227999999"})").citizen_id.error(),
            NumberError::birth_year_in_future);
}

TEST(IdentityClaims, YearsAreVietnams) {
  // 2026-12-31 17:00 UTC is 2027-01-01 00:00 in Vietnam: a child born in 2027 has a number.
  const Wall new_year =
      Wall{std::chrono::sys_days{std::chrono::year{2026} / 12 / 31}} + std::chrono::hours{17};
  const std::string born = R"({"SoDinhDanh":"052227999999"})";
  EXPECT_TRUE(map(born, {}, new_year).citizen_id);
  EXPECT_FALSE(map(born, {}, new_year - std::chrono::milliseconds{1}).citizen_id);
}

TEST(IdentityClaims, WhatIsNotUnderstoodIsAbsent) {
  const auto person = map(R"({"HoVaTen":"An‮","NgayThangNamSinh":"31/02/1989","GioiTinh":"1",)"
                          R"("LoaiTaiKhoan":9,"IAL":"high"})");
  EXPECT_EQ(person.name, "") << "bidirectional override";
  EXPECT_FALSE(person.birth_date);
  EXPECT_FALSE(person.sex);
  EXPECT_FALSE(person.level);
  EXPECT_EQ(person.kind, AccountKind::unknown);
  EXPECT_FALSE(person.for_decision().name);
  EXPECT_EQ(map(R"({"HoVaTen":")" + std::string(5000, 'a') + "\"}").name, "");
}

TEST(IdentityClaims, Sexes) {
  const auto sex = [](const std::string& text) {
    return map(R"({"GioiTinh":")" + text + "\"}").sex;
  };
  EXPECT_EQ(sex("Nữ"), identity::Sex::female);
  EXPECT_EQ(sex("nư\xCC\x83"), identity::Sex::female) << "decomposed";
  EXPECT_EQ(sex("female"), identity::Sex::female);
  EXPECT_EQ(sex("NAM"), identity::Sex::male);
  EXPECT_EQ(sex("M"), identity::Sex::male);
  EXPECT_FALSE(sex("khác"));
}

TEST(IdentityClaims, Kinds) {
  const auto kind = [](const std::string& value) {
    return map("{\"LoaiTaiKhoan\":" + value + "}").kind;
  };
  EXPECT_EQ(kind("1"), AccountKind::personal);
  EXPECT_EQ(kind(R"("1")"), AccountKind::personal);
  EXPECT_EQ(kind("2"), AccountKind::organization);
  EXPECT_EQ(kind(R"("3")"), AccountKind::organization);
  for (const char* value :
       {"0", "4", "true", "1.0", "null", R"("")", R"("01")", "[1]", R"({"a":1})"}) {
    EXPECT_EQ(kind(value), AccountKind::unknown) << value;
  }
  EXPECT_EQ(map("{}").kind, AccountKind::unknown);
  ClaimNames names;
  names.kind = "";
  EXPECT_EQ(map(R"({"LoaiTaiKhoan":2})", names).kind, AccountKind::personal);
}

std::optional<int> level(const std::string& value) {
  const auto object = text::parse_json_object("{\"v\":" + value + "}", 1000);
  return read_level(json_object_get(object->get(), "v"));
}

TEST(Level, IsReadInItsForms) {
  EXPECT_EQ(level("2"), 2);
  EXPECT_EQ(level("0"), 0);
  EXPECT_EQ(level("9"), 9);
  EXPECT_EQ(level(R"("2")"), 2);
  EXPECT_EQ(level(R"("LoA2")"), 2);
  EXPECT_EQ(level(R"("loa1")"), 1);
  EXPECT_EQ(level(R"("LoA1 LoA2")"), 2);
  EXPECT_EQ(level(R"("LoA2,LoA1")"), 2);
  EXPECT_EQ(level(R"("LoA1, LoA2")"), 2);
  EXPECT_EQ(level(R"(["LoA1","LoA2"])"), 2);
  EXPECT_EQ(level(R"([1,2])"), 2);
}

TEST(Level, UnknownFormsAreUnknown) {
  for (const char* value : {"-1",
                            "10",
                            "2.0",
                            "1e0",
                            "true",
                            "null",
                            R"("")",
                            R"(" ")",
                            R"("two")",
                            R"("LoA")",
                            R"("LoA22")",
                            R"("12")",
                            R"("2x")",
                            R"("+2")",
                            R"("LoX2")",
                            "{}",
                            "[]",
                            "[[2]]",
                            R"({"level":2})",
                            "9223372036854775807"}) {
    EXPECT_FALSE(level(value)) << value;
  }
  EXPECT_FALSE(read_level(nullptr));
}

TEST(Level, FailsClosed) {
  EXPECT_TRUE(level_satisfied(2, 2));
  EXPECT_TRUE(level_satisfied(2, 3));
  EXPECT_FALSE(level_satisfied(2, 1));
  EXPECT_FALSE(level_satisfied(2, 0));
  EXPECT_FALSE(level_satisfied(2, std::nullopt));
  EXPECT_FALSE(level_satisfied(0, std::nullopt));
}

}  // namespace
}  // namespace vneid::oidc
