#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vneid::link {

/// Both sides of a review by field, in full. Fields of an identity review are named by
/// identity::to_text(Field); those of a link are "login", "name", "number" and "birth_date".
struct ReviewSides {
  std::map<std::string, std::string, std::less<>> account;
  std::map<std::string, std::string, std::less<>> other;  ///< the person, or the source
};

/// Adds the line "side.field<TAB>value". Line ends and tabs within the value become blanks: a value
/// must not be able to say something about another field.
void add_review_side(std::string& text, std::string_view side, std::string_view field,
                     std::string value);

/// Reads what was written so; sides are "account" and, for the other, "person" or "source". Nothing
/// when a line is of another form, or a field is told twice.
std::optional<ReviewSides> read_review_sides(std::string_view text);

}  // namespace vneid::link
