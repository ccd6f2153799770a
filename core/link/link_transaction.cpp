#include "link/link_transaction.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "certain.hpp"
#include "identity/masking.hpp"
#include "link/accounts.hpp"
#include "link/persons.hpp"
#include "link/review_sides.hpp"
#include "link/reviews.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using identity::LinkDecision;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using Decided = identity::LinkOutcome;

// $1 to $13 are the circumstances of the event "link.made", $15 to $19 a claim's.
constexpr Statement make_link{
    "link_make",
    "select * from make_link($1, $2, $3, $4::bigint, $5, $6, $7, $8::smallint, $9::inet,"
    " $10::integer, $11, $12, $13, $14, $15, $16, $17, $18, $19)"};

constexpr Statement find_flagged{"link_find_flagged",
                                 "select cardinality(flags) > 0 from link where id = $1::bigint"};

/// Says no whatever links exist: neither side may be used.
bool refused_before_all(Decided outcome) {
  constexpr std::array first{Decided::refuse_closed, Decided::refuse_kind, Decided::refuse_level,
                             Decided::refuse_incomplete};
  return std::ranges::find(first, outcome) != first.end();
}

std::vector<std::string> reason_names(const LinkDecision& decision) {
  std::vector<std::string> names;
  names.reserve(decision.reasons.size());
  for (auto reason : decision.reasons) names.emplace_back(identity::to_text(reason));
  return names;
}

std::string comma_separated(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ',';
    text += word;
  }
  return text;
}

std::string masked_account(const LegacyAccount& account) {
  if (account.identity.number) return account.identity.number->masked();
  if (account.identity.cmnd) return account.identity.cmnd->masked();
  return identity::mask_account(account.name);
}

std::string both_sides(const LegacyAccount& account, const LinkRequest& request) {
  std::string text;
  const identity::LegacyIdentity& held = account.identity;
  add_review_side(text, "account", "login", account.name);
  add_review_side(text, "account", "name", account.full_name.value_or(""));
  if (held.number) add_review_side(text, "account", "number", held.number->digits());
  if (held.birth_date) {
    add_review_side(text, "account", "birth_date", held.birth_date->to_text());
  }
  const identity::ProviderIdentity& told = request.identity;
  add_review_side(text, "person", "name", request.full_name);
  add_review_side(text, "person", "number", certain(told.number).digits());
  if (told.birth_date) {
    add_review_side(text, "person", "birth_date", told.birth_date->to_text());
  }
  return text;
}

/// The body of the transaction, run again from the start by with_retries. Const: nothing of a
/// failed try is remembered.
class LinkWork {
 public:
  LinkWork(const KeyRing& keys, const LinkRequest& request) : keys_(keys), request_(request) {}

  /// Locked and read, in one round trip with BEGIN: all that is decided on.
  [[nodiscard]] std::vector<postgres::Call> opening() const {
    std::vector<postgres::Call> calls = account_locking(request_.account_id);
    if (request_.identity.number) calls.push_back(person_lookup(person_keys()));
    return calls;
  }

  Task<LinkOutcome> operator()(postgres::Transaction& transaction, std::vector<Result> read) const {
    auto account = locked_account(keys_, read.at(1));
    if (!account) {
      account.emplace().closed = true;  // gone for good: refused like a closed one
      account->identity.closed = true;
    }
    account->identity.login_proven = request_.login_proven;
    LinkDecision decision = identity::decide(account->identity, request_.identity, request_.policy);
    if (refused_before_all(decision.outcome)) {
      co_return co_await refuse(transaction, std::move(decision));
    }
    const KnownPerson known = known_person(read.at(2));
    if (known.kept_out || (account->linked && account->linked->kept_out)) {
      decision.outcome = Decided::kept_out;
      co_return co_await refuse(transaction, std::move(decision));
    }
    if (account->linked && !known.has_other_subject && known.by_number &&
        known.by_number == known.by_subject && known.by_number == account->linked->person_id) {
      co_return co_await repeat(transaction, *account->linked);
    }
    if (!decision.links() && decision.outcome != Decided::review) {
      co_return co_await refuse(transaction, std::move(decision));
    }
    if (account->linked) {
      co_await record(transaction, "link.taken", audit::Result::refused, "account_linked",
                      std::nullopt);
      co_return LinkOutcome{Taken{}};
    }
    const bool taken = known.subject_of_other() || known.has_other_subject;
    if (decision.links() && !taken) {
      const bool flagged = decision.outcome == Decided::link_flagged;
      std::vector<std::string> flags;
      if (flagged) flags = reason_names(decision);
      co_return co_await make(transaction, std::move(flags));
    }
    std::vector<std::string> doubts = reason_names(decision);
    if (known.subject_of_other()) doubts.emplace_back("subject_of_other_person");
    if (known.has_other_subject) doubts.emplace_back("person_has_other_subject");
    co_return co_await ask(transaction, *account, std::move(doubts), taken);
  }

 private:
  [[nodiscard]] PersonKeys person_keys() const {
    PersonKeys keys;
    keys.citizen = citizen_key(keys_, certain(request_.identity.number));
    keys.issuer = request_.issuer;
    keys.subject = subject_key(keys_, request_.issuer, request_.subject);
    return keys;
  }

  [[nodiscard]] audit::Event event_of(std::string name, audit::Result result, std::string reason,
                                      std::optional<LinkId> link_id) const {
    audit::Event event;
    event.at = request_.now;
    event.name = std::move(name);
    event.result = result;
    event.reason = std::move(reason);
    event.origin = request_.origin;
    event.account_id = request_.account_id;
    if (request_.identity.number) {
      event.pid_masked = request_.identity.number->masked();
      event.pid_key = citizen_key(keys_, *request_.identity.number);
    }
    event.provider = request_.provider;
    event.level = request_.identity.level;
    event.notice_version = request_.notice_version;
    event.link_id = link_id;
    return event;
  }

  Task<void> record(postgres::Transaction& transaction, std::string name, audit::Result result,
                    std::string reason, std::optional<LinkId> link_id) const {
    audit::Event event = event_of(std::move(name), result, std::move(reason), link_id);
    co_await audit::record(transaction, std::move(event));
  }

  Task<LinkOutcome> refuse(postgres::Transaction& transaction, LinkDecision decision) const {
    std::vector<std::string> reasons = reason_names(decision);
    reasons.emplace(reasons.begin(), identity::to_text(decision.outcome));
    co_await record(transaction, "link.refused", audit::Result::refused, comma_separated(reasons),
                    std::nullopt);
    Refused refused;
    refused.decision = std::move(decision);
    co_return LinkOutcome{std::move(refused)};
  }

  Task<LinkOutcome> repeat(postgres::Transaction& transaction, LinkSummary summary) const {
    Params of_link;
    of_link.integer(summary.link_id);
    const Result flagged = co_await transaction.query(find_flagged, std::move(of_link));
    Linked linked;
    linked.link_id = summary.link_id;
    linked.person_id = summary.person_id;
    linked.at = summary.linked_at;
    linked.repeated = true;
    linked.flagged = flagged.boolean(0, 0);
    linked.transfer = co_await vault::transfer_summary(transaction, summary.link_id);
    co_await record(transaction, "link.repeated", audit::Result::ok, "", summary.link_id);
    co_return LinkOutcome{std::move(linked)};
  }

  [[nodiscard]] ReviewCase case_of(const LegacyAccount& account,
                                   std::vector<std::string> doubts) const {
    PersonKeys keys = person_keys();
    ReviewCase open;
    open.account_id = account.id;
    open.provider = request_.provider;
    open.issuer = std::move(keys.issuer);
    open.subject_key = std::move(keys.subject);
    open.citizen_key = std::move(keys.citizen);
    open.account_masked = masked_account(account);
    open.citizen_masked = certain(request_.identity.number).masked();
    open.sides = both_sides(account, request_);
    open.reasons = std::move(doubts);
    open.at = request_.now;
    return open;
  }

  /// What officers have said of this very case; without that, a question to them.
  Task<LinkOutcome> ask(postgres::Transaction& transaction, LegacyAccount account,
                        std::vector<std::string> doubts, bool taken) const {
    const ReviewCase doubtful = case_of(account, doubts);
    const auto verdict = co_await find_verdict(transaction, keys_, doubtful);
    // Uniqueness of persons and subjects is nothing that an officer could approve away.
    if (verdict && verdict->state == ReviewState::approved && !taken) {
      doubts.emplace_back("review_approved");
      co_return co_await make(transaction, std::move(doubts));
    }
    InReview in_review;
    if (verdict && verdict->state == ReviewState::rejected) {
      in_review.reference = verdict->reference;
      in_review.state = ReviewState::rejected;
      doubts.emplace_back("review_rejected");
    } else {
      in_review.reference = co_await open_review(transaction, keys_, doubtful);
    }
    co_await record(transaction, "link.review", audit::Result::refused, comma_separated(doubts),
                    std::nullopt);
    co_return LinkOutcome{std::move(in_review)};
  }

  /// Writes it and commits, in one round trip.
  Task<LinkOutcome> make(postgres::Transaction& transaction, std::vector<std::string> flags) const {
    PersonValues values{.number = certain(request_.identity.number),
                        .full_name = request_.full_name,
                        .birth_date = request_.identity.birth_date};
    Params params = audit::circumstances(
        event_of("link.made", audit::Result::ok, comma_separated(flags), std::nullopt));
    params.text_array(flags);
    add_claim(params, keys_, person_keys(), values);
    const Result made = co_await transaction.query_and_commit({make_link, std::move(params)});
    Linked linked;
    linked.link_id = made.id<LinkId>(0, 0);
    linked.person_id = made.id<PersonId>(0, 1);
    linked.at = request_.now;
    linked.flagged = !flags.empty();
    linked.transfer = vault::summary_of(made, 2);
    co_return LinkOutcome{std::move(linked)};
  }

  const KeyRing& keys_;
  const LinkRequest& request_;
};

}  // namespace

Task<LinkOutcome> Linker::link(LinkRequest request) {
  // The frame holds what the work refers to, however the caller goes.
  const std::shared_ptr<const KeyRing> keys = keys_;
  LinkWork work{*keys, request};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

}  // namespace vneid::link
