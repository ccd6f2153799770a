#include "probe/report.hpp"

#include <algorithm>

#include <jansson.h>

#include "probe/words.hpp"
#include "text/json.hpp"

namespace vneid::probe {

namespace {

constexpr std::size_t longest_line = 100;
constexpr const char* indent = "  ";

/// What the first line begins with; those below it are as far in.
struct Margin {
  std::string first;
};

/// Broken at blanks.
std::string wrapped(const std::string& text, const Margin& margin) {
  const std::string& first = margin.first;
  const std::string below(first.size(), ' ');
  std::string out = first;
  std::size_t column = first.size();
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string piece = text.substr(at, end - at);
    if (column > first.size() && column + 1 + piece.size() > longest_line) {
      out += "\n" + below;
      column = below.size();
    } else if (column > first.size()) {
      out += ' ';
      ++column;
    }
    out += piece;
    column += piece.size();
    at = end + 1;
  }
  return out + "\n";
}

void set(const text::Json& object, const char* name, const std::string& value) {
  json_object_set_new(object.get(), name, json_stringn(value.data(), value.size()));
}

json_t* array_of(const std::vector<std::string>& lines) {
  json_t* array = json_array();
  for (const std::string& line : lines) {
    json_array_append_new(array, json_stringn(line.data(), line.size()));
  }
  return array;
}

void add_conf(std::string& text, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += std::string{"\n"} + title + "\n\n";
  for (const std::string& line : lines) text += "    " + line + "\n";
}

}  // namespace

Report make_report(const Seen& seen, const Advice& advice) {
  return {.url = printable(seen.url),
          .seen = what_was_seen(seen),
          .advice = sentence(seen, advice),
          .location = location_lines(seen, advice),
          .server = server_lines(advice),
          .warnings = warnings(seen, advice)};
}

std::string report_text(const Report& report) {
  std::size_t widest = 0;
  for (const Report::Line& line : report.seen) widest = std::max(widest, line.what.size());
  std::string text = "Seen at " + report.url + "\n\n";
  for (const Report::Line& line : report.seen) {
    std::string first = indent + line.what;
    first.append(widest + 2 - line.what.size(), ' ');
    text += wrapped(line.text, {first});
  }
  text += "\nAdvice\n\n" + wrapped(report.advice, {indent});
  add_conf(text, "In nginx.conf (portal is your upstream; for fastcgi_pass see portals.md):",
           report.location);
  add_conf(text, "In the server:", report.server);
  if (!report.warnings.empty()) text += "\nMind\n\n";
  for (const std::string& line : report.warnings) text += wrapped(line, {"  * "});
  return text;
}

std::string report_json(const Report& report) {
  const text::Json object{json_object()};
  set(object, "url", report.url);
  json_t* seen = json_array();
  json_object_set_new(object.get(), "seen", seen);
  for (const Report::Line& line : report.seen) {
    text::Json each{json_object()};
    set(each, "what",
        line.what.substr(std::min(line.what.find_first_not_of(' '), line.what.size())));
    set(each, "text", line.text);
    json_array_append_new(seen, each.release());
  }
  set(object, "advice", report.advice);
  json_object_set_new(object.get(), "location", array_of(report.location));
  json_object_set_new(object.get(), "server", array_of(report.server));
  json_object_set_new(object.get(), "warnings", array_of(report.warnings));
  return text::json_dump(object.get()) + "\n";
}

}  // namespace vneid::probe
