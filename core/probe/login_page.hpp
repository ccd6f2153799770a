#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/form.hpp"

namespace vneid::probe {

/// A form of a page as a browser would send it, before anybody has typed.
struct Form {
  std::string action;  ///< as written, maybe relative; empty: the page's own address
  bool is_post = false;
  std::string name_field;
  std::string password_field;             ///< empty: the form has none
  text::Parameters others;                ///< hidden inputs, chosen options, the first button
  std::vector<std::string> hidden;        ///< names of the hidden inputs, e.g. anti-forgery tokens
  std::vector<std::string> to_be_filled;  ///< further fields that people type into: a captcha?
};

/// What a login page offers.
struct LoginPage {
  enum class Kind : std::uint8_t {
    password_form,  ///< a form with a password field
    name_form,  ///< a posted form that asks for one text and no password: the first of two steps
    no_form,    ///< neither
  };
  Kind kind = Kind::no_form;
  Form form;
  bool loose_password = false;  ///< a password field outside of any form: a script sends it
};

/// Reads a page from outside with libxml2's forgiving HTML parser, which fetches nothing. Whatever
/// it cannot read offers no form.
LoginPage read_login_page(const std::string& html);

}  // namespace vneid::probe
