#pragma once

#include <string>
#include <vector>

#include "pages/view.hpp"

/// Ids of the strings that the code itself asks for. A template asks for the others.
namespace vneid::pages {

std::string string_id(RecordKind kind);
std::string short_id(RecordKind kind);  ///< the same in a word or two
std::string string_id(StayReason reason);
std::string string_id(RecordSource source);
std::string string_id(SignatureStatus status);
std::string trust_id(int level);  ///< 0–3
/// With ".title" the page's heading.
std::string string_id(SignInPage::Reason reason);
std::string title_id(VaultPage::View view);
std::string string_id(identity::Field field);        ///< its label on the identity page
std::string string_id(IdentityPage::Note note);      ///< not for `none`
std::string string_id(ReviewState state);            ///< beside the request's code
std::string string_id(FieldProblem problem);         ///< not for `none`
std::string string_id(UpdatePage::Trouble trouble);  ///< not for `none`
/// The error page's text; what `string_id` of its kind says but for an answered review. With
/// ".title" its heading.
std::string text_id(const ErrorPage& page);

/// All of them, those of the errors included.
std::vector<std::string> ids_in_code();

}  // namespace vneid::pages
