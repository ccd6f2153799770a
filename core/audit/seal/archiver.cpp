#include "audit/seal/archiver.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "audit/audit.hpp"
#include "audit/seal/archive_file.hpp"
#include "audit/seal/sealer.hpp"
#include "audit/seal/statements.hpp"
#include "certain.hpp"

namespace vneid::audit {

namespace {

using postgres::Params;
using Rows = postgres::Result;
using postgres::Statement;
using postgres::Transaction;

constexpr std::uint64_t deleted_at_once = 20'000;

constexpr Statement first_kept{
    "audit_first_kept",
    "select l.position from audit_leaf l join audit_event e on e.id = l.event_id"
    " order by l.position limit 1"};
constexpr Statement first_young{
    "audit_first_young",
    "select coalesce((select l.position from audit_leaf l join audit_event e on e.id = l.event_id"
    " where e.at >= to_timestamp(0) + $1::bigint * interval '1 microsecond'"
    " order by l.position limit 1), (select max(position) + 1 from audit_leaf))"};
constexpr Statement delete_events{
    "audit_delete_archived",
    "delete from audit_event e using audit_leaf l where e.id = l.event_id"
    " and l.position >= $1::bigint and l.position < $2::bigint"};
constexpr Statement name_officer{"audit_name_officer",
                                 "select set_config('vneid.officer', $1::text, true)"};

[[noreturn]] void refuse(const std::string& what) {
  throw SealRefused(what + "; nothing was archived: run \"vneidctl audit verify\"");
}

Params positions(std::uint64_t first, std::uint64_t end) {
  Params params;
  params.integer(static_cast<std::int64_t>(first)).integer(static_cast<std::int64_t>(end));
  return params;
}

/// The newest head of a tree of at most that size.
Task<std::optional<Head>> head_up_to(Transaction& transaction, std::uint64_t size) {
  static const std::string sql = "select " + head_select() +
                                 " from audit_head where size <= $1::bigint"
                                 " order by number desc limit 1";
  Params params;
  params.integer(static_cast<std::int64_t>(size));
  const Rows rows =
      co_await transaction.query({"audit_head_up_to", sql.c_str()}, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  co_return head_of_row(rows, 0);
}

/// The tree of a head whose signature fits.
Tree tree_of(const Head& head, const crypto::VerifyingKeys& keys) {
  const std::string name = "head " + std::to_string(head.number);
  if (const auto fits = check_signature(head, keys); !fits) refuse(name + " " + fits.error());
  auto tree = Tree::of(head.size, head.peaks);
  if (!tree || tree->root() != head.root)
    refuse("the subtrees of " + name + " do not make its root");
  return *std::move(tree);
}

/// Writes the events up to the head, each held against its leaf, and the leaves against the head.
Task<void> write_events(Transaction& transaction, Tree tree, const Head& head,
                        ArchiveWriter& writer) {
  static const StreamedQuery events{
      "leaves_to_archive", "select l.position, l.hash, " + event_select() +
                               " from audit_leaf l join audit_event e on e.id = l.event_id"
                               " where l.position >= $1::bigint and l.position < $2::bigint"
                               " order by l.position"};
  RowStream rows{transaction, events, positions(tree.size(), head.size)};
  while (co_await rows.next()) {
    const auto position = static_cast<std::uint64_t>(rows.rows().integer(rows.row(), 0));
    const Hash hash = rows.rows().bytes(rows.row(), 1);
    const StoredEvent event = certain(StoredEvent::of_row(rows.rows(), rows.row(), 2));
    if (position != tree.size() || leaf_hash(event.canonical()) != hash) {
      refuse("position " + std::to_string(tree.size()) + " is not what was sealed");
    }
    tree.add(hash);
    writer.add(position, event);
  }
  if (tree.size() != head.size || tree.root() != head.root) {
    refuse("the leaves up to head " + std::to_string(head.number) + " are not those it signed");
  }
}

Task<void> delete_archived(Transaction& transaction, std::uint64_t first, std::uint64_t end) {
  for (; first < end; first += deleted_at_once) {
    co_await transaction.query(delete_events,
                               positions(first, std::min(end, first + deleted_at_once)));
  }
}

Task<void> write_down(Transaction& transaction, std::string officer) {
  Params who;
  who.text(officer);
  co_await transaction.query(name_officer, std::move(who));
  Event event;
  event.at = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  event.name = "audit.archived";
  co_await record(transaction, std::move(event));
}

}  // namespace

Task<std::optional<Archived>> archive(postgres::Database& database,
                                      const crypto::VerifyingKeys& keys, ArchivePlan plan) {
  Transaction transaction = co_await database.begin(postgres::Isolation::read_committed);
  const Rows kept = co_await transaction.query(first_kept, Params());
  if (kept.empty()) co_return std::nullopt;
  const auto first = static_cast<std::uint64_t>(kept.integer(0, 0));
  Params before;
  before.integer(plan.before);
  const Rows young = co_await transaction.query(first_young, std::move(before));
  const auto head =
      co_await head_up_to(transaction, static_cast<std::uint64_t>(young.integer(0, 0)));
  if (!head || head->size <= first) {
    co_await transaction.rollback();
    co_return std::nullopt;
  }
  Tree tree;
  if (first > 0) {
    const auto begin = co_await head_up_to(transaction, first);
    if (!begin || begin->size != first) {
      refuse("events before position " + std::to_string(first) +
             " are gone that no archive ends with");
    }
    tree = tree_of(*begin, keys);
  }
  tree_of(*head, keys);
  ArchiveWriter writer{plan.path, first, *head};
  co_await write_events(transaction, std::move(tree), *head, writer);
  writer.finish();
  try {
    co_await delete_archived(transaction, first, head->size);
    co_await write_down(transaction, plan.officer);
  } catch (const postgres::StatementError&) {
    // Nothing was taken out. After a lost connection to COMMIT that is not known, and the file
    // stays.
    std::filesystem::remove(plan.path);
    throw;
  }
  co_await transaction.commit();
  co_return Archived{.first = first, .head = *head};
}

}  // namespace vneid::audit
