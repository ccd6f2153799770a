#include "probe/comparison.hpp"

#include <algorithm>

namespace vneid::probe {

namespace {

const Trial* pointer_to(const std::optional<Trial>& trial) { return trial ? &*trial : nullptr; }

Pair by_form(const Seen& seen) {
  return {.right = pointer_to(seen.right), .wrong = pointer_to(seen.wrong)};
}
Pair by_json(const Seen& seen) {
  return {.right = pointer_to(seen.json_right), .wrong = pointer_to(seen.json_wrong)};
}

/// Against the wrong password. A refusing status is no entry, whatever it differs in.
Entry entry_of(const Seen& seen, const Pair& login) {
  if (login.right == nullptr || !login.right->answer.failure.empty()) return Entry::unknown;
  if (!telling_places(seen, login.right, login.wrong).empty()) return Entry::yes;
  if (login.wrong == nullptr || !login.wrong->answer.failure.empty()) return Entry::unknown;
  if (login.right->answer.status >= 400) return Entry::no;
  return differences(login.right->answer, login.wrong->answer).empty() ? Entry::unknown
                                                                       : Entry::yes;
}

/// Against the right password by form, which let in.
Entry entry_like(const Seen& seen, const Trial* trial) {
  if (trial == nullptr || !trial->answer.failure.empty()) return Entry::unknown;
  const Pair main = main_login(seen);
  if (main.right == nullptr) return Entry::unknown;
  if (!telling_places(seen, main.right, main.wrong).empty()) {
    return telling_places(seen, trial, main.wrong).empty() ? Entry::no : Entry::yes;
  }
  std::vector<Cookie> marks = given_cookies(main);
  std::erase_if(marks, [](const Cookie& cookie) { return cookie.is_short; });
  if (marks.empty()) return Entry::unknown;
  const auto has = [trial](const Cookie& mark) {
    return find_cookie(trial->answer, mark.name) != nullptr;
  };
  if (std::ranges::all_of(marks, has)) return Entry::yes;
  return std::ranges::none_of(marks, has) ? Entry::no : Entry::unknown;
}

/// Where --me tells who came in by the form, it tells who came in by JSON.
Entry json_entry(const Seen& seen) {
  const Pair form = by_form(seen);
  const Pair json = by_json(seen);
  const Entry entry = entry_of(seen, json);
  const bool me_tells = !telling_places(seen, form.right, form.wrong).empty();
  const bool asked = json.right != nullptr && json.right->me && json.right->me->failure.empty();
  if (!me_tells || !asked) return entry;
  return telling_places(seen, json.right, json.wrong).empty() ? Entry::no : Entry::yes;
}

std::string joined_as(const char* what, const std::string& name) {
  return std::string{what} + " " + name;
}

}  // namespace

const Cookie* find_cookie(const Answer& answer, std::string_view name) {
  const auto found = std::ranges::find(answer.cookies, name, &Cookie::name);
  return found == answer.cookies.end() || !found->is_new ? nullptr : &*found;
}

std::vector<Cookie> given_cookies(const Pair& login) {
  std::vector<Cookie> given;
  if (login.right == nullptr) return given;
  for (const Cookie& cookie : login.right->answer.cookies) {
    const bool wrong_too =
        login.wrong != nullptr && find_cookie(login.wrong->answer, cookie.name) != nullptr;
    if (cookie.is_new && !wrong_too) given.push_back(cookie);
  }
  return given;
}

std::vector<Place> telling_places(const Seen& seen, const Trial* right, const Trial* wrong) {
  if (right == nullptr || !right->me) return {};
  std::vector<Place> places = places_of(*right->me, seen.name);
  std::erase_if(places, [&](const Place& place) {
    const bool before = seen.me_before && names_somebody(*seen.me_before, place, seen.name);
    return before ||
           (wrong != nullptr && wrong->me && names_somebody(*wrong->me, place, seen.name));
  });
  return places;
}

Pair main_login(const Seen& seen) {
  const Pair form = by_form(seen);
  const Pair json = by_json(seen);
  if (entry_of(seen, form) == Entry::yes) return form;
  if (entry_of(seen, json) == Entry::yes || form.right == nullptr) return json;
  return form;
}

std::vector<std::string> differences(const Answer& right, const Answer& wrong) {
  std::vector<std::string> found;
  if (right.status != wrong.status) found.emplace_back("status");
  if (right.location != wrong.location) found.emplace_back("Location");
  if (right.shape != wrong.shape) found.emplace_back("body");
  if (right.accel != wrong.accel) found.emplace_back("X-Accel-Redirect");
  for (const std::string& name : right.headers) {
    if (std::ranges::find(wrong.headers, name) != wrong.headers.end()) continue;
    if (name != "x-accel-redirect") found.push_back(joined_as("header", name));
  }
  for (const std::string& name : right.naming_headers) {
    const bool also = std::ranges::find(wrong.headers, name) != wrong.headers.end();
    const auto& naming = wrong.naming_headers;
    if (also && std::ranges::find(naming, name) == naming.end()) {
      found.push_back(joined_as("header", name));
    }
  }
  for (const Cookie& cookie : right.cookies) {
    if (cookie.is_new && find_cookie(wrong, cookie.name) == nullptr) {
      found.push_back(joined_as("cookie", cookie.name));
    }
  }
  return found;
}

Entry lets_in(const Seen& seen, Attempt attempt) {
  switch (attempt) {
    case Attempt::form:
      return entry_of(seen, by_form(seen));
    case Attempt::json:
      return json_entry(seen);
    case Attempt::bare:
      return entry_like(seen, pointer_to(seen.bare));
    case Attempt::query:
      return entry_like(seen, pointer_to(seen.query));
    case Attempt::head:
      return entry_like(seen, pointer_to(seen.head));
  }
  return Entry::unknown;
}

}  // namespace vneid::probe
