#include <chrono>
#include <iostream>
#include <optional>
#include <utility>

#include "admin/columns.hpp"
#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/officers/commands.hpp"
#include "admin/officers/review_view.hpp"
#include "admin/officers/ruling.hpp"
#include "admin/sessions.hpp"
#include "certain.hpp"
#include "link/officer/queue.hpp"

namespace vneid::admin {

namespace {

using link::Review;

constexpr std::chrono::seconds statement_timeout{10};
/// The vault goes back in one statement.
constexpr std::chrono::minutes undo_timeout{10};

std::string reasons_of(const Review& review) {
  std::string text;
  for (const std::string& reason : review.reasons) text += (text.empty() ? "" : ", ") + reason;
  return text;
}

std::optional<link::ReviewState> wanted_state(const Options& options) {
  if (options.state == "all") return std::nullopt;
  const auto state = link::review_state_from_text(options.state);
  if (!state) {
    throw CommandFailed(exit_usage, "--state is open, approved, rejected or all");
  }
  return state;
}

std::string reference_of(const Options& options) { return reference_from(options.operand); }

const char* other_side(link::ReviewKind kind) {
  if (kind == link::ReviewKind::merge) return "OTHER";
  if (kind == link::ReviewKind::rename) return "NEW";
  return kind == link::ReviewKind::identity ? "SOURCE" : "PERSON";
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
  if (review.into_account_id) {
    std::cout << "to become part of: account " << review.into_account_id->value() << '\n';
  }
  if (!review.because.empty()) std::cout << "because: " << review.because << '\n';
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
  std::vector<std::vector<std::string>> rows{
      {"FIELD", "ACCOUNT", other_side(file->review.kind), "FINDING"}};
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
  const auto kind = file->review.kind;
  const bool ends_sessions = kind != link::ReviewKind::link && kind != link::ReviewKind::identity;
  if (!ends_sessions) return approve_review(queue, loop, ruling, nullptr);
  const SessionEnd session_end{redis_of(options), keys};
  return approve_review(queue, loop, ruling, &session_end);
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
  return tell(loop.run(queue.reject(ruling)), ruling.reference);
}

}  // namespace vneid::admin
