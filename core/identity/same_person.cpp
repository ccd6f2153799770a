#include "identity/same_person.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace vneid::identity {

namespace {

using enum LinkReason;

/// The rows of the decision table, from the one that refuses most to the one that links. Each
/// step may decide; what it noticed on the way stays in the reasons.
class Decision {
 public:
  Decision(const LegacyIdentity& legacy, const ProviderIdentity& provider, const LinkPolicy& policy)
      : legacy_(legacy), provider_(provider), policy_(policy) {}

  LinkDecision make() {
    note_all();
    return {.outcome = outcome(), .reasons = std::move(reasons_)};
  }

 private:
  void note(LinkReason reason, bool applies) {
    if (applies) reasons_.push_back(reason);
  }

  bool has(LinkReason reason) const {
    return std::ranges::find(reasons_, reason) != reasons_.end();
  }

  bool any(std::initializer_list<LinkReason> reasons) const {
    return std::ranges::any_of(reasons, [this](LinkReason reason) { return has(reason); });
  }

  void note_all() {
    note(account_closed, legacy_.closed);
    note(legacy_organization, legacy_.kind == AccountKind::organization);
    note(legacy_kind_unknown, legacy_.kind == AccountKind::unknown);
    note(provider_organization, provider_.kind == AccountKind::organization);
    note(provider_kind_unknown, provider_.kind == AccountKind::unknown);
    note(level_unknown, !provider_.level);
    note(level_too_low,
         provider_.level && *provider_.level < std::max(policy_.required_level, least_level));
    note_number();
    note_name();
    note_birth_date();
    note_sex();
  }

  void note_number() {
    note(provider_number_missing, !provider_.number);
    note(legacy_only_cmnd, !legacy_.number && legacy_.cmnd);
    note(legacy_number_missing, !legacy_.number && !legacy_.cmnd);
    note(number_differs,
         legacy_.number && provider_.number && *legacy_.number != *provider_.number);
    note(number_not_verified, legacy_.number && legacy_.number_status != FieldStatus::verified);
    note(control_not_proven, legacy_.number_status == FieldStatus::verified &&
                                 !legacy_.login_proven && !legacy_.verified_outside);
    note(number_province_unknown, provider_.number && !provider_.number->province_known());
  }

  void note_name() {
    if (!legacy_.name || !provider_.name) {
      note(name_missing, true);
      return;
    }
    const bool strict = legacy_.name->strict == provider_.name->strict;
    const bool loose = legacy_.name->loose == provider_.name->loose;
    note(name_only_loosely_equal, !strict && loose);
    note(name_differs, !strict && !loose);
  }

  void note_birth_date() {
    if (!legacy_.birth_date || !provider_.birth_date) {
      note(birth_date_missing, true);
      return;
    }
    const BirthDate& ours = *legacy_.birth_date;
    const BirthDate& theirs = *provider_.birth_date;
    note(birth_date_differs, !compatible(ours, theirs));
    note(birth_date_not_full, compatible(ours, theirs) && !fully_equal(ours, theirs));
    note(birth_date_new_year, typed_in_new_year(ours, theirs));
    note(number_birth_year_differs,
         provider_.number && provider_.number->birth_year() != theirs.year());
  }

  void note_sex() {
    note(sex_differs, legacy_.sex && provider_.sex && *legacy_.sex != *provider_.sex);
    note(number_sex_differs,
         provider_.number && provider_.sex && provider_.number->sex() != *provider_.sex);
  }

  LinkOutcome outcome() {
    if (has(account_closed)) return LinkOutcome::refuse_closed;
    if (any({legacy_organization, legacy_kind_unknown, provider_organization,
             provider_kind_unknown})) {
      return LinkOutcome::refuse_kind;
    }
    if (any({level_unknown, level_too_low})) return LinkOutcome::refuse_level;
    if (has(provider_number_missing)) return LinkOutcome::refuse_incomplete;
    if (any({legacy_number_missing, legacy_only_cmnd})) return LinkOutcome::verify_first;
    if (has(number_differs)) return LinkOutcome::refuse_number;
    if (has(number_not_verified)) return self_entered_outcome();
    if (has(control_not_proven)) return LinkOutcome::login_first;
    return verified_outcome();
  }

  LinkOutcome verified_outcome() const {
    if (any({name_missing, name_differs, birth_date_missing, birth_date_differs, sex_differs})) {
      return LinkOutcome::review;
    }
    if (has(name_only_loosely_equal)) {
      return has(birth_date_not_full) ? LinkOutcome::review : LinkOutcome::link_flagged;
    }
    const bool flagged = any({birth_date_new_year, number_sex_differs, number_birth_year_differs,
                              number_province_unknown});
    return flagged ? LinkOutcome::link_flagged : LinkOutcome::link;
  }

  /// Whoever typed the number may have typed a neighbour's, so every doubt leads to verification.
  LinkOutcome self_entered_outcome() {
    const bool allowed = policy_.allow_self_entered && legacy_.login_proven &&
                         legacy_.number_status == FieldStatus::self_entered;
    const bool doubtful =
        any({name_missing, name_only_loosely_equal, name_differs, birth_date_missing,
             birth_date_differs, birth_date_not_full, sex_differs});
    if (!allowed || doubtful) return LinkOutcome::verify_first;
    note(self_entered_allowed, true);
    return LinkOutcome::link_flagged;
  }

  const LegacyIdentity& legacy_;
  const ProviderIdentity& provider_;
  const LinkPolicy& policy_;
  std::vector<LinkReason> reasons_;
};

}  // namespace

LinkDecision decide(const LegacyIdentity& legacy, const ProviderIdentity& provider,
                    const LinkPolicy& policy) {
  return Decision{legacy, provider, policy}.make();
}

std::string_view to_text(LinkOutcome outcome) noexcept {
  switch (outcome) {
    case LinkOutcome::link:
      return "link";
    case LinkOutcome::link_flagged:
      return "link_flagged";
    case LinkOutcome::review:
      return "review";
    case LinkOutcome::login_first:
      return "login_first";
    case LinkOutcome::verify_first:
      return "verify_first";
    case LinkOutcome::refuse_number:
      return "refuse_number";
    case LinkOutcome::refuse_level:
      return "refuse_level";
    case LinkOutcome::refuse_kind:
      return "refuse_kind";
    case LinkOutcome::refuse_closed:
      return "refuse_closed";
    case LinkOutcome::refuse_incomplete:
      return "refuse_incomplete";
    case LinkOutcome::already_linked_same:
      return "already_linked_same";
    case LinkOutcome::taken_by_other:
      return "taken_by_other";
    case LinkOutcome::kept_out:
      return "kept_out";
  }
  return "";
}

std::string_view to_text(LinkReason reason) noexcept {
  switch (reason) {
    case account_closed:
      return "account_closed";
    case legacy_organization:
      return "legacy_organization";
    case legacy_kind_unknown:
      return "legacy_kind_unknown";
    case provider_organization:
      return "provider_organization";
    case provider_kind_unknown:
      return "provider_kind_unknown";
    case level_unknown:
      return "level_unknown";
    case level_too_low:
      return "level_too_low";
    case provider_number_missing:
      return "provider_number_missing";
    case legacy_number_missing:
      return "legacy_number_missing";
    case legacy_only_cmnd:
      return "legacy_only_cmnd";
    case number_differs:
      return "number_differs";
    case number_not_verified:
      return "number_not_verified";
    case control_not_proven:
      return "control_not_proven";
    case self_entered_allowed:
      return "self_entered_allowed";
    case name_missing:
      return "name_missing";
    case name_differs:
      return "name_differs";
    case name_only_loosely_equal:
      return "name_only_loosely_equal";
    case birth_date_missing:
      return "birth_date_missing";
    case birth_date_differs:
      return "birth_date_differs";
    case birth_date_not_full:
      return "birth_date_not_full";
    case birth_date_new_year:
      return "birth_date_new_year";
    case sex_differs:
      return "sex_differs";
    case number_sex_differs:
      return "number_sex_differs";
    case number_birth_year_differs:
      return "number_birth_year_differs";
    case number_province_unknown:
      return "number_province_unknown";
  }
  return "";
}

}  // namespace vneid::identity
