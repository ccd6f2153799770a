#include "doctor/report/report.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <jansson.h>

#include "text/json.hpp"

namespace vneid::doctor {

namespace {

constexpr std::array states{State::ok, State::warning, State::wrong};
constexpr std::size_t widest_subject = 24;

/// Text that a terminal may be given, and JSON: UTF-8 without control characters.
std::string printable(const std::string& text) {
  std::string clean = text;
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  const text::Json probe{json_stringn(clean.data(), clean.size())};
  if (probe) return clean;
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return clean;
}

json_t* json_of(const std::string& text) {
  if (text.empty()) return json_null();
  const std::string clean = printable(text);
  return json_stringn(clean.data(), clean.size());
}

text::Json object_of(const Finding& finding) {
  text::Json object{json_object()};
  const auto set = [&object](const char* name, json_t* value) {
    json_object_set_new(object.get(), name, value);
  };
  set("check", json_of(finding.check));
  set("state", json_of(std::string{to_text(finding.state)}));
  set("subject", json_of(finding.subject));
  set("text", json_of(finding.text));
  set("cure", json_of(finding.cure));
  set("file", json_of(finding.at.file));
  set("line", finding.at.line == 0 ? json_null() : json_integer(finding.at.line));
  return object;
}

std::string dumped(const json_t* value, std::size_t flags) {
  const std::unique_ptr<char, decltype(&std::free)> text{json_dumps(value, flags), &std::free};
  return text ? text.get() : "";
}

void pad(std::string& line, std::size_t column) {
  line.append(line.size() < column ? column - line.size() : 0, ' ').append("  ");
}

std::string line_of(const Finding& finding, std::size_t width) {
  std::string line{to_text(finding.state)};
  pad(line, to_text(State::warning).size());
  const std::size_t column = line.size() + width;
  line += printable(finding.subject);
  pad(line, column);
  line += printable(finding.text);
  if (finding.cure.empty()) return line;
  line += ". " + printable(finding.cure);
  if (finding.at.file.empty()) return line;
  line += " (" + printable(finding.at.file);
  if (finding.at.line > 0) line += ":" + std::to_string(finding.at.line);
  return line + ")";
}

}  // namespace

std::string_view to_text(State state) noexcept {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    case State::wrong:
      break;
  }
  return "wrong";
}

State worst(const std::vector<Finding>& findings) noexcept {
  State state = State::ok;
  for (const Finding& finding : findings) state = std::max(state, finding.state);
  return state;
}

std::string report_text(const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.subject.size());
  width = std::min(width, widest_subject);
  std::string text;
  std::array<std::size_t, states.size()> counts{};
  for (const Finding& finding : findings) {
    text += line_of(finding, width) + "\n";
    ++counts.at(static_cast<std::size_t>(finding.state));
  }
  return text + std::to_string(counts[2]) + " wrong, " + std::to_string(counts[1]) + " warnings, " +
         std::to_string(counts[0]) + " ok\n";
}

std::string report_json(const std::vector<Finding>& findings) {
  const text::Json array{json_array()};
  for (const Finding& finding : findings) {
    json_array_append_new(array.get(), object_of(finding).release());
  }
  return dumped(array.get(), JSON_INDENT(2)) + "\n";
}

std::string to_json_line(const Finding& finding) {
  return dumped(object_of(finding).get(), JSON_COMPACT);
}

std::optional<Finding> from_json_line(const std::string& line) {
  const text::Json object{json_loadb(line.data(), line.size(), 0, nullptr)};
  if (!json_is_object(object.get())) return {};
  const auto text = [&object](const char* name) {
    return text::json_text(object.get(), name).value_or("");
  };
  Finding finding;
  finding.check = text("check");
  for (const State state : states) {
    if (to_text(state) == text("state")) finding.state = state;
  }
  finding.subject = text("subject");
  finding.text = text("text");
  finding.cure = text("cure");
  finding.at.file = text("file");
  finding.at.line =
      static_cast<unsigned>(json_integer_value(json_object_get(object.get(), "line")));
  return finding;
}

}  // namespace vneid::doctor
