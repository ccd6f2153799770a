#include "identity/name_key.hpp"
#include "population/answer.hpp"
#include "population/request.hpp"

namespace vneid::population {

namespace {

/// Whether both are told and differ.
template <class Value>
bool differ(const std::optional<Value>& left, const std::optional<Value>& right) {
  return left && right && !(*left == *right);
}

bool about_somebody_else(const Question& question, const Record& record) {
  if (question.number) return question.number != record.number;
  return differ(question.cmnd, record.cmnd);
}

bool fits(const Question& question, const Record& record) {
  if (differ(question.cmnd, record.cmnd)) return false;
  const auto told = identity::NameKeys::make(record.name);
  if (!told || told->loose != asked_name(question)) return false;
  return !question.birth_date || !record.birth_date ||
         compatible(*question.birth_date, *record.birth_date);
}

/// What the service was sent, and nothing else: that is what it vouched for.
Record vouched_for(const Settings& settings, const Question& question) {
  Record record;
  record.number = question.number;
  record.cmnd = sent_cmnd(settings, question);
  record.name = question.name;
  return record;
}

}  // namespace

std::expected<Answer, Unusable> judge(const Settings& settings, const Question& question,
                                      const Finding& finding) {
  if (std::holds_alternative<Nobody>(finding)) return NoMatch{};
  if (std::holds_alternative<Vouched>(finding)) return Match{vouched_for(settings, question)};
  const Record& record = std::get<Record>(finding);
  if (about_somebody_else(question, record)) {
    return std::unexpected{Unusable{"the answer is about somebody else", true}};
  }
  if (!fits(question, record)) return NoMatch{};
  return Match{record};
}

}  // namespace vneid::population
