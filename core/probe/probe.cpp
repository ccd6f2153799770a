#include "probe/probe.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "probe/account_place.hpp"
#include "probe/arrival.hpp"
#include "probe/comparison.hpp"
#include "probe/submission.hpp"
#include "probe/visitor.hpp"
#include "text/cookie.hpp"
#include "text/url.hpp"

namespace vneid::probe {

namespace {

constexpr std::size_t most_cookies_tried = 8;

void note_location(Seen& seen, const std::string& url) {
  const auto parsed = text::parse_url(url);
  const std::string path = parsed && !parsed->path.empty() ? parsed->path : "/";
  if (std::ranges::find(seen.locations, path) == seen.locations.end()) {
    seen.locations.push_back(path);
  }
  seen.by_query = seen.by_query || url.contains('?');
}

std::vector<std::string> names_in(std::string_view cookies) {
  std::vector<std::string> names;
  for (const auto& pair : text::cookie_pairs(cookies)) names.emplace_back(pair.name);
  return names;
}

/// Cookie headers around a login.
struct Around {
  std::string_view before;
  std::string_view after;
};

std::vector<std::string> kept_in(const Around& login) {
  std::vector<std::string> kept;
  for (const auto& pair : text::cookie_pairs(login.before)) {
    const auto values = text::cookie_values(login.after, pair.name);
    if (std::ranges::find(values, pair.value) != values.end()) kept.emplace_back(pair.name);
  }
  return kept;
}

/// Makes the attempts and notes what came of them.
class Look {
 public:
  Look(http::Sender& sender, EventLoop& loop, Account account)
      : sender_(sender), loop_(loop), account_(std::move(account)) {
    seen_.name = account_.name;
    seen_.me = account_.me;
  }

  Task<Seen> all() {
    const bool go_on = co_await first_page();
    if (!go_on) co_return std::move(seen_);
    if (seen_.kind == Seen::Page::basic) {
      seen_.basic = co_await by_basic();
      co_return std::move(seen_);
    }
    if (has_form()) co_await by_form();
    if (seen_.stopped.empty() && seen_.elsewhere.empty()) co_await by_json();
    co_return std::move(seen_);
  }

 private:
  [[nodiscard]] bool has_form() const {
    return seen_.kind == Seen::Page::form || seen_.kind == Seen::Page::two_steps;
  }
  [[nodiscard]] Visitor stranger() const { return Visitor{sender_, loop_}; }
  [[nodiscard]] Asked asked(std::string_view cookies) const {
    return {.name = account_.name, .cookies = cookies, .now = loop_.wall_now()};
  }

  Task<bool> first_page() {
    Visitor visitor = stranger();
    const Arrival at = co_await arrive(visitor, account_.url);
    seen_.url = at.url;
    seen_.page = describe(at.response, asked({}));
    seen_.loose_password = at.page.loose_password;
    seen_.elsewhere = at.elsewhere;
    note_stop(seen_.page);
    if (!at.elsewhere.empty() || !seen_.stopped.empty()) co_return false;
    if (at.page.kind == LoginPage::Kind::password_form) {
      seen_.kind = Seen::Page::form;
    } else if (at.page.kind == LoginPage::Kind::name_form) {
      seen_.kind = Seen::Page::two_steps;
    } else if (seen_.page.basic) {
      seen_.kind = Seen::Page::basic;
    }
    if (!has_form()) note_location(seen_, at.url);
    seen_.me_before = co_await who(visitor.cookies());
    co_return true;
  }

  // ---- the order of the attempts -----------------------------------------------------------

  Task<void> by_form() {
    seen_.wrong = co_await attempt(How::form, crypto::random_token(), true);
    if (!may_go_on(seen_.wrong)) co_return;
    seen_.right = co_await attempt(How::form, account_.password, true);
    if (!may_go_on(seen_.right)) co_return;
    // Whether it was taken for right is not known: it may count as wrong, so not again.
    if (lets_in(seen_, Attempt::form) != Entry::yes) co_return;
    seen_.bare = co_await attempt(How::form, account_.password, false);
    if (!may_go_on(seen_.bare)) co_return;
    seen_.query = co_await attempt(How::query, account_.password, true);
    if (!may_go_on(seen_.query)) co_return;
    seen_.head = co_await attempt(How::head, account_.password, true);
    may_go_on(seen_.head);
  }

  /// The right one first: where JSON is no login at all, nothing wrong is sent.
  Task<void> by_json() {
    seen_.json_right = co_await attempt(How::json, account_.password, true);
    if (!may_go_on(seen_.json_right)) co_return;
    const int status = seen_.json_right ? seen_.json_right->answer.status : 0;
    if (status == 0 || status >= 400) co_return;
    seen_.json_wrong = co_await attempt(How::json, crypto::random_token(), true);
    may_go_on(seen_.json_wrong);
  }

  bool may_go_on(const std::optional<Trial>& trial) {
    if (!seen_.elsewhere.empty()) return false;
    if (trial) note_stop(trial->answer);
    return seen_.stopped.empty();
  }

  void note_stop(const Answer& answer) {
    if (!answer.failure.empty()) {
      seen_.stopped = "the portal gave no answer (" + answer.failure + ")";
    } else if (says_stop(answer)) {
      seen_.stopped = "the portal asks to slow down, or has locked the account (status " +
                      std::to_string(answer.status) + ")";
    }
  }

  // ---- one attempt -------------------------------------------------------------------------

  /// With cookies of its own, from a fresh page; nothing where the form leads to another host or
  /// the second step shows no password field. The caller's password outlives the attempt.
  Task<std::optional<Trial>> attempt(How how, std::string password, bool with_cookies) {
    Visitor visitor = stranger();
    Trial trial;
    try {
      Arrival at = co_await to_password(visitor);
      std::optional<http::OutgoingRequest> request = filled(how, at, password);
      if (!request) co_return std::nullopt;
      if (!with_cookies) visitor.hold({});
      const std::string before = visitor.cookies();
      const http::IncomingResponse response = co_await visitor.send(*std::move(request));
      trial.answer = describe(response, asked(before));
      trial.me = co_await who(visitor.cookies());
      const bool first =
          how == How::form || (how == How::json && lets_in(seen_, Attempt::form) != Entry::yes);
      if (with_cookies && first && password == account_.password) {
        seen_.opening.clear();
        seen_.before = names_in(before);
        seen_.kept = kept_in({.before = before, .after = visitor.cookies()});
        co_await try_cookies(visitor.cookies(), trial);
      }
    } catch (const http::ExchangeFailed& failure) {
      trial.answer.failure = failure.what();
    }
    co_return trial;
  }

  Task<Arrival> to_password(Visitor& visitor) {
    Arrival at = co_await arrive(visitor, seen_.url);
    if (seen_.kind != Seen::Page::two_steps || at.page.kind != LoginPage::Kind::name_form) {
      co_return at;
    }
    Target target = target_of(at, at.page.form.action);
    seen_.elsewhere = target.elsewhere;
    if (target.url.empty()) co_return at;
    note_location(seen_, target.url);
    FirstStep step{.target = std::move(target.url), .name = account_.name};
    Arrival second = co_await tell_name(visitor, std::move(at), std::move(step));
    seen_.elsewhere = second.elsewhere;
    co_return second;
  }

  /// The request; nothing where there is no place to send it to.
  std::optional<http::OutgoingRequest> filled(How how, const Arrival& at,
                                              const std::string& password) {
    const bool form = at.page.kind == LoginPage::Kind::password_form;
    if (!seen_.elsewhere.empty() || (has_form() && !form)) {
      if (has_form() && !form && seen_.elsewhere.empty()) {
        seen_.stopped = "behind the name no form with a password field came";
      }
      return {};
    }
    Posting posting{.page = at.url, .target = at.url, .fields = {}};
    std::pair<std::string, std::string> fields{"username", "password"};
    if (form) {
      Target target = target_of(at, at.page.form.action);
      seen_.elsewhere = target.elsewhere;
      if (target.url.empty()) return {};
      posting.target = std::move(target.url);
      posting.fields = at.page.form.others;
      fields = {at.page.form.name_field, at.page.form.password_field};
      note_location(seen_, posting.target);
      seen_.fields = {fields.first, fields.second};
      std::erase(seen_.fields, "");
      seen_.hidden = at.page.form.hidden;
      seen_.unfilled = at.page.form.to_be_filled;
    }
    if (!fields.first.empty()) posting.fields.emplace_back(fields.first, account_.name);
    posting.fields.emplace_back(fields.second, password);
    return to_request(how, posting);
  }

  Task<Trial> by_basic() {
    Visitor visitor = stranger();
    http::OutgoingRequest request;
    request.url = seen_.url;
    const std::string pair = account_.name + ":" + account_.password;
    request.headers.emplace_back("Authorization", "Basic " + crypto::base64_encode(pair));
    Trial trial;
    try {
      const http::IncomingResponse response = co_await visitor.send(std::move(request));
      trial.answer = describe(response, asked({}));
      trial.me = co_await who(visitor.cookies());  // with what cookies it got, and no password
      co_await try_cookies(visitor.cookies(), trial);
    } catch (const http::ExchangeFailed& failure) {
      trial.answer.failure = failure.what();
    }
    co_return trial;
  }

  // ---- who is logged in --------------------------------------------------------------------

  Task<std::optional<Me>> who(std::string cookies) {
    if (account_.me.empty()) co_return std::nullopt;
    Me me;
    try {
      Visitor visitor = stranger();
      visitor.hold(std::move(cookies));
      http::OutgoingRequest request;
      request.url = origin_of(seen_.url) + account_.me;
      http::IncomingResponse response = co_await visitor.send(std::move(request));
      me.status = response.status;
      me.is_page = response.header("content-type").starts_with("text/html");
      me.headers = std::move(response.headers);
      me.body = std::move(response.body);
    } catch (const http::ExchangeFailed& failure) {
      me.failure = failure.what();
    }
    co_return me;
  }

  /// Which cookies open the portal, each alone.
  Task<void> try_cookies(std::string held, const Trial& after) {
    const std::vector<Place> places = telling_places(seen_, &after, nullptr);
    if (places.empty()) co_return;
    auto pairs = text::cookie_pairs(held);
    if (pairs.size() > most_cookies_tried) pairs.resize(most_cookies_tried);
    for (const auto& pair : pairs) {
      std::string alone{pair.name};
      alone.append("=").append(pair.value);
      const std::optional<Me> me = co_await who(std::move(alone));
      if (me && names_somebody(*me, places.front(), account_.name)) {
        seen_.opening.emplace_back(pair.name);
      }
    }
  }

  http::Sender& sender_;
  EventLoop& loop_;
  Account account_;
  Seen seen_;
};

}  // namespace

Task<Seen> look(http::Sender& sender, EventLoop& loop, Account account) {
  Look attempts{sender, loop, std::move(account)};
  co_return co_await attempts.all();
}

}  // namespace vneid::probe
