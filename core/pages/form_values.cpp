#include <algorithm>
#include <utility>

#include "pages/page_values.hpp"
#include "pages/string_ids.hpp"

namespace vneid::pages {

namespace {

using identity::Field;
using List = kainjow::mustache::list;

/// A field of a form, apart from what was typed.
struct Input {
  std::string name;      ///< as it is posted; also the end of its id
  std::string label_id;  ///< string
  std::string_view inputmode = "text";
  std::string_view hint_id;   ///< string; empty: none
  std::string_view group_id;  ///< element that tells about several fields; empty: none
  bool required = false;
};

/// Ids of what explains a field, for aria-describedby.
std::string described_by(const Input& input, const TypedValue& typed) {
  std::string ids;
  const auto add = [&ids](std::string_view prefix, std::string_view name) {
    if (!ids.empty()) ids += ' ';
    ids.append(prefix).append(name);
  };
  if (typed.problem != FieldProblem::none) add("problem-", input.name);
  if (typed.locked) {
    add("locked-", input.name);
  } else {
    if (!input.group_id.empty()) add("", input.group_id);
    if (!input.hint_id.empty()) add("hint-", input.name);
  }
  return ids;
}

Values input_values(const Input& input, const TypedValue& typed, const StringTable& strings) {
  const bool wrong = typed.problem != FieldProblem::none;
  const bool hinted = !input.hint_id.empty() && !typed.locked;
  Values values;
  values.set("input_name", input.name);
  values.set("label", std::string(strings.text(input.label_id)));
  values.set("value", typed.hidden ? std::string() : typed.value);
  values.set("required", input.required);
  values.set("inputmode", std::string(input.inputmode));
  values.set("hint", text_or_false(hinted ? strings.text(input.hint_id) : ""));
  values.set("problem_text", text_or_false(wrong ? strings.text(string_id(typed.problem)) : ""));
  values.set("described", text_or_false(described_by(input, typed)));
  values.set("locked", typed.locked);
  values.set("locked_text", std::string(strings.text(typed.hidden ? "id.hidden" : "form.locked")));
  return values;
}

/// Fills in `fields`, the summary of `problems`, and a title that tells of them: it is what a
/// screen reader says first.
class FormFields {
 public:
  explicit FormFields(const StringTable& strings) : strings_(strings) {}

  void add(const TypedValue& typed, Values values) {
    if (typed.problem != FieldProblem::none) problems_.push_back(values);
    fields_.push_back(std::move(values));
  }

  void put_into(Values& values, std::string_view title) const {
    values.set("fields", fields_);
    values.set("problems", problems_);
    values.set("has_problems", !problems_.empty());
    values.set("title", problems_.empty()
                            ? std::string(title)
                            : strings_.text("form.problem_title", {{"title", title}}));
  }

 private:
  const StringTable& strings_;
  List fields_;
  List problems_;
};

std::string trouble_text(const UpdatePage& page, const StringTable& strings) {
  if (page.trouble == UpdatePage::Trouble::none) return {};
  return strings.text(string_id(page.trouble),
                      {{"minutes", std::to_string(std::max(1, page.retry_minutes))}});
}

Input edit_input(Field field) {
  Input input{std::string(to_text(field)), string_id(field)};
  switch (field) {
    case Field::cmnd9:
    case Field::citizen_id:
      input.inputmode = "numeric";
      break;
    case Field::birth_date:
      input.inputmode = "numeric";
      input.hint_id = "form.date";
      break;
    case Field::phone:
      input.inputmode = "tel";
      break;
    case Field::email:
      input.inputmode = "email";
      break;
    case Field::name:
    case Field::sex:
    case Field::birth_place:
    case Field::home_town:
    case Field::residence:
      break;
  }
  return input;
}

}  // namespace

Values values_of(const UpdatePage& page, const StringTable& strings) {
  constexpr std::string_view numbers = "numbers";
  const std::string_view heading = strings.text(page.folded ? "update.folded.title" : "id.update");
  FormFields fields(strings);
  const auto add = [&](const Input& input, const TypedValue& typed) {
    fields.add(typed, input_values(input, typed, strings));
  };
  add({"cmnd", "dlg.cmnd", "numeric", "", numbers, false}, page.cmnd);
  add({"number", "dlg.cccd", "numeric", "", numbers, false}, page.number);
  add({"name", "dlg.name", "text", "", "", true}, page.name);
  add({"birth_date", "dlg.dob", "numeric", "form.date", "", true}, page.birth_date);
  Values values;
  fields.put_into(values, heading);
  values.set("heading", std::string(heading));
  values.set("of_account", text_or_false(page.account_masked));
  const bool cannot_leave = page.folded && !page.can_skip;
  values.set("folded", page.folded);
  values.set("can_skip", page.can_skip);
  values.set("on_the_way", page.folded || !page.return_to.empty());
  values.set("help", cannot_leave || page.trouble != UpdatePage::Trouble::none);
  values.set("source_name", page.source_name.empty()
                                ? std::string(strings.text("update.source.csdl"))
                                : page.source_name);
  values.set("trouble", text_or_false(trouble_text(page, strings)));
  values.set("return_to", text_or_false(page.return_to));
  values.set("back_href", text_or_false(page.back_href));
  if (!page.folded) {
    values.set("show_nav", true);
    values.set("nav_identity", "true");  // a page below the one that the menu names
  }
  values.set("csrf", page.csrf);
  values.set("not_me", page.folded || !page.sign_out_csrf.empty());
  values.set("sign_out_csrf", page.sign_out_csrf);
  return values;
}

Values values_of(const EditPage& page, const StringTable& strings) {
  FormFields fields(strings);
  for (const EditPage::Row& row : page.rows) {
    const bool is_sex = row.field == Field::sex;
    const bool is_male = is_sex && row.typed.value == "male";
    const bool is_female = is_sex && row.typed.value == "female";
    Values values = input_values(edit_input(row.field), row.typed, strings);
    values.set("is_sex", is_sex);
    values.set("is_male", is_male);
    values.set("is_female", is_female);
    if (is_male || is_female) {
      values.set("value", std::string(strings.text("sex." + row.typed.value)));
    }
    fields.add(row.typed, std::move(values));
  }
  Values values;
  fields.put_into(values, strings.text("edit.title"));
  values.set("of_account", text_or_false(page.account_masked));
  values.set("trouble",
             text_or_false(page.stores_away ? strings.text("err.stores") : std::string_view()));
  values.set("show_nav", true);
  values.set("nav_identity", "true");
  values.set("csrf", page.csrf);
  values.set("not_me", !page.sign_out_csrf.empty());
  values.set("sign_out_csrf", page.sign_out_csrf);
  return values;
}

}  // namespace vneid::pages
