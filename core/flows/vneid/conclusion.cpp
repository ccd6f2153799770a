#include "flows/vneid/conclusion.hpp"

#include <utility>
#include <variant>

#include "flows/identity/identity.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

std::string in_words(const identity::LinkDecision& decision) {
  std::string text{identity::to_text(decision.outcome)};
  for (const auto reason : decision.reasons) {
    text += ' ';
    text += identity::to_text(reason);
  }
  return text;
}

struct Why {
  std::optional<Obstacle> operator()(const link::Linked& /*linked*/) const { return std::nullopt; }
  std::optional<Obstacle> operator()(const link::InReview& review) const {
    return Obstacle{{ErrorKind::review, review.reference, review_state(review.state)},
                    "link sent to review " + review.reference};
  }
  std::optional<Obstacle> operator()(const link::Refused& refused) const {
    return Obstacle{{.kind = error_of(refused.decision.outcome)},
                    "link refused: " + in_words(refused.decision)};
  }
  std::optional<Obstacle> operator()(const link::Taken& /*taken*/) const {
    return Obstacle{{.kind = ErrorKind::taken}, "link refused: linked to somebody else"};
  }
};

}  // namespace

Conclusion failed(Purpose purpose, Failed failure, std::string cause) {
  Conclusion conclusion;
  conclusion.outcome.purpose = std::move(purpose);
  conclusion.outcome.result = std::move(failure);
  conclusion.cause = std::move(cause);
  return conclusion;
}

Conclusion failed(Purpose purpose, ErrorKind kind, std::string cause) {
  return failed(std::move(purpose), Failed{.kind = kind}, std::move(cause));
}

std::optional<Obstacle> obstacle_of(const link::LinkOutcome& outcome) {
  return std::visit(Why{}, outcome);
}

ErrorKind error_of(identity::LinkOutcome outcome) {
  switch (outcome) {
    case identity::LinkOutcome::refuse_level:
      return ErrorKind::level_too_low;
    case identity::LinkOutcome::verify_first:
      return ErrorKind::unverified_number;
    case identity::LinkOutcome::login_first:
      return ErrorKind::no_account;
    case identity::LinkOutcome::taken_by_other:
      return ErrorKind::taken;
    case identity::LinkOutcome::refuse_kind:
      return ErrorKind::organization;
    case identity::LinkOutcome::refuse_closed:
      return ErrorKind::account_closed;
    case identity::LinkOutcome::kept_out:
      return ErrorKind::kept_out;
    case identity::LinkOutcome::refuse_incomplete:
      return ErrorKind::provider_refused;
    default:
      return ErrorKind::mismatch;
  }
}

ErrorKind error_of(oidc::ProviderError error) {
  switch (error) {
    case oidc::ProviderError::cancelled:
      return ErrorKind::cancelled;
    case oidc::ProviderError::temporarily_unavailable:
    case oidc::ProviderError::server_error:
      return ErrorKind::provider_away;
    case oidc::ProviderError::login_required:
    case oidc::ProviderError::other:
      break;
  }
  return ErrorKind::provider_refused;
}

}  // namespace vneid::flows
