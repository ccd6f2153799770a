#include <algorithm>

#include "probe/comparison.hpp"
#include "probe/words.hpp"

namespace vneid::probe {

namespace {

constexpr std::size_t longest_quote = 160;

std::vector<std::string> names_of(const std::vector<Cookie>& cookies) {
  std::vector<std::string> names;
  for (const Cookie& cookie : cookies) {
    if (cookie.is_new) names.push_back(cookie.name + (cookie.lasting ? " (long-lived)" : ""));
  }
  return names;
}

std::string text_of(const Answer& answer) {
  if (!answer.failure.empty()) return "no answer: " + printable(answer.failure);
  std::string text = std::to_string(answer.status);
  if (!answer.location.empty()) text += " to " + printable(answer.location);
  text += ", " + printable(answer.shape);
  const auto names = names_of(answer.cookies);
  if (!names.empty()) text += "; sets " + listed(names);
  if (!answer.naming_headers.empty()) {
    text += "; names the account in " + listed(answer.naming_headers);
  }
  if (answer.accel) text += "; X-Accel-Redirect";
  if (answer.basic) text += "; asks for HTTP Basic";
  return text;
}

std::string text_of(const Place& place) {
  switch (place.kind) {
    case Place::Kind::json:
      return "at json:" + printable(place.text);
    case Place::Kind::line:
      return "as its one line of text";
    case Place::Kind::header:
      return "in its header " + printable(place.text);
    case Place::Kind::page:
      break;
  }
  return "somewhere in its text";
}

std::string text_of(const Me& me, const std::string& name) {
  if (!me.failure.empty()) return "no answer: " + printable(me.failure);
  const auto places = places_of(me, name);
  std::string text = std::to_string(me.status);
  return text + (places.empty() ? ", does not name the account"
                                : ", names the account " + text_of(places.front()));
}

const char* text_of(Entry entry) {
  switch (entry) {
    case Entry::yes:
      return "lets in";
    case Entry::no:
      return "does not let in";
    case Entry::unknown:
      break;
  }
  return "cannot tell whether it lets in";
}

std::string text_of(const Seen& seen) {
  switch (seen.kind) {
    case Seen::Page::form:
      return "a form with a password";
    case Seen::Page::two_steps:
      return "a form that asks for the name alone: the login has two steps";
    case Seen::Page::basic:
      return "no form: HTTP Basic";
    case Seen::Page::no_form:
      break;
  }
  return seen.loose_password ? "a password field without a form: a script sends it"
                             : "no form with a password: an application of scripts, or an API";
}

class Lines {
 public:
  void add(std::string what, std::string text) {
    lines_.push_back({.what = std::move(what), .text = std::move(text)});
  }
  void add(const char* what, const std::optional<Trial>& trial) {
    if (trial) add(what, text_of(trial->answer));
  }
  void add(const char* what, const std::optional<Trial>& trial, Entry entry) {
    if (trial) add(what, std::string{text_of(entry)} + ": " + text_of(trial->answer));
  }
  void add(const std::string& what, const std::optional<Me>& me, const std::string& name) {
    if (me) add(what, text_of(*me, name));
  }
  std::vector<Report::Line> take() { return std::move(lines_); }

 private:
  std::vector<Report::Line> lines_;
};

void add_logins(Lines& lines, const Seen& seen) {
  lines.add("wrong password", seen.wrong);
  lines.add("right password", seen.right);
  lines.add("without cookies", seen.bare, lets_in(seen, Attempt::bare));
  lines.add("by GET", seen.query, lets_in(seen, Attempt::query));
  lines.add("by HEAD", seen.head, lets_in(seen, Attempt::head));
  lines.add("wrong, as JSON", seen.json_wrong);
  lines.add("right, as JSON", seen.json_right, lets_in(seen, Attempt::json));
  lines.add("by HTTP Basic", seen.basic);
  const Pair login = main_login(seen);
  if (login.right == nullptr || login.wrong == nullptr) return;
  const auto found = differences(login.right->answer, login.wrong->answer);
  lines.add("what differs", found.empty() ? "nothing that was compared: status, Location, headers, "
                                            "new cookies, kind of body"
                                          : listed(found));
}

void add_me(Lines& lines, const Seen& seen) {
  if (seen.me.empty()) return;
  const std::string path = printable(seen.me);
  Pair login = main_login(seen);
  if (seen.basic) login.right = &*seen.basic;
  lines.add(path + " before", seen.me_before, seen.name);
  if (login.wrong != nullptr) lines.add("  after the wrong one", login.wrong->me, seen.name);
  if (login.right != nullptr) lines.add("  after the right one", login.right->me, seen.name);
  if (!seen.opening.empty()) lines.add("  opened by each of", listed(seen.opening));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean{text.substr(0, longest_quote)};
  std::ranges::replace_if(clean, [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + printable(word);
  return text;
}

std::vector<Report::Line> what_was_seen(const Seen& seen) {
  Lines lines;
  lines.add("login page", text_of(seen.page));
  lines.add("it offers", text_of(seen));
  if (!seen.fields.empty()) lines.add("fields", listed(seen.fields));
  if (!seen.hidden.empty()) lines.add("hidden fields", listed(seen.hidden));
  if (!seen.locations.empty()) lines.add("sent to", listed(seen.locations));
  const auto first = names_of(seen.page.cookies);
  lines.add("before any login", first.empty() ? "sets no cookie" : "sets " + listed(first));
  add_logins(lines, seen);
  if (!seen.kept.empty()) lines.add("kept by the login", listed(seen.kept));
  add_me(lines, seen);
  return lines.take();
}

}  // namespace vneid::probe
