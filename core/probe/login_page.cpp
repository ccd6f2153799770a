#include "probe/login_page.hpp"

#include <algorithm>
#include <libxml/HTMLparser.h>
#include <memory>
#include <optional>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace vneid::probe {

namespace {

struct Release {
  void operator()(xmlDoc* document) const noexcept { xmlFreeDoc(document); }
  void operator()(xmlChar* text) const noexcept { xmlFree(text); }
};

const xmlChar* xml(const char* text) noexcept { return reinterpret_cast<const xmlChar*>(text); }

bool is(const xmlNode* node, const char* name) noexcept {
  return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, xml(name)) != 0;
}

bool has(const xmlNode* node, const char* name) noexcept {
  return xmlHasProp(node, xml(name)) != nullptr;
}

std::string attribute(const xmlNode* node, const char* name) {
  const std::unique_ptr<xmlChar, Release> value{xmlGetProp(node, xml(name))};
  return value ? reinterpret_cast<const char*>(value.get()) : "";
}

/// The next node in the document's order within `top`; null at its end. Without recursion: the
/// depth is the page's choice.
xmlNode* after(xmlNode* node, const xmlNode* top) noexcept {
  if (node->children != nullptr && node->type == XML_ELEMENT_NODE) return node->children;
  while (node != top && node->next == nullptr) node = node->parent;
  return node == top ? nullptr : node->next;
}

std::string type_of(const xmlNode* node) {
  std::string type = attribute(node, "type");
  std::ranges::transform(type, type.begin(), text::ascii_lower);
  if (is(node, "button")) return type.empty() ? "submit" : type;
  return type.empty() ? "text" : type;
}

bool is_typed_into(std::string_view type) {
  return type == "text" || type == "email" || type == "tel" || type == "number";
}

std::string chosen_option(xmlNode* select) {
  std::optional<std::string> chosen;
  for (xmlNode* node = select; node != nullptr; node = after(node, select)) {
    if (!is(node, "option")) continue;
    if (!chosen || has(node, "selected")) chosen = attribute(node, "value");
  }
  return chosen.value_or("");
}

/// Collects what one form sends.
class Reading {
 public:
  explicit Reading(xmlNode* form) {
    form_.action = attribute(form, "action");
    form_.is_post = text::equal_without_case(attribute(form, "method"), "post");
    for (xmlNode* node = form; node != nullptr; node = after(node, form)) take(node);
    settle();
  }
  [[nodiscard]] const Form& form() const noexcept { return form_; }
  [[nodiscard]] int passwords() const noexcept { return passwords_; }
  [[nodiscard]] bool asks_one_text() const noexcept { return typed_.size() == 1; }

 private:
  void take(xmlNode* node) {
    const bool select = is(node, "select");
    if (!select && !is(node, "input") && !is(node, "button")) return;
    const std::string name = attribute(node, "name");
    if (name.empty() || has(node, "disabled")) return;
    const std::string type = select ? "select" : type_of(node);
    if (type == "password") {
      if (passwords_++ > 0) return;
      form_.password_field = name;
      before_password_ = typed_.size();
    } else if (select) {
      form_.others.emplace_back(name, chosen_option(node));
    } else if (type == "hidden") {
      form_.hidden.push_back(name);
      form_.others.emplace_back(name, attribute(node, "value"));
    } else if ((type == "checkbox" || type == "radio") && has(node, "checked")) {
      form_.others.emplace_back(name, has(node, "value") ? attribute(node, "value") : "on");
    } else if (type == "submit" && !has_button_) {
      has_button_ = true;
      form_.others.emplace_back(name, attribute(node, "value"));
    } else if (is_typed_into(type)) {
      typed_.push_back(name);
    }
  }

  /// The name is typed right before the password.
  void settle() {
    if (typed_.empty()) return;
    const std::size_t at = before_password_ > 0 ? before_password_ - 1 : 0;
    form_.name_field = typed_[at];
    for (const std::string& name : typed_) {
      if (name != form_.name_field) form_.to_be_filled.push_back(name);
    }
  }

  Form form_;
  std::vector<std::string> typed_;
  std::size_t before_password_ = 0;
  int passwords_ = 0;
  bool has_button_ = false;
};

bool is_inside_form(const xmlNode* node) noexcept {
  while (node != nullptr && !is(node, "form")) node = node->parent;
  return node != nullptr;
}

}  // namespace

LoginPage read_login_page(const std::string& html) {
  LoginPage page;
  constexpr int options =
      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
  const char* encoding = text::decode_utf8(html) ? "UTF-8" : nullptr;
  const std::unique_ptr<xmlDoc, Release> document{
      htmlReadMemory(html.data(), static_cast<int>(html.size()), "", encoding, options)};
  xmlNode* const root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  int fewest = 0;  // a form to register asks for the password twice
  for (xmlNode* node = root; node != nullptr; node = after(node, root)) {
    if (is(node, "input") && type_of(node) == "password" && !is_inside_form(node)) {
      page.loose_password = true;
    }
    if (!is(node, "form")) continue;
    const Reading reading{node};
    const int passwords = reading.passwords();
    if (passwords > 0 && (fewest == 0 || passwords < fewest)) {
      fewest = passwords;
      page.kind = LoginPage::Kind::password_form;
      page.form = reading.form();
    } else if (passwords == 0 && page.kind == LoginPage::Kind::no_form && reading.form().is_post &&
               reading.asks_one_text()) {
      page.kind = LoginPage::Kind::name_form;
      page.form = reading.form();
    }
  }
  return page;
}

}  // namespace vneid::probe
