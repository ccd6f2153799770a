#include "admin/officers/ruling.hpp"

#include <array>
#include <iostream>
#include <string_view>
#include <utility>

#include "admin/officers/review_view.hpp"
#include "admin/sessions.hpp"
#include "certain.hpp"
#include "link/review_reference.hpp"

namespace vneid::admin {

namespace {

using link::Review;
using link::RulingOutcome;

std::string decided_before(const Review& review) {
  std::string text = "review " + review.reference + " was " +
                     std::string{link::to_text(review.state)} + " " +
                     by_whom(certain(review.decided));
  if (review.proposed) text += "; first approved " + by_whom(*review.proposed);
  if (!review.note.empty()) text += "; reason: " + review.note;
  return text;
}

/// Why nothing was done, in a sentence with its cure.
std::string refusal(RulingOutcome outcome, const Review& review) {
  const std::string name = "review " + review.reference;
  switch (outcome) {
    case RulingOutcome::decided_before:
      return decided_before(review);
    case RulingOutcome::same_officer:
      return name + " has your approval already (" + minute_of(certain(review.proposed).at) +
             "); another officer is to approve it";
    case RulingOutcome::outdated:
      return name +
             " is outdated: the account's identity has changed since it was opened; let "
             "the citizen try again, or reject it";
    case RulingOutcome::names_nobody:
      return name + " cannot be approved: " + review.told_by +
             " told no values that could be made to stand; reject it when it is settled";
    case RulingOutcome::subject_taken:
      return name +
             " cannot be approved: the VNeID account or the number belongs to another "
             "person here, and one person has one of each; reject it when it is settled";
    case RulingOutcome::link_gone:
      return name + " is outdated: the link stands no longer; reject it";
    case RulingOutcome::unreasoned:
      return name + " needs a reason of its first officer: \"vneidctl " +
             (review.link_id ? "links undo " + std::to_string(review.link_id->value())
                             : "accounts " + kind_of(review)) +
             " --reason TEXT\"";
    default:
      return name +
             " cannot be approved: the account is linked under another number; that link "
             "is to be undone first";
  }
}

std::string what_was_done(const Review& review) {
  if (review.link_id) return "link " + std::to_string(review.link_id->value()) + " is undone";
  const std::string account = "account " + std::to_string(review.account_id.value());
  if (review.kind == link::ReviewKind::rename) return account + " has its new name";
  return account + " is part of account " + std::to_string(certain(review.into_account_id).value());
}

std::string consequence(const link::RulingAnswer& answer) {
  const Review& review = certain(answer.review);
  switch (review.kind) {
    case link::ReviewKind::link:
      return "the account is linked when the citizen next logs in with both\n";
    case link::ReviewKind::identity:
      return "the source's values are verified now\n";
    case link::ReviewKind::undo:
      return what_was_done(review) + "; its records are the account's again\n";
    case link::ReviewKind::rename:
      return what_was_done(review) + "\n";
    case link::ReviewKind::merge:
      break;
  }
  return what_was_done(review) + " and closed: " + std::to_string(answer.moved) +
         " records moved, " + std::to_string(answer.stayed) + " are there already and stayed\n";
}

}  // namespace

std::string kind_of(const Review& review) {
  switch (review.kind) {
    case link::ReviewKind::link:
      return "link";
    case link::ReviewKind::identity:
      return "identity";
    case link::ReviewKind::undo:
      return "undo";
    case link::ReviewKind::rename:
      return "rename";
    case link::ReviewKind::merge:
      break;
  }
  return "merge";
}

std::string by_whom(const link::OfficerAct& act) {
  return "by " + act.officer + " on " + minute_of(act.at);
}

std::string reference_from(const std::string& typed) {
  auto reference = link::read_review_reference(typed);
  if (!reference) {
    throw CommandFailed(exit_usage, "\"" + typed +
                                        "\" is no reference: it has eight letters and digits, "
                                        "like K7QF-2MXD");
  }
  return *std::move(reference);
}

CommandFailed no_such_review(const std::string& reference) {
  return {exit_failed, "there is no review " + reference +
                           "; \"vneidctl review list --state all\" "
                           "tells which there are"};
}

std::string obstacle_in_words(const std::string& code) {
  struct Refusal {
    std::string_view code;
    const char* text;
  };
  constexpr std::array refusals{
      Refusal{"name_taken", "an account has that name"},
      Refusal{"same_account", "they are one account already"},
      Refusal{"other_portal", "they are accounts of two portals"},
      Refusal{"merged_before", "it has become part of another account before"},
      Refusal{"closed", "the account that is to stay is closed"},
      Refusal{"other_kind", "one is a person's and the other is not: two kinds of account"},
      Refusal{
          "linked",
          "it is linked, and the other is not linked to the same person: a merge makes no link and "
          "takes none. Undo the wrong link, or let the citizen link the other account first"},
      Refusal{"kept_out", "their person is flagged: \"vneidctl persons unflag\" first"},
      Refusal{"other_number", "their verified numbers are of two persons"},
      Refusal{"undo_open", "somebody asks to undo a link of theirs: decide that review first"},
  };
  for (const auto& [name, text] : refusals) {
    if (name == code) return text;
  }
  return code;
}

Exit tell(const link::RulingAnswer& answer, const std::string& reference) {
  if (!answer.review) throw no_such_review(reference);
  const Review& review = *answer.review;
  switch (answer.outcome) {
    case RulingOutcome::proposed:
      std::cout << "review " << review.reference << ": approved "
                << by_whom(certain(review.proposed)) << "; it needs a second officer\n";
      return exit_ok;
    case RulingOutcome::approved:
      std::cout << "review " << review.reference << ": approved "
                << by_whom(certain(review.decided)) << ", first "
                << by_whom(certain(review.proposed)) << '\n'
                << consequence(answer);
      return exit_ok;
    case RulingOutcome::rejected:
      std::cout << "review " << review.reference << ": rejected "
                << by_whom(certain(review.decided)) << '\n';
      return exit_ok;
    default:
      break;
  }
  if (answer.outcome == RulingOutcome::obstructed) {
    throw CommandFailed(exit_failed, "review " + review.reference + " cannot be approved: " +
                                         obstacle_in_words(answer.obstacle) + "; reject it");
  }
  throw CommandFailed(exit_failed, refusal(answer.outcome, review));
}

void SessionEnd::operator()(AccountId account_id, const std::string& done) const {
  std::cout << end_sessions(redis, keys, std::array{account_id}, done)
            << " sessions of its account were ended\n";
}

Exit approve_review(link::ReviewQueue& queue, EpollLoop& loop, const link::Ruling& ruling,
                    const SessionEnd* session_end) {
  const auto answer = loop.run(queue.approve(ruling));
  const Exit exit = tell(answer, ruling.reference);
  if (session_end != nullptr && answer.outcome == RulingOutcome::approved) {
    const Review& review = certain(answer.review);
    (*session_end)(review.account_id, what_was_done(review));
  }
  return exit;
}

}  // namespace vneid::admin
