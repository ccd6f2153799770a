#include "population/facade.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>

#include <jansson.h>

#include "certain.hpp"
#include "population/request.hpp"
#include "text/json.hpp"

namespace vneid::population {

namespace {

using text::Json;

void set(json_t* object, const char* name, const std::string& text) {
  json_t* value = json_stringn(text.data(), text.size());
  if (value == nullptr || json_object_set_new(object, name, value) != 0) {
    throw std::invalid_argument(std::string{name} + " is not UTF-8");
  }
}

bool is_success(const json_t* code) noexcept {
  if (json_is_integer(code)) {
    const json_int_t value = json_integer_value(code);
    return value == 0 || value == 200;
  }
  if (!json_is_string(code)) return false;
  const std::string_view text{json_string_value(code), json_string_length(code)};
  constexpr std::array<std::string_view, 4> successes{"0", "00", "000", "200"};
  return std::ranges::find(successes, text) != successes.end();
}

}  // namespace

std::string facade_request(const Settings& settings, const Question& question,
                           const std::string& request_id) {
  const Json object{json_object()};
  if (!object) throw std::bad_alloc();
  set(object.get(), "HoVaTen", asked_name(question));
  if (const auto cmnd = sent_cmnd(settings, question)) {
    set(object.get(), "SoCMND", cmnd->digits());
  } else {
    set(object.get(), "SoDinhDanh", certain(question.number).digits());
  }
  if (question.birth_date) set(object.get(), "Nam", std::to_string(question.birth_date->year()));
  set(object.get(), "MaTichHop", integration_code(settings.service));
  set(object.get(), "MaDVC", settings.procedure);
  set(object.get(), "MaCanBo", settings.officer);
  set(object.get(), "MaYeuCau", request_id);
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }  // NOLINT: jansson's malloc
  };
  const std::unique_ptr<char, Free> text{json_dumps(object.get(), JSON_COMPACT)};
  if (!text) throw std::bad_alloc();
  return text.get();
}

std::expected<std::string, std::string> facade_message(std::string_view body) {
  if (body.size() > max_answer_size) return std::unexpected{"the answer is too large"};
  // Its own bound on nesting (2048) suffices: the size is bounded already.
  const Json answer{json_loadb(body.data(), body.size(), JSON_REJECT_DUPLICATES, nullptr)};
  if (!json_is_object(answer.get())) return std::unexpected{"the answer is not a JSON object"};
  if (!is_success(json_object_get(answer.get(), "error_code"))) {
    return std::unexpected{"error_code tells no success"};
  }
  const json_t* message = json_object_get(answer.get(), "message");
  if (json_is_null(message)) return std::string{};  // how some write "empty"
  if (!json_is_string(message)) return std::unexpected{"message is not text"};
  return std::string{json_string_value(message), json_string_length(message)};
}

}  // namespace vneid::population
