#include "policy/gate.hpp"

namespace vneid::policy {

bool admits(Requirement requirement, const Shown& shown, const Policy& policy, Wall now) noexcept {
  const bool vneid = shown.proof == Shown::Proof::vneid;
  switch (requirement) {
    case Requirement::level2:
      return vneid && shown.level2;
    case Requirement::linked:
      return vneid && shown.linked;
    case Requirement::session:
      break;
  }
  return vneid || legacy_login_suffices(mode_at(policy.of(shown.kind), now));
}

}  // namespace vneid::policy
