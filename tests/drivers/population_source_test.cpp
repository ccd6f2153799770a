// A source against a real HTTP server and a real Redis: answers, failures, circuit and limits.
#include <string>
#include <utility>
#include <vector>

#include "drivers/support/population_fixture.hpp"
#include "drivers/support/redis_calls.hpp"
#include "population/source.hpp"

namespace vneid::population {
namespace {

using test::Started;
using test::turn_until;

constexpr const char* open_circuit = "not asked: its last answers were failures";

class PopulationSource : public PopulationTest {
 protected:
  /// Asks with a pause over until the circuit lets a call out.
  std::string ask_after_pause(Source& source) {
    std::string result = open_circuit;
    turn_until(loop_, [&] {
      result = ask(source);
      return result != open_circuit;
    });
    return result;
  }
  /// A call that has come to the database and is not answered.
  Started<Answer> held_call(Source& source) {
    const std::size_t before = database_.count();
    Started<Answer> call(source.ask(mine()));
    turn_until(loop_, [&] { return database_.count() > before; });
    return call;
  }
};

TEST_F(PopulationSource, LooksUpThroughTheFacade) {
  database_.answer(match());
  const auto source = this->source(settings());
  const Answer answer = loop_.run(source->ask(mine()));
  const Record& record = std::get<Match>(answer).record;
  EXPECT_EQ(record.number, mine().number);
  EXPECT_EQ(record.cmnd, cmnd_of("211234589"));
  EXPECT_EQ(record.name, "NGUYỄN VĂN ĐÀ");
  EXPECT_EQ(record.residence, "12 đường Mẫu & Bạn");
  EXPECT_EQ(database_.last("path"), "/csdldc");
  EXPECT_EQ(database_.last_header("Content-Type"), "application/json");
  EXPECT_TRUE(database_.last("body").starts_with(
      R"({"HoVaTen":"NGUYENVANDA","SoDinhDanh":"052089999999","Nam":"1989","MaTichHop":"037")"));
  EXPECT_EQ(source->circuit(), Circuit::closed);
}

TEST_F(PopulationSource, LooksUpAndVerifiesBySoap) {
  Settings configured = soap();
  configured.user = "cong";
  configured.secret = "bi mat";
  database_.answer(enveloped(collection_of(whole_citizen)));
  EXPECT_EQ(ask(*source(configured)), "match");
  EXPECT_EQ(database_.last_header("SOAPAction"), "\"\"");
  EXPECT_EQ(database_.last_header("Content-Type"), "text/xml; charset=utf-8");
  EXPECT_TRUE(database_.last_header("Authorization").starts_with("Basic "));
  EXPECT_TRUE(database_.last("body").contains("<dan:NgayThangNam>19890307</dan:NgayThangNam>"));
  configured.service = Settings::Service::verify;
  database_.answer(enveloped(verdict_of("true")));
  EXPECT_EQ(ask(*source(configured)), "match");
  EXPECT_TRUE(database_.last("body").contains("<dan:XacThucThongTinCongDan>"));
  database_.answer(enveloped(verdict_of("false")));
  EXPECT_EQ(ask(*source(configured)), "no match");
}

TEST_F(PopulationSource, EveryRequestHasItsOwnId) {
  database_.answer(match());
  const auto source = this->source(settings());
  ask(*source);
  const std::string first = database_.last("body");
  ask(*source);
  EXPECT_NE(database_.last("body"), first);
}

TEST_F(PopulationSource, ANegativeAnswerIsRememberedForThisQuestionOnly) {
  database_.answer(facade(""));
  const auto source = this->source(settings());
  EXPECT_EQ(ask(*source), "no match");
  EXPECT_EQ(ask(*source, mine("account:18")), "no match");
  EXPECT_EQ(database_.count(), 1U);
  for (const Question& other :
       {question_of("052089999999", "", "08/03/1989"), question_of("052089999999"),
        question_of("052089999999", "211234589", "07/03/1989"),
        question_of("052089999999", "", "07/03/1989", "Nguyễn Văn Đài")}) {
    const std::size_t before = database_.count();
    EXPECT_EQ(ask(*source, other), "no match");
    EXPECT_EQ(database_.count(), before + 1);
  }
  Settings elsewhere = settings();
  elsewhere.name = "khac";
  database_.answer(match());
  EXPECT_EQ(ask(*this->source(elsewhere)), "match");
  EXPECT_EQ(ask(*source), "no match");
}

TEST_F(PopulationSource, AMatchIsAskedAnew) {
  database_.answer(match());
  const auto source = this->source(settings());
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(database_.count(), 2U);
  Question other = question_of("052089999999", "", "07/03/1989", "Lê An");
  EXPECT_EQ(ask(*source, other), "no match");
  EXPECT_EQ(ask(*source, other), "no match");
  EXPECT_EQ(database_.count(), 3U);
}

TEST_F(PopulationSource, WhatIsNoAnswerIsUnavailable) {
  const std::string outside =
      "<!DOCTYPE l [<!ENTITY a SYSTEM \"" + database_.url("/outside") + "\">]>";
  const std::string laughs = R"(<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]>)";
  const std::string whole = enveloped(collection_of(whole_citizen));
  const std::string other_number = "052061000001";
  std::string other = whole;
  other.replace(other.find("052089999999"), other_number.size(), other_number);
  struct Row {
    std::string body;
    int status;
    const char* cause;
  };
  const std::string not_xml = "the answer is not well-formed XML";
  const Row rows[] = {
      {"Internal Server Error", 500, "status 500"},
      {enveloped("<s:Fault/>"), 500, "status 500, a SOAP Fault"},
      {enveloped("<s:Fault/>"), 200, "a SOAP Fault"},
      {"", 200, "the answer has no body"},
      {"<html><br></html>", 200, not_xml.c_str()},
      {whole.substr(0, whole.size() - 10), 200, not_xml.c_str()},
      {outside + enveloped("&a;").substr(38), 200, "the XML has a DOCTYPE"},
      {laughs + enveloped("&b;").substr(38), 200, "the XML has a DOCTYPE"},
      {other, 200, "the answer is about somebody else"},
      {enveloped(verdict_of("true")), 200, "the XML is not the answer of the service"},
  };
  Settings patient = soap();
  patient.circuit_failures = 100;
  const auto source = this->source(patient);
  for (const Row& row : rows) {
    database_.answer(row.body, row.status);
    const std::size_t before = database_.count();
    EXPECT_EQ(ask(*source), row.cause);
    EXPECT_EQ(database_.count(), before + 1) << "nothing else is fetched: " << row.cause;
  }
  database_.answer(whole, 0);
  EXPECT_TRUE(ask(*source).starts_with("127.0.0.1: ")) << "cut";
  database_.answer(std::string(300'000, ' '));
  EXPECT_EQ(ask(*source), "127.0.0.1: the answer is too large");
  database_.answer(whole);
  EXPECT_EQ(ask(*source), "match") << "no failure is remembered as an answer";
}

TEST_F(PopulationSource, AStalledDatabaseIsUnavailableInTime) {
  Settings hasty = settings();
  hasty.timeout = Milliseconds{200};
  database_.hold(match());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(ask(*source(hasty)).starts_with("127.0.0.1: "));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Milliseconds{3000});
  Settings nowhere = settings();
  nowhere.endpoint = "http://127.0.0.1:" + std::to_string(test::free_port()) + "/";
  EXPECT_TRUE(ask(*source(nowhere)).starts_with("127.0.0.1: "));
}

TEST_F(PopulationSource, TheCircuitOpensProbesAndCloses) {
  Settings configured = settings();
  configured.circuit_failures = 3;
  configured.circuit_pause = Milliseconds{300};
  const auto source = this->source(configured);
  database_.answer("x", 503);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(*source), "status 503");
  EXPECT_EQ(source->circuit(), Circuit::open);
  EXPECT_EQ(ask(*source), open_circuit);
  EXPECT_EQ(database_.count(), 3U);
  EXPECT_EQ(ask_after_pause(*source), "status 503") << "the probe";
  EXPECT_EQ(ask(*source), open_circuit);
  EXPECT_EQ(database_.count(), 4U);
  database_.answer(match());
  EXPECT_EQ(ask_after_pause(*source), "match");
  EXPECT_EQ(source->circuit(), Circuit::closed);
  EXPECT_EQ(ask(*source), "match");
}

TEST_F(PopulationSource, OneProbeGoesOutAndACancelledOneLeavesItsTurn) {
  Settings configured = settings();
  configured.circuit_failures = 1;
  configured.circuit_pause = Milliseconds{1};
  const auto source = this->source(configured);
  database_.answer("x", 503);
  EXPECT_EQ(ask(*source), "status 503");
  database_.hold(match());
  {
    turn_until(loop_,
               [this, passed = loop_.now() + Milliseconds{2}] { return loop_.now() > passed; });
    const Started<Answer> probe = held_call(*source);
    EXPECT_EQ(source->circuit(), Circuit::probing);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(*source), open_circuit);
  }
  EXPECT_EQ(source->circuit(), Circuit::open);
  database_.answer(match());
  EXPECT_EQ(ask(*source), "match") << "at once";
  EXPECT_EQ(source->circuit(), Circuit::closed);
}

TEST_F(PopulationSource, AnOpenCircuitCostsNoToken) {
  Settings configured = settings();
  configured.circuit_failures = 1;
  configured.circuit_pause = Milliseconds{200};
  configured.citizen_rate.burst = 2;
  const auto source = this->source(configured);
  database_.answer("x", 503);
  EXPECT_EQ(ask(*source), "status 503") << "a failed call costs one";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(*source), open_circuit);
  database_.answer(match());
  EXPECT_EQ(ask_after_pause(*source), "match");
  EXPECT_EQ(ask(*source), "citizen limited");
}

TEST_F(PopulationSource, SomebodysOddRecordDoesNotOpenTheCircuit) {
  Settings configured = settings();
  configured.circuit_failures = 1;
  const auto source = this->source(configured);
  database_.answer(
      facade(collection_of(citizen_of("<ns1:SoDinhDanh>052061000001</ns1:SoDinhDanh>"
                                      "<ns1:HoVaTen><ns1:Ten>LÊ AN</ns1:Ten></ns1:HoVaTen>"))));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(*source), "the answer is about somebody else");
  EXPECT_EQ(source->circuit(), Circuit::closed);
}

TEST_F(PopulationSource, CallsBeyondTheCapAreRefusedAtOnce) {
  Settings configured = settings();
  configured.in_flight = 2;
  const auto source = this->source(configured);
  database_.hold(match());
  Started<Answer> first = held_call(*source);
  {
    const Started<Answer> second = held_call(*source);
    EXPECT_EQ(ask(*source), "deployment limited");
    EXPECT_GT(retry_after_, Milliseconds{0});
    EXPECT_LE(retry_after_, Milliseconds{5000});
    EXPECT_EQ(database_.count(), 2U);
  }
  Started<Answer> in_its_place = held_call(*source);
  EXPECT_EQ(ask(*source), "deployment limited");
  database_.release();
  EXPECT_EQ(outcome(first), "match");
  EXPECT_EQ(outcome(in_its_place), "match");
  EXPECT_EQ(ask(*source), "match");
}

}  // namespace
}  // namespace vneid::population
