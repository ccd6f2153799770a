#include "pages/page_values.hpp"
#include "pages/string_ids.hpp"

namespace vneid::pages {

namespace {

using identity::FieldStatus;
using List = kainjow::mustache::list;

std::string shown_value(const IdentityRow& row, const StringTable& strings) {
  if (row.hidden) return std::string(strings.text("id.hidden"));
  const bool is_word = row.value == "male" || row.value == "female";
  if (row.field != identity::Field::sex || !is_word) return row.value;
  return std::string(strings.text("sex." + row.value));
}

/// Who verified a value, and when; either may be unknown.
std::string proof_of(const IdentityRow& row, const StringTable& strings) {
  if (row.status != FieldStatus::verified) return {};
  const std::string* known = strings.find("source." + row.source);
  const std::string& source = known != nullptr ? *known : row.source;
  if (source.empty()) return row.verified_on;
  if (row.verified_on.empty()) return source;
  return strings.text("id.status.by_on", {{"source", source}, {"date", row.verified_on}});
}

Values row_values(const IdentityRow& row, const StringTable& strings) {
  Values values;
  values.set("field", std::string(to_text(row.field)));
  values.set("status", std::string(to_text(row.status)));
  values.set("label", std::string(strings.text(string_id(row.field))));
  values.set("value", text_or_false(shown_value(row, strings)));
  values.set("detail", text_or_false(proof_of(row, strings)));
  values.set("is_verified", row.status == FieldStatus::verified);
  values.set("is_self_entered", row.status == FieldStatus::self_entered);
  values.set("is_empty", row.status == FieldStatus::empty);
  return values;
}

/// Adds the rows of one status, to be named above all rows.
void add_named(Values& values, const std::string& name, const IdentityPage& page,
               FieldStatus status, const StringTable& strings) {
  List list;
  for (const IdentityRow& row : page.rows) {
    if (row.status != status) continue;
    Values item;
    item.set("field", std::string(to_text(row.field)));
    item.set("label", std::string(strings.text(string_id(row.field))));
    item.set("more", !list.empty());
    list.push_back(item);
  }
  values.set(name, list);
  values.set("has_" + name, !list.empty());
}

}  // namespace

Values values_of(const IdentityPage& page, const StringTable& strings) {
  const bool has_note = page.note != IdentityPage::Note::none;
  Values values;
  values.set("title", std::string(strings.text("id.title")));
  values.set("note", text_or_false(has_note ? strings.text(string_id(page.note)) : ""));
  values.set("done", has_note && page.note != IdentityPage::Note::in_review);
  List rows;
  for (const IdentityRow& row : page.rows) rows.push_back(row_values(row, strings));
  values.set("rows", rows);
  add_named(values, "missing", page, FieldStatus::empty, strings);
  add_named(values, "unverified", page, FieldStatus::self_entered, strings);
  values.set("of_account", text_or_false(page.account_masked));
  values.set("can_update", page.can_update);
  values.set("can_link", page.can_link);
  values.set("review_code", text_or_false(page.review_code));
  values.set("help", !page.review_code.empty() && page.review_state == ReviewState::rejected);
  values.set("review_text", std::string(strings.text(string_id(page.review_state))));
  add_links(values, page.links, strings);
  values.set("show_nav", true);
  values.set("nav_identity", "page");
  values.set("sign_out", !page.csrf.empty());
  values.set("sign_out_csrf", page.csrf);
  return values;
}

}  // namespace vneid::pages
