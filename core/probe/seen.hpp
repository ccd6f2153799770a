#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/http/sender.hpp"

/// What `vneidctl portal probe` saw, as plain values. No password and no cookie's value is in them.
namespace vneid::probe {

/// A cookie that an answer sets.
struct Cookie {
  std::string name;
  bool is_new = false;    ///< its value is another than the one that came with the request
  bool lasting = false;   ///< it lives longer than a day
  bool is_short = false;  ///< fewer than eight bytes: no secret, so nothing that lets in
  bool names = false;     ///< its value is the account's name
};

/// One answer, in what can be compared with another.
struct Answer {
  std::string failure;  ///< why there was none; empty: there was one
  int status = 0;
  std::string location;  ///< host (when absolute), path and the names of the query's fields
  std::string shape;     ///< of the body, in words
  std::vector<std::string> headers;         ///< names, without those that always differ
  std::vector<std::string> naming_headers;  ///< names of those whose value is the account's name
  std::vector<Cookie> cookies;
  bool accel = false;  ///< has X-Accel-Redirect
  bool basic = false;  ///< asks for HTTP Basic
};

/// The answer of the address that tells who is logged in.
struct Me {
  std::string failure;
  int status = 0;
  bool is_page = false;  ///< text/html
  std::vector<http::Header> headers;
  std::string body;
};

/// One attempt to log in, and who was logged in afterwards (--me).
struct Trial {
  Answer answer;
  std::optional<Me> me;
};

struct Seen {
  enum class Page : std::uint8_t { form, two_steps, no_form, basic };

  std::string url;   ///< of the login page, behind redirects of its own host
  std::string name;  ///< of the test account
  std::string me;    ///< --me; empty: not given
  Page kind = Page::no_form;
  bool loose_password = false;
  bool by_query = false;            ///< the login's address has a query
  Answer page;                      ///< without any cookies
  std::vector<std::string> fields;  ///< of the form: name, password
  std::vector<std::string> hidden;
  std::vector<std::string> unfilled;   ///< fields of the form that the probe leaves empty
  std::vector<std::string> locations;  ///< paths that the login's steps are sent to
  std::string elsewhere;               ///< another host that the login is sent to
  std::string stopped;                 ///< why it went no further; empty: it did

  std::optional<Trial> wrong;
  std::optional<Trial> right;
  std::optional<Trial> bare;   ///< the right one without any cookies
  std::optional<Trial> query;  ///< by GET
  std::optional<Trial> head;
  std::optional<Trial> json_wrong;
  std::optional<Trial> json_right;
  std::optional<Trial> basic;  ///< the page with name and password by HTTP Basic
  std::optional<Me> me_before;

  std::vector<std::string> before;   ///< names of the cookies held before the right login
  std::vector<std::string> kept;     ///< of them, those that kept their value
  std::vector<std::string> opening;  ///< cookies each of which alone made --me name the account
};

}  // namespace vneid::probe
