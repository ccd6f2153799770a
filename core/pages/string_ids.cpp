#include "pages/string_ids.hpp"

#include <array>
#include <string_view>

namespace vneid::pages {

namespace {

using Names = std::span<const std::string_view>;

// In the order of the enums.
constexpr std::array<std::string_view, 3> kinds{"information", "paper", "result"};
constexpr std::array<std::string_view, 3> reasons{"other_owner", "owner_unknown", "duplicate"};
constexpr std::array<std::string_view, 6> sources{"uploaded",        "result",        "component",
                                                  "national_portal", "population_db", "vneid"};
constexpr std::array<std::string_view, 7> signatures{
    "valid", "invalid", "expired_cert_at_check", "revoked", "unknown_ca", "none", "not_checked"};
constexpr std::array<std::string_view, 6> sign_in_reasons{"required",      "idle",    "signed_out",
                                                          "provider_left", "confirm", "send_again"};
constexpr std::array<std::string_view, 4> trust_levels{"0", "1", "2", "3"};
constexpr std::array<std::string_view, identity::all_fields.size()> fields{
    "name", "cmnd9", "pid12", "dob", "phone", "sex", "pob", "email", "hometown", "residence"};
constexpr std::array<std::string_view, 3> review_states{"open", "approved", "rejected"};

// Those of `none` are no strings.
constexpr std::array<std::string_view, 4> notes{"", "verified", "edited", "in_review"};
constexpr std::array<std::string_view, 19> problems{"",
                                                    "missing",
                                                    "not_digits",
                                                    "not_9_digits",
                                                    "not_12_digits",
                                                    "birth_year_in_future",
                                                    "one_number_needed",
                                                    "name_characters",
                                                    "name_without_letters",
                                                    "too_long",
                                                    "date_form",
                                                    "no_such_day",
                                                    "before_1900",
                                                    "date_in_future",
                                                    "phone_form",
                                                    "email_form",
                                                    "sex_unknown",
                                                    "text_characters",
                                                    "locked"};
constexpr std::array<std::string_view, 6> troubles{"",           "err.notfound",    "err.csdl",
                                                   "err.stores", "update.too_many", "err.busy"};

// What the portal's own pages show of ours.
constexpr std::array<std::string_view, 8> menu{"layout.menu",  "layout.links", "layout.vault",
                                               "notice.vneid", "count",        "offer.link",
                                               "menu.banner",  "menu.later"};

constexpr std::array<std::string_view, 78> others{
    "register.citizen",
    "register.foreign",
    "step.verify",
    "step.vneid",
    "guide.title",
    "offer.title",
    "wait.title",
    "wait.provider",
    "wait.population",
    "account.personal",
    "account.foreign",
    "notice.asked",
    "undo.title",
    "undo.text",
    "undo.ask",
    "undo.asked",
    "notice.title",
    "notice.p1",
    "notice.p2.lead",
    "notice.p2",
    "notice.skip",
    "notice.vneid",
    "notice.legal_basis",
    "notice.effective_date",
    "layout.portal",
    "script.held.title",
    "script.held",
    "ok.linked",
    "ok.already",
    "links.title",
    "choice.title",
    "choice.adopt.title",
    "choice.own.title",
    "links.provider",
    "vault.title",
    "vault.legacy.title",
    "vault.untitled",
    "vault.perpetual",
    "vault.expired",
    "vault.replaced",
    "vault.reused",
    "vault.carried.from",
    "field.number",
    "field.doc_type",
    "field.summary",
    "field.issuer",
    "field.signer",
    "field.issued_on",
    "field.valid_until",
    "field.scope",
    "field.procedure",
    "field.field",
    "field.dossier",
    "field.owner",
    "field.source",
    "field.trust",
    "field.signature",
    "field.origin",
    "field.version",
    "field.reuse",
    "file.bytes",
    "file.kilobytes",
    "file.megabytes",
    "id.title",
    "id.status.by_on",
    "sex.male",
    "sex.female",
    "id.update",
    "update.folded.title",
    "update.source.csdl",
    "dlg.cmnd",
    "dlg.cccd",
    "dlg.name",
    "dlg.dob",
    "edit.title",
    "form.date",
    "form.problem_title",
    "update.too_many",
};

template <class Enum>
std::string name(std::string_view prefix, Names names, Enum value) {
  return std::string(prefix) + std::string(names[static_cast<std::size_t>(value)]);
}

void add(std::vector<std::string>& all, std::string_view prefix, Names names,
         std::string_view suffix = {}) {
  for (const auto each : names) {
    if (each.empty()) continue;
    all.push_back(std::string(prefix) + std::string(each) + std::string(suffix));
  }
}

}  // namespace

std::string string_id(RecordKind kind) { return name("kind.", kinds, kind); }
std::string short_id(RecordKind kind) { return name("vault.", kinds, kind); }
std::string string_id(StayReason reason) { return name("stay.", reasons, reason); }
std::string string_id(RecordSource source) { return name("source.", sources, source); }
std::string string_id(SignatureStatus status) { return name("signature.", signatures, status); }
std::string trust_id(int level) { return name("trust.", trust_levels, level); }
std::string string_id(SignInPage::Reason reason) {
  return name("signin.", sign_in_reasons, reason);
}
std::string title_id(VaultPage::View view) {
  return view == VaultPage::View::own ? "vault.title" : "vault.legacy.title";
}
std::string string_id(identity::Field field) { return name("id.", fields, field); }
std::string string_id(IdentityPage::Note note) { return name("id.note.", notes, note); }
std::string string_id(ReviewState state) { return name("id.review.", review_states, state); }
std::string string_id(FieldProblem problem) { return name("problem.", problems, problem); }
std::string string_id(UpdatePage::Trouble trouble) { return name("", troubles, trouble); }

namespace {

/// Whom a text about level 2 speaks to; empty: the citizen of the table in domain.md.
std::string_view suffix_of(Registrant registrant) {
  switch (registrant) {
    case Registrant::child:
      return ".child";
    case Registrant::foreigner:
      return ".foreign";
    case Registrant::citizen:
      break;
  }
  return {};
}

}  // namespace

std::string text_id(const ErrorPage& page) {
  std::string id(string_id(page.kind));
  if (page.kind == ErrorKind::level_too_low) id += suffix_of(page.registrant);
  // Who cannot verify the number here is not told to.
  const bool verifies = page.can_verify || !page.retry_href.empty();
  if (page.kind == ErrorKind::unverified_number && !verifies) id += ".desk";
  if (page.kind == ErrorKind::review && page.review_state != ReviewState::open) {
    id.append(".").append(review_states[static_cast<std::size_t>(page.review_state)]);
  }
  if (page.kind == ErrorKind::organization && !page.effective_date.empty()) id += ".login";
  return id;
}

std::vector<std::string> ids_in_code() {
  std::vector<std::string> all(others.begin(), others.end());
  add(all, "", menu);
  add(all, "kind.", kinds);
  add(all, "vault.", kinds);
  add(all, "stay.", reasons);
  add(all, "source.", sources);
  add(all, "signature.", signatures);
  add(all, "trust.", trust_levels);
  add(all, "signin.", sign_in_reasons);
  add(all, "signin.", sign_in_reasons, ".title");
  add(all, "id.", fields);
  add(all, "id.note.", notes);
  add(all, "id.review.", review_states);
  add(all, "problem.", problems);
  for (const auto state : {ReviewState::approved, ReviewState::rejected}) {
    ErrorPage answered{ErrorKind::review};
    answered.review_state = state;
    all.push_back(text_id(answered));
    all.push_back(text_id(answered) + ".title");
  }
  for (const ErrorPage& each :
       {ErrorPage{.kind = ErrorKind::organization, .effective_date = "01/07/2025"},
        ErrorPage{.kind = ErrorKind::level_too_low, .registrant = Registrant::child},
        ErrorPage{.kind = ErrorKind::level_too_low, .registrant = Registrant::foreigner},
        ErrorPage{.kind = ErrorKind::unverified_number}}) {
    all.push_back(text_id(each));
    all.push_back(text_id(each) + ".title");
  }
  for (const ErrorKind kind : all_error_kinds()) {
    all.emplace_back(string_id(kind));
    all.push_back(std::string(string_id(kind)) + ".title");
  }
  return all;
}

}  // namespace vneid::pages
