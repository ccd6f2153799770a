#include "audit/seal/verifier.hpp"

#include <utility>

#include "certain.hpp"

namespace vneid::audit {

namespace {

std::string numbered(const Head& head) { return "head " + std::to_string(head.number); }

std::string time_of(std::int64_t at) {
  const std::string text = instant_text(at);
  return text.empty() ? "no time" : text;
}

/// Of the position, if the head's marks go back to it.
std::optional<std::string_view> signed_mark(const Head& head, std::uint64_t position) {
  const std::uint64_t back = (head.size - position) * mark_size;
  if (back > head.marks.size()) return std::nullopt;
  return std::string_view{head.marks}.substr(head.marks.size() - back, mark_size);
}

}  // namespace

/// The leaves with their events, as the database joins them; the current one is looked at until
/// next() goes on.
class Verifier::Leaves {
 public:
  explicit Leaves(postgres::Transaction& transaction) : stream_(transaction, query()) {}

  Task<bool> next() {
    there_ = co_await stream_.next();
    co_return there_;
  }
  [[nodiscard]] bool there() const noexcept { return there_; }
  [[nodiscard]] std::uint64_t position() const {
    return static_cast<std::uint64_t>(stream_.rows().integer(stream_.row(), 0));
  }
  [[nodiscard]] std::int64_t event_id() const { return stream_.rows().integer(stream_.row(), 1); }
  [[nodiscard]] Hash hash() const { return stream_.rows().bytes(stream_.row(), 2); }
  [[nodiscard]] std::optional<Hash> node() const {
    return stream_.rows().optional_bytes(stream_.row(), 3);
  }
  [[nodiscard]] std::optional<StoredEvent> event() const {
    return StoredEvent::of_row(stream_.rows(), stream_.row(), 4);
  }
  [[nodiscard]] std::string name() const {
    return "event " + std::to_string(event_id()) + " (position " + std::to_string(position()) + ")";
  }

 private:
  static const StreamedQuery& query() {
    static const StreamedQuery all{
        "leaves_to_verify", "select l.position, l.event_id, l.hash, l.node, " + event_select() +
                                " from audit_leaf l left join audit_event e on e.id = l.event_id"
                                " order by l.position"};
    return all;
  }
  RowStream stream_;
  bool there_ = false;
};

Verifier::Verifier(postgres::Database& database, const crypto::VerifyingKeys& keys,
                   VerifyOptions options)
    : database_(database),
      keys_(keys),
      options_(std::move(options)),
      chain_(keys),
      archives_(options_.archives) {
  if (options_.exported.empty()) return;
  exported_.emplace(options_.exported);
  next_exported_ = certain(exported_).next();
}

void Verifier::tell(std::string finding) {
  if (verdict_.problems++ < Verdict::most_told) verdict_.findings.push_back(std::move(finding));
}

Task<Verdict> Verifier::run() {
  static const StreamedQuery all{"heads_to_verify",
                                 "select " + head_select() + " from audit_head order by number",
                                 heads_at_once};
  postgres::Transaction transaction = co_await begin_looking(database_);
  Leaves leaves{transaction};
  RowStream heads{transaction, all};
  co_await leaves.next();
  while (co_await heads.next()) {
    const Head head = head_of_row(heads.rows(), heads.row());
    take_head(head);
    co_await walk_to(head, leaves);
  }
  co_await look_behind(leaves);
  co_await look_at_unsealed(transaction);
  co_await transaction.rollback();
  co_return verdict_;
}

void Verifier::take_head(const Head& head) {
  ++verdict_.heads;
  verdict_.newest = head;
  if (const auto fits = chain_.take(head); !fits) tell(numbered(head) + " " + fits.error());
  hold_against_exported(head);
}

void Verifier::hold_against_exported(const Head& head) {
  while (next_exported_ && next_exported_->number < head.number) {
    const Head& gone = *next_exported_;
    tell(numbered(gone) + " left the database on " + time_of(gone.at) +
         " and is not in it any more");
    next_exported_ = certain(exported_).next();
  }
  if (!next_exported_ || next_exported_->number != head.number) return;
  const Head& exported = *next_exported_;
  if (const auto fits = check_signature(exported, keys_); !fits) {
    tell(numbered(head) + " in " + options_.exported + " " + fits.error());
  } else if (exported.hash() != head.hash()) {
    tell(numbered(head) + " is not the one that left the database on " + time_of(exported.at) +
         ": it was replaced");
  } else {
    ++verdict_.exported;
  }
  next_exported_ = certain(exported_).next();
}

Task<void> Verifier::walk_to(const Head& head, Leaves& leaves) {
  const std::uint64_t problems = verdict_.problems;
  bool gap = false;
  while (leaves.there() && leaves.position() < head.size) {
    if (leaves.position() != tree_.size() && !gap) {
      tell("the leaf at position " + std::to_string(tree_.size()) + " was removed, and " +
           leaves.name() + " is the next one");
      gap = true;
    }
    look_at_leaf(leaves, head);
    co_await leaves.next();
  }
  if (!gap && tree_.size() < head.size) {
    tell("the leaves from position " + std::to_string(tree_.size()) + " up to " + numbered(head) +
         ", of " + std::to_string(head.size) + " events, were removed");
  }
  hold_against_root(head, verdict_.problems > problems);
  if (head.complete) complete_ = head;
}

void Verifier::look_at_leaf(const Leaves& leaves, const Head& head) {
  ++verdict_.events;
  const Hash hash = leaves.hash();
  tree_.add(0, hash, [&](unsigned level, std::uint64_t, const Hash& node) {
    if (level == kept_level && leaves.node() != node) {
      tell("the subtree kept with the leaf at position " + std::to_string(leaves.position()) +
           " was changed");
    }
  });
  auto event = leaves.event();
  if (!event) {
    event = archives_.at(leaves.position());
    if (!event) {
      tell(leaves.name() + " was removed" +
           (options_.archives.empty() ? "; if it was archived, give --archive FILE" : ""));
      return;
    }
    ++verdict_.archived;
  }
  const Hash found = leaf_hash(event->canonical());
  // Under a head that is missing there are no marks; then the leaf is all there is.
  const std::string_view mark = signed_mark(head, leaves.position()).value_or(mark_of(hash));
  if (mark_of(found) != mark) {
    tell(leaves.name() + " was changed: what it says, or its time " + time_of(event->at()) +
         ", is not what was sealed there");
  } else if (found != hash) {
    tell("the leaf of " + leaves.name() + " was changed; the event is what was sealed");
  } else {
    look_at_time(*event, leaves.name());
  }
}

void Verifier::look_at_time(const StoredEvent& event, const std::string& name) {
  const auto late = std::chrono::microseconds{options_.late}.count();
  if (!complete_ || event.at() >= complete_->at - late) return;
  tell(name + " was put in later or dated back: it says " + time_of(event.at()) +
       ", and was not there when " + numbered(*complete_) + " was signed on " +
       time_of(complete_->at));
}

void Verifier::hold_against_root(const Head& head, bool told) {
  if (tree_.root() == head.root && tree_.size() == head.size) return;
  if (!told) {
    tell("the leaves up to " + numbered(head) + ", of " + std::to_string(head.size) +
         " events, are not those that were signed");
  }
  // From this head's own subtrees on, so that what follows is judged for itself.
  auto tree = Tree::of(head.size, head.peaks);
  if (tree && tree->root() == head.root) tree_ = *std::move(tree);
}

Task<void> Verifier::look_behind(Leaves& leaves) {
  if (leaves.there()) {
    tell(leaves.name() + " has a leaf that no head covers: heads were removed, or it was put in");
  }
  while (next_exported_) {
    const Head& gone = *next_exported_;
    tell(numbered(gone) + ", of " + std::to_string(gone.size) + " events, left the database on " +
         time_of(gone.at) + " and is not in it any more: the end of the trail was cut off");
    next_exported_ = certain(exported_).next();
  }
  co_return;
}

Task<void> Verifier::look_at_unsealed(postgres::Transaction& transaction) {
  static const StreamedQuery unsealed{
      "unsealed_to_verify", "select p.event_id, coalesce(p.event_id, e.id), " + event_select() +
                                " from (select * from audit_event e where not exists"
                                " (select from audit_leaf l where l.event_id = e.id)) e"
                                " full join audit_pending p on p.event_id = e.id order by 2"};
  RowStream rows{transaction, unsealed};
  while (co_await rows.next()) {
    const std::string name = "event " + std::to_string(rows.rows().integer(rows.row(), 1));
    const bool waits = !rows.rows().is_null(rows.row(), 0);
    const auto event = StoredEvent::of_row(rows.rows(), rows.row(), 2);
    if (!event) {
      tell(name + " was removed before it was sealed, or waits although it is sealed");
    } else if (!waits) {
      tell(name + " was put in past the trigger: it is in no leaf and does not wait to be sealed");
    } else {
      ++verdict_.waiting;
      look_at_time(*event, name);
    }
  }
}

}  // namespace vneid::audit
