#include <string>

#include <gtest/gtest.h>

#include "population/answer.hpp"
#include "unit/population/samples.hpp"

namespace vneid::population {
namespace {

Record record_of(const std::string& number, const std::string& cmnd, const std::string& birth,
                 const std::string& name) {
  const Question same = question_of(number, cmnd, birth, name);
  Record record;
  record.number = same.number;
  record.cmnd = same.cmnd;
  record.birth_date = same.birth_date;
  record.name = same.name;
  return record;
}

std::string judged(const Question& question, const Finding& finding,
                   const Settings& settings = soap_look_up) {
  const auto answer = judge(settings, question, finding);
  if (!answer) return answer.error().service_works ? answer.error().text : "broken";
  return std::holds_alternative<Match>(*answer) ? "match" : "no match";
}

struct Row {
  const char* number;  ///< asked
  const char* cmnd;
  const char* birth;
  const char* told_number;
  const char* told_cmnd;
  const char* told_birth;
  const char* told_name;
  const char* expected;
};

constexpr const char* me = "052089999999";
constexpr const char* other = "052061000001";
constexpr const char* mine = "211234589";
constexpr const char* theirs = "200000001";
constexpr const char* name = "NGUYỄN VĂN ĐÀ";
constexpr const char* somebody_else = "the answer is about somebody else";

const Row rows[] = {
    // The record must be about the number asked.
    {me, "", "", me, "", "", name, "match"},
    {me, "", "", me, mine, "", name, "match"},
    {me, "", "", other, "", "", name, somebody_else},
    {me, "", "", "", "", "", name, somebody_else},
    {me, mine, "", other, mine, "", name, somebody_else},
    {me, mine, "", "", mine, "", name, somebody_else},
    {"", mine, "", me, mine, "", name, "match"},
    {"", mine, "", me, "", "", name, "match"},
    {"", mine, "", "", mine, "", name, "match"},
    {"", mine, "", me, theirs, "", name, somebody_else},
    {"", mine, "", me, theirs, "", "LÊ AN", somebody_else},
    // Both asked: the CMND is compared here, since only the other number was sent.
    {me, mine, "", me, mine, "", name, "match"},
    {me, mine, "", me, "", "", name, "match"},
    {me, mine, "", me, theirs, "", name, "no match"},
    // Names by their loose key.
    {me, "", "", me, "", "", "nguyen van da", "match"},
    {me, "", "", me, "", "", "Nguyễn Văn Đa", "match"},
    {me, "", "", me, "", "", "NGUYỄN VĂN AN", "no match"},
    {me, "", "", me, "", "", "NGUYỄN VĂN", "no match"},
    // Birth dates as far as both know them.
    {me, "", "07/03/1989", me, "", "07/03/1989", name, "match"},
    {me, "", "07/03/1989", me, "", "03/1989", name, "match"},
    {me, "", "07/03/1989", me, "", "1989", name, "match"},
    {me, "", "1989", me, "", "07/03/1989", name, "match"},
    {me, "", "07/03/1989", me, "", "", name, "match"},
    {me, "", "", me, "", "07/03/1989", name, "match"},
    {me, "", "07/03/1989", me, "", "08/03/1989", name, "no match"},
    {me, "", "03/1989", me, "", "07/04/1989", name, "no match"},
    {me, "", "1990", me, "", "07/03/1989", name, "no match"},
};

TEST(PopulationJudge, HoldsTheRecordAgainstTheQuestion) {
  for (const Row& row : rows) {
    const Question question = question_of(row.number, row.cmnd, row.birth);
    const Record record = record_of(row.told_number, row.told_cmnd, row.told_birth, row.told_name);
    EXPECT_EQ(judged(question, record), row.expected)
        << (&row - rows) << ": " << row.told_name << " " << row.told_birth;
  }
}

TEST(PopulationJudge, GivesTheRecord) {
  const Record told = record_of(me, mine, "07/03/1989", name);
  const auto answer = judge(json_look_up, question_of(me), told);
  const Record& record = std::get<Match>(answer.value()).record;
  EXPECT_EQ(record.number, told.number);
  EXPECT_EQ(record.cmnd, told.cmnd);
  EXPECT_EQ(record.name, told.name);
  EXPECT_EQ(record.birth_date, told.birth_date);
}

TEST(PopulationJudge, AVerdictVouchesForWhatWasSent) {
  const auto vouched = [](const Settings& settings, const Question& question) {
    return std::get<Match>(judge(settings, question, Vouched{}).value()).record;
  };
  const Question both = question_of(me, mine, "07/03/1989");
  const Record by_soap = vouched(soap_verify, both);
  EXPECT_EQ(by_soap.number, both.number);
  EXPECT_EQ(by_soap.cmnd, both.cmnd);
  EXPECT_EQ(by_soap.name, both.name);
  EXPECT_FALSE(by_soap.birth_date) << "it was not sent";
  EXPECT_FALSE(vouched(json_verify, both).cmnd) << "it was not sent";
  EXPECT_EQ(vouched(json_verify, question_of("", mine)).cmnd, both.cmnd);
}

TEST(PopulationJudge, NobodyIsNoMatch) {
  EXPECT_EQ(judged(question_of(me), Nobody{}), "no match");
  EXPECT_EQ(judged(question_of(me), Nobody{}, soap_verify), "no match");
}

}  // namespace
}  // namespace vneid::population
