#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probe/account_place.hpp"
#include "probe/seen.hpp"

namespace vneid::probe {

enum class Attempt : std::uint8_t { form, bare, query, head, json };

/// Whether an attempt with the right password let in.
enum class Entry : std::uint8_t { no, yes, unknown };

/// As --me says. Without it, or where it names nobody: the form (and JSON) by what differs from
/// the wrong password, the other attempts by what that right one got.
Entry lets_in(const Seen& seen, Attempt attempt);

/// In what an answer differs from that to a wrong password, in words; empty: in nothing compared.
std::vector<std::string> differences(const Answer& right, const Answer& wrong);

/// The shape of a body (Answer) that asks for the password, again.
inline constexpr std::string_view password_page = "a page with a password field";

/// The right password and the wrong one, sent in the same way; null: not sent.
struct Pair {
  const Trial* right = nullptr;
  const Trial* wrong = nullptr;
};

/// The pair that advice is made of: by form when that lets in, else by JSON when that does, else
/// whatever was sent.
Pair main_login(const Seen& seen);

/// The cookie that an answer sets under a name, to a new value; null: it does not.
const Cookie* find_cookie(const Answer& answer, std::string_view name);

/// Cookies with new values that the wrong password does not get.
std::vector<Cookie> given_cookies(const Pair& login);

/// Places of --me that name the account after `right`, and nobody before any login and after the
/// wrong password.
std::vector<Place> telling_places(const Seen& seen, const Trial* right, const Trial* wrong);

}  // namespace vneid::probe
