#include "probe/advice.hpp"

#include <algorithm>
#include <optional>

#include "probe/comparison.hpp"
#include "text/ascii.hpp"

namespace vneid::probe {

namespace {

bool lists(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

std::string variable_of(const std::string& prefix, std::string name) {
  std::ranges::replace(name, '-', '_');
  return prefix + name;
}

/// A header, else a cookie, that only the right password gets with the account's name in it.
std::optional<std::string> announcing(const Pair& login, const Answer& page) {
  for (const std::string& name : login.right->answer.naming_headers) {
    const bool only_typed = lists(login.wrong->answer.naming_headers, name);
    if (!only_typed && !lists(page.naming_headers, name)) {
      return variable_of("upstream_http_", name);
    }
  }
  for (const Cookie& cookie : login.right->answer.cookies) {
    const auto* other = find_cookie(login.wrong->answer, cookie.name);
    if (cookie.names && other == nullptr && text::consists_of(cookie.name, "_")) {
      return variable_of("upstream_cookie_", cookie.name);
    }
  }
  return std::nullopt;
}

bool echoes_name(const Trial* wrong) {
  return wrong != nullptr && !wrong->answer.naming_headers.empty();
}

void judge_cookies(Advice& advice, const Seen& seen, const Pair& login) {
  std::vector<Cookie> given = given_cookies(login);
  if (seen.opening.empty()) {
    std::erase_if(given, [](const Cookie& cookie) { return cookie.is_short; });
    const auto passing = std::ranges::count(given, false, &Cookie::lasting);
    const auto staying = std::ssize(given) - passing;
    advice.keeps_id = given.empty() && !seen.before.empty();
    advice.remember_me = passing > 0 && staying > 0;
    if (advice.remember_me) std::erase_if(given, [](const Cookie& each) { return each.lasting; });
    if (given.size() == 1) advice.session_cookie = given.front().name;
    if (advice.keeps_id && seen.before.size() == 1) advice.session_cookie = seen.before.front();
    if (given.empty() && seen.before.empty()) {
      advice.cautions.push_back(Caution::no_cookie);
    } else {
      advice.cautions.push_back(advice.session_cookie.empty() ? Caution::which_cookie
                                                              : Caution::guessed_cookie);
    }
    return;
  }
  advice.remember_me = seen.opening.size() > 1;
  std::vector<std::string> sessions = seen.opening;
  std::erase_if(sessions, [&](const std::string& name) {
    const Cookie* cookie = find_cookie(login.right->answer, name);
    return advice.remember_me && cookie != nullptr && cookie->lasting;
  });
  if (sessions.size() == 1) {
    advice.session_cookie = sessions.front();
  } else {
    advice.cautions.push_back(Caution::which_cookie);
  }
  advice.keeps_id = std::ranges::any_of(
      seen.opening, [&seen](const std::string& name) { return lists(seen.kept, name); });
}

void judge_me(Advice& advice, const Seen& seen, const Pair& login) {
  if (!login.right->me) return;
  const std::vector<Place> all = places_of(*login.right->me, seen.name);
  const std::vector<Place> telling = telling_places(seen, login.right, login.wrong);
  if (telling.empty()) {
    advice.cautions.push_back(all.empty() ? Caution::me_silent : Caution::me_names_all);
    return;
  }
  advice.place = telling.front();
  advice.recipe = advice.place.kind == Place::Kind::page ? Recipe::write_pattern : Recipe::asked;
  const bool unclear = (seen.me_before && is_unclear(*seen.me_before)) ||
                       (login.wrong != nullptr && login.wrong->me && is_unclear(*login.wrong->me));
  if (unclear) advice.cautions.push_back(Caution::me_unclear);
}

/// Nobody came in.
Recipe without_entry(const Seen& seen, const Pair& login) {
  if (!seen.stopped.empty()) return Recipe::stopped;
  if (login.right == nullptr) return Recipe::cannot_tell;
  const Answer& right = login.right->answer;
  const bool turned_away = right.status == 401 || right.status == 403 || right.status == 422;
  if (login.wrong == nullptr) return turned_away ? Recipe::refused : Recipe::cannot_tell;
  const bool same = differences(right, login.wrong->answer).empty();
  const bool asks_again = right.shape == password_page;
  return same && (turned_away || asks_again) ? Recipe::refused : Recipe::cannot_tell;
}

Advice of_basic(const Seen& seen) {
  Advice advice;
  advice.recipe = Recipe::basic;
  advice.basic = true;
  if (!seen.basic || !seen.basic->answer.failure.empty()) return advice;
  if (seen.basic->answer.status >= 400) {
    advice.recipe = Recipe::refused;
    return advice;
  }
  const Pair login{.right = &*seen.basic, .wrong = nullptr};
  if (!given_cookies(login).empty()) {
    judge_me(advice, seen, login);
    judge_cookies(advice, seen, login);
  }
  return advice;
}

void add_habits(Advice& advice, const Seen& seen) {
  const auto in = [&seen](Attempt attempt) { return lets_in(seen, attempt) == Entry::yes; };
  if (in(Attempt::query) || in(Attempt::head)) advice.cautions.push_back(Caution::by_get);
  if (in(Attempt::json)) advice.cautions.push_back(Caution::by_script);
  if (seen.by_query) advice.cautions.push_back(Caution::other_names);
}

}  // namespace

Advice advise(const Seen& seen) {
  Advice advice;
  if (!seen.elsewhere.empty()) {
    advice.recipe = Recipe::other_host;
    return advice;
  }
  if (seen.kind == Seen::Page::basic) return of_basic(seen);
  const Pair login = main_login(seen);
  const Attempt attempt = seen.right && login.right == &*seen.right ? Attempt::form : Attempt::json;
  if (!seen.unfilled.empty()) advice.cautions.push_back(Caution::unfilled);
  if (login.right == nullptr || lets_in(seen, attempt) != Entry::yes) {
    advice.recipe = without_entry(seen, login);
    return advice;
  }
  advice.recipe = Recipe::find_address;
  judge_me(advice, seen, login);
  if (login.wrong != nullptr) {
    if (auto variable = announcing(login, seen.page)) {
      advice.recipe = Recipe::announced;
      advice.variable = *std::move(variable);
    }
  }
  if (echoes_name(login.wrong)) advice.cautions.push_back(Caution::typed_name);
  judge_cookies(advice, seen, login);
  add_habits(advice, seen);
  if (!seen.stopped.empty()) advice.cautions.push_back(Caution::not_tried);
  return advice;
}

}  // namespace vneid::probe
