#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "admin/columns.hpp"
#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/review_view.hpp"
#include "certain.hpp"
#include "link/officer/queue.hpp"
#include "link/review_reference.hpp"
#include "link/stored_values.hpp"
#include "text/utf8.hpp"

namespace vneid::admin {

namespace {

using link::Review;
using link::RulingOutcome;

constexpr std::chrono::seconds statement_timeout{10};

std::string kind_of(const Review& review) {
  return review.kind == link::ReviewKind::link ? "link" : "identity";
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

std::string reference_of(const Options& options) {
  auto reference = link::read_review_reference(options.operand);
  if (!reference) {
    throw CommandFailed(exit_usage, "\"" + options.operand +
                                        "\" is no reference: it has eight letters and digits, "
                                        "like K7QF-2MXD");
  }
  return *std::move(reference);
}

/// Whether somebody's number is in it, however it is grouped.
bool has_long_number(std::string_view text) {
  constexpr int digits_of_a_number = 9;
  int digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (++digits == digits_of_a_number) return true;
    } else if (c != ' ' && c != '.' && c != '-') {
      digits = 0;
    }
  }
  return false;
}

std::string reason_given(const Options& options) {
  constexpr std::size_t longest = 1000;  // characters, as the database has it
  const std::string what = "--reason says why in one line: up to 1000 characters of UTF-8";
  auto reason = link::stored_text(options.reason);
  if (!reason) throw CommandFailed(exit_usage, what);
  const auto points = certain(text::decode_utf8(*reason));
  const auto unfit = [](char32_t point) { return point < U' ' || text::is_forbidden(point); };
  if (std::ranges::all_of(points, text::is_blank) || points.size() > longest ||
      std::ranges::any_of(points, unfit)) {
    throw CommandFailed(exit_usage, what);
  }
  if (has_long_number(*reason)) {
    throw CommandFailed(exit_usage,
                        "--reason must not hold somebody's number: more people read it "
                        "than may know it");
  }
  return *std::move(reason);
}

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
    default:
      return name +
             " cannot be approved: the account is linked under another number; that link "
             "is to be undone first";
  }
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
                << (review.kind == link::ReviewKind::link
                        ? "the account is linked when the citizen next logs in with both\n"
                        : "the source's values are verified now\n");
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
}

}  // namespace

Exit review_list(const Options& options) {
  const auto state = wanted_state(options);
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::ReviewQueue queue{pool, keys};
  const auto reviews = loop.run(queue.list(state));
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
  return exit_ok;
}

Exit review_show(const Options& options) {
  const std::string reference = reference_of(options);
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::ReviewQueue queue{pool, keys};
  const auto file = loop.run(queue.find(reference));
  if (!file) throw no_such_review(reference);
  print_head(file->review);
  const bool link = file->review.kind == link::ReviewKind::link;
  std::vector<std::vector<std::string>> rows{
      {"FIELD", "ACCOUNT", link ? "PERSON" : "SOURCE", "FINDING"}};
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
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  link::ReviewQueue queue{pool, keys};
  return finish(loop.run(queue.approve(ruling)), ruling.reference);
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
