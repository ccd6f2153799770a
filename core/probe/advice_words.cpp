#include <algorithm>

#include "probe/comparison.hpp"
#include "probe/words.hpp"
#include "text/ascii.hpp"

namespace vneid::probe {

namespace {

/// As a word of nginx.conf.
std::string word(const std::string& text) {
  const bool plain = text::consists_of(text, "/_-.:=$~?&%+,@!*");
  if (plain) return text;
  std::string quoted = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') quoted += '\\';
    quoted += byte;
  }
  return quoted + "\"";
}

bool is_asked(const Advice& advice) {
  return advice.recipe == Recipe::asked || advice.recipe == Recipe::write_pattern;
}

std::string ask_account(const Place& place) {
  switch (place.kind) {
    case Place::Kind::json:
      return " " + word("ask_account=json:" + place.text);
    case Place::Kind::line:
      return "";
    case Place::Kind::header: {
      std::string name = place.text;
      std::ranges::replace(name, '-', '_');
      return " ask_account=$upstream_http_" + name;
    }
    case Place::Kind::page:
      break;
  }
  return " \"ask_account=~(PATTERN\"";  // nginx -t refuses it as it stands
}

std::string login_line(const Advice& advice) {
  std::string line = "    vneid_login ";
  line += advice.recipe == Recipe::announced ? "account=$" + advice.variable
                                             : "ask=/_me" + ask_account(advice.place);
  if (advice.keeps_id && !advice.session_cookie.empty()) {
    line += " " + word("cookie=" + advice.session_cookie);
  }
  return line + ";";
}

const char* text_of_gate(const Seen& seen, const Advice& advice) {
  if (advice.basic) return "the browser sends HTTP Basic with every request, to every location";
  const bool tried = !seen.opening.empty();
  if (advice.keeps_id && tried) {
    return "the session cookie keeps its value at the login, so a copy of it is let in";
  }
  if (advice.keeps_id) {
    return "no cookie gets a new value at the login, so one from before it lets in, as it seems";
  }
  return tried ? "more than one cookie lets in by itself (remember-me)"
               : "a long-lived cookie comes beside the session's (remember-me, as it seems)";
}

std::string text_of(Caution caution, const Seen& seen, const Advice& advice) {
  switch (caution) {
    case Caution::by_get:
      return "It lets in by GET too. The same vneid_login holds that, for the method does not "
             "matter; it must stand in every location that does so.";
    case Caution::by_script:
      return "It lets in by JSON: a script, which can show no notice. portals.md (Scripts' logins) "
             "says what the application must do.";
    case Caution::typed_name:
      return "A header repeats the name with a wrong password too: it tells what was typed, and is "
             "no account=.";
    case Caution::me_names_all:
      return printable(seen.me) +
             " names somebody without a login, or after a wrong password: "
             "another address is needed.";
    case Caution::me_unclear:
      return printable(seen.me) +
             " gives neither 200, 204, 3xx, 401 nor 403 when nobody is logged "
             "in. That leaves it unclear whose login it is, and from enforce on a wrong password "
             "would get a refusal: let it answer 401.";
    case Caution::me_silent:
      return printable(seen.me) + " does not name \"" + printable(seen.name) +
             "\" after the login. "
             "If it names the account in another spelling or by a number, write ask_account "
             "yourself; else try another address.";
    case Caution::which_cookie:
      return "Which cookie is the session was not to be told. Give --me, or look it up, for "
             "vneid_portal_cookie.";
    case Caution::guessed_cookie:
      return "That " + printable(advice.session_cookie) +
             " is the session cookie is likely, but "
             "was not tried: give --me.";
    case Caution::no_cookie:
      return "No cookie came with the login: where an application keeps a token itself, nothing "
             "can be held back but the answer.";
    case Caution::other_names:
      return "The address has a query. When one script decides by its query, gate by if= "
             "(vneid_require, \"Front controllers\").";
    case Caution::unfilled:
      return "The form has more to fill in, which was sent empty: " + listed(seen.unfilled) +
             ". If that is a captcha, turn it off for the test.";
    case Caution::not_tried:
      return "Not everything was tried: " + printable(seen.stopped) + ".";
  }
  return {};
}

/// No more than was tried.
const char* nobody_else(const Seen& seen) {
  const Trial* wrong = main_login(seen).wrong;
  return wrong != nullptr && wrong->me ? "nobody before and after the wrong one."
                                       : "nobody before. No wrong one was tried.";
}

}  // namespace

std::string sentence(const Seen& seen, const Advice& advice) {
  switch (advice.recipe) {
    case Recipe::announced:
      return "Announced: the answer to the right password names the account, that to the wrong one "
             "does not.";
    case Recipe::asked:
      return "Asked: " + printable(seen.me) + " names the account after the right password, and " +
             nobody_else(seen);
    case Recipe::write_pattern:
      return "Asked: " + printable(seen.me) +
             " has the name in its text after the right password, and " + nobody_else(seen) +
             " Write a pattern of what stands around it, which fits "
             "nothing else, in place of (PATTERN, as ~<strong>([^<]+)</strong>; nginx -t refuses "
             "the line until then.";
    case Recipe::find_address:
      return "The right password lets in, as it seems, but nothing that was seen proves whose "
             "login "
             "it is. Do not build on a cookie or a redirect alone. Find an address that names who "
             "is logged in (an API, a profile page) and run this again with --me PATH.";
    case Recipe::basic:
      return "HTTP Basic: no cookie is there to be held back. Gate the server, or have the portal "
             "take Basic no more.";
    case Recipe::other_host:
      return "The login goes to " + printable(seen.elsewhere) +
             ", to which nothing was sent. If "
             "that is the portal under another name, give its URL by that name. If it is a login "
             "of "
             "others (SSO), the portal's callback address is its login: vneid_login ask=... goes "
             "there.";
    case Recipe::refused:
      return "The right password was refused too. Log in by hand with the same name and password; "
             "a lock from earlier attempts, a captcha or a second factor looks like this.";
    case Recipe::stopped:
      return "Cannot tell: " + printable(seen.stopped) +
             ". Wait, unlock the account, and try again.";
    case Recipe::cannot_tell:
      break;
  }
  std::string text = "Cannot tell: ";
  text += seen.kind == Seen::Page::no_form
              ? "there is no form, and JSON {username, password} to this address did not let in. "
                "Give the address that the application's script posts to (the browser's network "
                "view shows it)"
              : "wrong and right password differ in nothing that was compared";
  return text + (seen.me.empty() ? "; and give --me PATH, an address that names who is logged in."
                                 : "; and see by hand, with curl, whether the right password lets "
                                   "in at all.");
}

std::vector<std::string> location_lines(const Seen& seen, const Advice& advice) {
  std::vector<std::string> lines;
  if (!is_asked(advice) && advice.recipe != Recipe::announced) return lines;
  for (const std::string& path : seen.locations) {
    lines.push_back("location = " + word(path) + " {");
    lines.push_back(login_line(advice));
    lines.emplace_back("    proxy_pass http://portal;");
    lines.emplace_back("}");
  }
  if (!is_asked(advice)) return lines;
  lines.emplace_back("location = /_me {");
  lines.emplace_back("    internal;");
  lines.push_back("    proxy_pass " + word("http://portal" + seen.me) + ";");
  lines.emplace_back("    proxy_set_header Host $host;");
  lines.emplace_back("}");
  return lines;
}

std::vector<std::string> server_lines(const Advice& advice) {
  std::vector<std::string> lines;
  if (!advice.session_cookie.empty()) {
    lines.push_back("vneid_portal_cookie " + word(advice.session_cookie) + ";");
  }
  if (advice.must_gate()) lines.emplace_back("vneid_require session;");
  return lines;
}

std::vector<std::string> warnings(const Seen& seen, const Advice& advice) {
  std::vector<std::string> lines;
  if (advice.must_gate()) {
    lines.push_back(std::string{"The gate on the server is a must: "} + text_of_gate(seen, advice) +
                    ".");
  }
  if (seen.kind == Seen::Page::two_steps && advice.recipe != Recipe::announced) {
    lines.emplace_back("Both steps need the vneid_login; the first names nobody, and passes.");
  }
  for (const Caution caution : advice.cautions) lines.push_back(text_of(caution, seen, advice));
  if (seen.query || seen.head) {
    lines.emplace_back(
        "The password was sent in a query too, and stands in the portal's access "
        "log: give the test account another one.");
  }
  return lines;
}

}  // namespace vneid::probe
