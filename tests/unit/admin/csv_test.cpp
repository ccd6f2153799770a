#include "admin/import/csv.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vneid::admin {
namespace {

/// Each record as "line:[field][field]", or "line!reason".
std::vector<std::string> read_all(const std::string& text) {
  std::istringstream stream{text};
  CsvReader reader{stream};
  std::vector<std::string> all;
  for (auto row = reader.next(); row; row = reader.next()) {
    if (!*row) {
      all.push_back(std::to_string(row->error().line) + "!" + row->error().reason.substr(0, 15));
      continue;
    }
    std::string one = std::to_string((*row)->line) + ":";
    for (const auto& field : (*row)->fields) one += "[" + field + "]";
    all.push_back(one);
  }
  return all;
}

using All = std::vector<std::string>;

TEST(Csv, ReadsWhatRfc4180Writes) {
  EXPECT_EQ(read_all("a,b\nc,d\n"), (All{"1:[a][b]", "2:[c][d]"}));
  EXPECT_EQ(read_all("a,b\r\nc,d"), (All{"1:[a][b]", "2:[c][d]"}));
  EXPECT_EQ(read_all("a,\n,b\n,\n"), (All{"1:[a][]", "2:[][b]", "3:[][]"}));
  EXPECT_EQ(read_all("\"a,b\",\"c\"\"d\",\"\"\n"), (All{"1:[a,b][c\"d][]"}));
  EXPECT_EQ(read_all("\"two\nlines\",x\nnext,y\n"), (All{"1:[two\nlines][x]", "3:[next][y]"}));
  EXPECT_EQ(read_all("\"a\r\nb\"\r\nc\r\n"), (All{"1:[a\r\nb]", "3:[c]"}));
}

TEST(Csv, PassesOverMarkAndBlankLines) {
  EXPECT_EQ(read_all("\xEF\xBB\xBF"
                     "a,b\n"),
            (All{"1:[a][b]"}));
  EXPECT_EQ(read_all("\n\r\na\n\n"), (All{"3:[a]"}));
  EXPECT_EQ(read_all(""), All{});
  EXPECT_EQ(read_all("\xEF\xBB\xBF"), All{});
  EXPECT_EQ(read_all("\xEF\xBB"), (All{"1:[\xEF\xBB]"}));
}

TEST(Csv, GoesOnAfterABrokenRecord) {
  EXPECT_EQ(read_all("a\"b,c\nd,e\n"), (All{"1!a quote in a fi", "2:[d][e]"}));
  EXPECT_EQ(read_all("\"a\"b,c\nd,e\n"), (All{"1!text after a cl", "2:[d][e]"}));
  EXPECT_EQ(read_all("\"a,b\nc,d\ne,f\n"), (All{"1!a quote is open", "2:[c][d]", "3:[e][f]"}));
  EXPECT_EQ(read_all("a\rb\nc\n"), (All{"1!a carriage retu", "2:[c]"}));
  EXPECT_EQ(read_all(std::string("a\0b\nc\n", 6)), (All{"1!a NUL byte: is ", "2:[c]"}));
  EXPECT_EQ(read_all("x\n\"a"), (All{"1:[x]", "2!a quote is open"}));
}

TEST(Csv, LongRecordsAreRefusedNotKept) {
  const std::string longest(CsvReader::longest_record + 1, 'x');
  EXPECT_EQ(read_all(longest + "\nb\n"), (All{"1!longer than 64 ", "2:[b]"}));
  EXPECT_EQ(read_all("\"" + longest + "\"\nb\n"), (All{"1!longer than 64 ", "2:[b]"}));
  EXPECT_EQ(read_all(std::string(60'000, 'x') + "\n").size(), 1U);
}

}  // namespace
}  // namespace vneid::admin
