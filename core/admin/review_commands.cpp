#include <charconv>
#include <chrono>
#include <iostream>
#include <optional>
#include <utility>

#include "admin/columns.hpp"
#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/review_view.hpp"
#include "admin/sessions.hpp"
#include "certain.hpp"
#include "link/links.hpp"
#include "link/officer/queue.hpp"
#include "link/review_reference.hpp"
#include "link/undo_requests.hpp"

namespace vneid::admin {

namespace {

using link::Review;
using link::RulingOutcome;

constexpr std::chrono::seconds statement_timeout{10};
/// The vault goes back in one statement.
constexpr std::chrono::minutes undo_timeout{10};

std::string kind_of(const Review& review) {
  switch (review.kind) {
    case link::ReviewKind::link:
      return "link";
    case link::ReviewKind::identity:
      return "identity";
    case link::ReviewKind::undo:
      break;
  }
  return "undo";
}

std::string reasons_of(const Review& review) {
  std::string text;
  for (const std::string& reason : review.reasons) text += (text.empty() ? "" : ", ") + reason;
  return text;
}

std::string by_whom(const link::OfficerAct& act) {
  return "by " + act.officer + " on " + minute_of(act.at);
}

std::optional<link::ReviewState> wanted_state(const Options& options) {
  if (options.state == "all") return std::nullopt;
  const auto state = link::review_state_from_text(options.state);
  if (!state) {
    throw CommandFailed(exit_usage, "--state is open, approved, rejected or all");
  }
  return state;
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

std::string reference_of(const Options& options) { return reference_from(options.operand); }

CommandFailed no_such_review(const std::string& reference) {
  return {exit_failed, "there is no review " + reference +
                           "; \"vneidctl review list --state all\" "
                           "tells which there are"};
}

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
      return name + " needs a reason of its first officer: \"vneidctl links undo " +
             std::to_string(certain(review.link_id).value()) + " --reason TEXT\"";
    default:
      return name +
             " cannot be approved: the account is linked under another number; that link "
             "is to be undone first";
  }
}

std::string consequence(const Review& review) {
  switch (review.kind) {
    case link::ReviewKind::link:
      return "the account is linked when the citizen next logs in with both\n";
    case link::ReviewKind::identity:
      return "the source's values are verified now\n";
    case link::ReviewKind::undo:
      break;
  }
  return "link " + std::to_string(certain(review.link_id).value()) +
         " is undone; its records are the account's again\n";
}

Exit finish(const link::RulingAnswer& answer, const std::string& reference) {
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
                << consequence(review);
      return exit_ok;
    case RulingOutcome::rejected:
      std::cout << "review " << review.reference << ": rejected "
                << by_whom(certain(review.decided)) << '\n';
      return exit_ok;
    default:
      throw CommandFailed(exit_failed, refusal(answer.outcome, review));
  }
}

void print_head(const Review& review) {
  std::cout << "review " << review.reference << " (" << kind_of(review)
            << "): " << state_in_words(review) << '\n'
            << "opened " << minute_of(review.created_at) << ", told by " << review.told_by
            << ", account " << review.account_id.value() << '\n'
            << "reasons: " << reasons_of(review) << '\n';
  if (review.proposed) std::cout << "first approved " << by_whom(*review.proposed) << '\n';
  if (review.decided) {
    std::cout << link::to_text(review.state) << ' ' << by_whom(*review.decided) << '\n';
  }
  if (!review.note.empty()) std::cout << "reason: " << review.note << '\n';
  if (review.link_id) std::cout << "to be undone: link " << review.link_id->value() << '\n';
  if (!review.undo_reason.empty()) std::cout << "because: " << review.undo_reason << '\n';
}

LinkId link_of(const Options& options) {
  std::int64_t id = 0;
  const char* end = options.operand.data() + options.operand.size();
  const auto parsed = std::from_chars(options.operand.data(), end, id);
  if (parsed.ec != std::errc{} || parsed.ptr != end || id <= 0) {
    throw CommandFailed(exit_usage, "\"" + options.operand +
                                        "\" is no number of a link; \"vneidctl links show\" "
                                        "tells it");
  }
  return LinkId{id};
}

/// What the sessions of an account are ended with.
struct SessionEnd {
  redis::Settings redis;
  std::shared_ptr<const crypto::KeyRing> keys;

  void operator()(LinkId link_id, AccountId account_id) const {
    const std::string done = "link " + std::to_string(link_id.value()) + " is undone";
    std::cout << end_sessions(redis, keys, account_id, done)
              << " sessions of its account were ended\n";
  }
};

Exit approve(link::ReviewQueue& queue, EpollLoop& loop, const link::Ruling& ruling,
             const SessionEnd* session_end) {
  const auto answer = loop.run(queue.approve(ruling));
  const Exit exit = finish(answer, ruling.reference);
  if (session_end != nullptr && answer.outcome == RulingOutcome::approved) {
    const Review& review = certain(answer.review);
    (*session_end)(certain(review.link_id), review.account_id);
  }
  return exit;
}

}  // namespace

Exit review_list(const Options& options) {
  const auto state = wanted_state(options);
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::ReviewQueue queue{pool, keys};
  link::QueuePart part{.state = state, .most = options.limit + 1};
  if (!options.after.empty()) {
    part.after = reference_from(options.after);
    if (!loop.run(queue.find(part.after))) throw no_such_review(part.after);
  }
  auto reviews = loop.run(queue.list(part));
  const bool more = std::ssize(reviews) > options.limit;
  if (more) reviews.pop_back();
  if (reviews.empty()) {
    std::cout << "no reviews\n";
    return exit_ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"REFERENCE", "KIND", "STATE", "CREATED", "ACCOUNT", "OTHER SIDE", "REASONS"}};
  for (const Review& review : reviews) {
    rows.push_back({review.reference, kind_of(review), state_in_words(review),
                    minute_of(review.created_at), review.account_masked, review.other_masked,
                    reasons_of(review)});
  }
  print_columns(std::cout, rows);
  if (more) std::cout << "there are more: --after " << reviews.back().reference << '\n';
  return exit_ok;
}

Exit review_show(const Options& options) {
  const std::string reference = reference_of(options);
  link::Ruling asked;
  asked.reference = reference;
  asked.officer = current_officer();
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::ReviewQueue queue{pool, keys};
  const auto file = loop.run(queue.view(asked));
  if (!file) throw no_such_review(reference);
  print_head(file->review);
  const bool of_person = file->review.kind != link::ReviewKind::identity;
  std::vector<std::vector<std::string>> rows{
      {"FIELD", "ACCOUNT", of_person ? "PERSON" : "SOURCE", "FINDING"}};
  for (const ComparedField& field : compare_sides(file->sides)) {
    rows.push_back({field.field, field.account, field.other, field.finding});
  }
  std::cout << '\n';
  print_columns(std::cout, rows);
  return exit_ok;
}

Exit review_approve(const Options& options) {
  link::Ruling ruling;
  ruling.reference = reference_of(options);
  ruling.officer = current_officer();
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, undo_timeout);
  link::ReviewQueue queue{pool, keys};
  const auto file = loop.run(queue.find(ruling.reference));
  if (!file) throw no_such_review(ruling.reference);
  if (file->review.kind != link::ReviewKind::undo) return approve(queue, loop, ruling, nullptr);
  const SessionEnd session_end{redis_of(options), keys};
  return approve(queue, loop, ruling, &session_end);
}

Exit links_undo(const Options& options) {
  const LinkId link_id = link_of(options);
  link::Ruling ruling;
  if (!options.reason.empty()) ruling.note = reason_given(options);
  ruling.officer = current_officer();
  const auto keys = load_keys(options);
  const SessionEnd session_end{redis_of(options), keys};
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, undo_timeout);
  link::UndoRequests requests{pool, keys};
  link::Links links{pool, keys};
  const auto link = loop.run(links.find(link_id));
  if (!link) {
    // Undone before: what may have gone wrong then are its sessions.
    const auto account_id = loop.run(requests.account_of_undone(link_id));
    if (!account_id) {
      throw CommandFailed(exit_failed, "there is no link " + std::to_string(link_id.value()) +
                                           "; \"vneidctl links show\" tells which there are");
    }
    std::cout << "link " << link_id.value() << " was undone before\n";
    session_end(link_id, *account_id);
    return exit_ok;
  }
  const auto request = loop.run(requests.ask(*link, "officer_asks", {}, loop.wall_now()));
  if (!request) throw CommandFailed(exit_failed, "the link was undone meanwhile");
  ruling.reference = request->reference;
  link::ReviewQueue queue{pool, keys};
  return approve(queue, loop, ruling, &session_end);
}

Exit review_reject(const Options& options) {
  link::Ruling ruling;
  ruling.reference = reference_of(options);
  ruling.note = reason_given(options);
  ruling.officer = current_officer();
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::ReviewQueue queue{pool, keys};
  return finish(loop.run(queue.reject(ruling)), ruling.reference);
}

}  // namespace vneid::admin
