#pragma once

#include <optional>
#include <string>

#include "flows/base/base.hpp"
#include "flows/identity/check.hpp"
#include "link/identity_fields.hpp"
#include "pages/view.hpp"

/// From what is stored and checked to what the pages of identity show.
namespace vneid::flows {

/// What of an account's fields whoever is proven so may see (design D19): values that a source told
/// are left out, with `told` still set, unless VNeID has proven the person. All that shows fields
/// shows these.
link::FieldValues shown_fields(link::FieldValues held, Session::Proof proof);

/// Whether shown_fields() left the value out.
bool is_hidden(const link::FieldValue& shown);

/// "Thông tin định danh" of an account; with a proof by VNeID in full.
pages::IdentityPage identity_page(const Exchange& exchange, const link::IdentityProfile& profile,
                                  Session::Proof proof);

pages::ReviewState review_state(link::ReviewState state);

/// A line of "Danh sách tài khoản liên kết".
pages::LinkItem link_item(const link::LinkedAccount& linked, bool own);

/// A stored value as people read it. The sex stays "male" or "female": the page has words for it.
std::string value_for_people(identity::Field field, const std::string& stored);

/// The form of the update with what is stored (shown_fields).
pages::UpdatePage blank_update(const link::FieldValues& held);
/// The same with what was typed, where it is not locked.
pages::UpdatePage typed_update(const link::FieldValues& held, const TypedIdentity& typed);
/// Puts on it what came of it, unless it was done.
void show_outcome(pages::UpdatePage& page, const IdentityCheck& check);

/// The form's answer: its status code and Retry-After fit its trouble.
Reply update_reply(const Exchange& exchange, const pages::UpdatePage& page,
                   Milliseconds retry_after);

TypedIdentity typed_identity(const std::string& form_body);

}  // namespace vneid::flows
