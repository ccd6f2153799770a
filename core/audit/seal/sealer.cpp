#include "audit/seal/sealer.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "audit/seal/statements.hpp"
#include "audit/seal/stored_event.hpp"
#include "certain.hpp"
#include "crypto/digest.hpp"

namespace vneid::audit {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;
using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr std::int64_t before_all = std::numeric_limits<std::int64_t>::min();

/// Heads and leaves are seen as one other sealer left them.
constexpr Statement one_state{"audit_one_state", "set transaction isolation level repeatable read"};

constexpr Statement count_leaves{"audit_count_leaves",
                                 "select coalesce(max(position) + 1, 0) from audit_leaf"};

/// What comes later is the next run's: or a run would not end while writers are faster.
constexpr Statement last_waiting{
    "audit_last_waiting",
    "select coalesce(max(event_id), -9223372036854775808) from audit_pending"};

constexpr Statement insert_leaves{
    "audit_insert_leaves",
    "insert into audit_leaf (position, event_id, hash, node)"
    " select $1::bigint + place - 1, id, decode(hash, 'hex'), decode(nullif(node, ''), 'hex')"
    " from unnest($2::bigint[], $3::text[], $4::text[]) with ordinality"
    " as leaf (id, hash, node, place)"};

constexpr Statement insert_head{
    "audit_insert_head",
    "insert into audit_head (number, size, root, at, complete, previous, key_id, signature, peaks,"
    " marks)"
    " values ($1::bigint, $2::bigint, $3, to_timestamp(0) + $4::bigint * interval '1 microsecond',"
    " $5::boolean, $6, $7, $8, $9, $10)"};

constexpr Statement list_vanished{
    "audit_list_vanished",
    "select event_id from audit_pending p where not exists"
    " (select from audit_event e where e.id = p.event_id) order by event_id limit 100"};

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return duration_cast<microseconds>(since).count();
}

/// Ids in (after, last].
struct IdRange {
  std::int64_t after;
  std::int64_t last;
};

Task<Result> next_events(postgres::Transaction& transaction, IdRange ids, std::size_t batch) {
  static const std::string sql = "select " + event_select() +
                                 " from audit_pending p join audit_event e on e.id = p.event_id"
                                 " where p.event_id > $1::bigint and p.event_id <= $2::bigint"
                                 " order by p.event_id limit $3::bigint";
  Params params;
  params.integer(ids.after).integer(ids.last).integer(static_cast<std::int64_t>(batch));
  co_return co_await transaction.query({"audit_next_events", sql.c_str()}, std::move(params));
}

/// The events as leaves behind those of the tree, which they are added to, as their marks are.
Params leaves_of(const Result& events, Tree& tree, std::string& marks) {
  std::vector<std::string> ids;
  std::vector<std::string> hashes;
  std::vector<std::string> nodes;
  Params params;
  params.integer(static_cast<std::int64_t>(tree.size()));
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const auto event = certain(StoredEvent::of_row(events, row, 0));
    const Hash leaf = leaf_hash(event.canonical());
    ids.push_back(std::to_string(event.id()));
    hashes.push_back(crypto::hex(leaf));
    marks.append(mark_of(leaf));
    std::string& node = nodes.emplace_back();
    tree.add(0, leaf, [&node](unsigned level, std::uint64_t, const Hash& hash) {
      if (level == kept_level) node = crypto::hex(hash);
    });
  }
  params.text_array(ids).text_array(hashes).text_array(nodes);
  return params;
}

Params params_of(const Head& head) {
  Params params;
  params.integer(static_cast<std::int64_t>(head.number))
      .integer(static_cast<std::int64_t>(head.size))
      .bytes(head.root)
      .integer(head.at)
      .boolean(head.complete)
      .bytes(head.previous)
      .bytes(head.key_id)
      .bytes(head.signature)
      .bytes(head.peaks)
      .bytes(head.marks);
  return params;
}

[[noreturn]] void refuse(const std::string& what) {
  throw SealRefused(what + "; nothing is sealed over that: run \"vneidctl audit verify\"");
}

}  // namespace

/// Events with ids in (after, last], sealed as of `at`.
struct Sealer::Wanted {
  std::int64_t after;
  std::int64_t last;
  std::int64_t at;
};

struct Sealer::Batch {
  std::size_t events = 0;
  std::int64_t last_id = before_all;
  std::optional<Head> newest;
  bool made_head = false;
};

Task<SealRun> Sealer::run(std::function<void(const Head&)> published) {
  const std::int64_t at = now();
  const Result waiting = co_await database_.query(last_waiting, Params());
  SealRun run;
  Wanted wanted{.after = before_all, .last = waiting.integer(0, 0), .at = at};
  for (bool more = true; more;) {
    const Batch batch = co_await seal_batch(wanted);
    run.sealed += batch.events;
    run.newest = batch.newest;
    if (batch.made_head) published(certain(batch.newest));
    wanted.after = batch.last_id;
    more = batch.events == options_.batch;
  }
  const Result vanished = co_await database_.query(list_vanished, Params());
  for (std::size_t row = 0; row < vanished.rows(); ++row) {
    run.vanished.push_back(vanished.integer(row, 0));
  }
  co_return run;
}

Task<Sealer::Batch> Sealer::seal_batch(Wanted wanted) {
  const std::int64_t at = wanted.at;
  postgres::Transaction transaction = co_await database_.begin(postgres::Isolation::read_committed);
  co_await transaction.query(one_state, Params());
  Batch batch;
  batch.newest = co_await newest_head(transaction);
  Tree tree = co_await tree_to_go_on_from(transaction, batch.newest);
  const Result events = co_await next_events(
      transaction, {.after = wanted.after, .last = wanted.last}, options_.batch);
  batch.events = events.rows();
  const bool last_is_open = batch.newest && !batch.newest->complete;
  const bool last_is_old =
      batch.newest && at - batch.newest->at >= duration_cast<microseconds>(options_.quiet).count();
  if (events.empty() && !last_is_open && !last_is_old) {
    co_await transaction.rollback();
    co_return batch;
  }
  std::string marks;
  if (!events.empty()) {
    batch.last_id = events.integer(events.rows() - 1, 0);
    co_await transaction.query(insert_leaves, leaves_of(events, tree, marks));
  }
  // A clock that was set back signs no earlier time than before.
  const std::int64_t signed_at = batch.newest ? std::max(at, batch.newest->at) : at;
  const Head head = sign_head({.tree = tree,
                               .last = batch.newest ? &*batch.newest : nullptr,
                               .at = signed_at,
                               .complete = events.rows() < options_.batch,
                               .marks = std::move(marks)},
                              key_);
  co_await transaction.query(insert_head, params_of(head));
  co_await transaction.commit();
  batch.newest = head;
  batch.made_head = true;
  co_return batch;
}

Task<Tree> Sealer::tree_to_go_on_from(postgres::Transaction& transaction,
                                      const std::optional<Head>& last) {
  const Result leaves = co_await transaction.query(count_leaves, Params());
  const auto size = static_cast<std::uint64_t>(leaves.integer(0, 0));
  if (size != (last ? last->size : 0)) {
    refuse("the newest head is of " + std::to_string(last ? last->size : 0) +
           " events, and there are leaves up to " + std::to_string(size));
  }
  if (!last) co_return Tree{};
  if (const auto fits = check_signature(*last, keys_); !fits) {
    refuse("head " + std::to_string(last->number) + " " + fits.error());
  }
  auto tree = Tree::of(last->size, last->peaks);
  if (!tree || tree->root() != last->root) {
    refuse("the subtrees of head " + std::to_string(last->number) + " do not make its root");
  }
  co_return *std::move(tree);
}

}  // namespace vneid::audit
