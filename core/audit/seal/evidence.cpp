#include "audit/seal/evidence.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "certain.hpp"

namespace vneid::audit {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Transaction;

constexpr std::uint64_t tile = std::uint64_t{1} << kept_level;

constexpr Statement leaves_between{"audit_leaves_between",
                                   "select hash from audit_leaf where position >= $1::bigint"
                                   " and position < $2::bigint order by position"};
constexpr Statement linked_accounts{
    "audit_linked_accounts",
    "select distinct account_id from audit_event where pid_key = $1 and link_id is not null"
    " and account_id is not null"};

const StreamedQuery& kept_nodes() {
  static const StreamedQuery nodes{"nodes_to_prove",
                                   "select position, node from audit_leaf where node is not null"
                                   " and position < $1::bigint order by position"};
  return nodes;
}

Task<void> add_leaves(Transaction& transaction, PartHashes& parts, std::uint64_t end) {
  Params range;
  range.integer(static_cast<std::int64_t>(parts.size())).integer(static_cast<std::int64_t>(end));
  const Result rows = co_await transaction.query(leaves_between, std::move(range));
  for (std::size_t row = 0; row < rows.rows(); ++row) parts.add(0, rows.bytes(row, 0));
}

/// Walks the whole tree of the head: subtrees where nothing within is wanted, leaves elsewhere.
Task<void> walk(Transaction& transaction, PartHashes& parts, const Head& head) {
  Params whole;
  whole.integer(static_cast<std::int64_t>(head.size));
  RowStream nodes{transaction, kept_nodes(), std::move(whole)};
  for (std::uint64_t index = 0; (index + 1) * tile <= head.size; ++index) {
    const bool there = co_await nodes.next();
    if (!there ||
        nodes.rows().integer(nodes.row(), 0) != static_cast<std::int64_t>((index + 1) * tile - 1)) {
      break;
    }
    if (parts.wants_within(kept_level, index)) {
      co_await add_leaves(transaction, parts, (index + 1) * tile);
      if (parts.size() != (index + 1) * tile) break;
    } else {
      parts.add(kept_level, nodes.rows().bytes(nodes.row(), 1));
    }
  }
  if (head.size - parts.size() < tile) co_await add_leaves(transaction, parts, head.size);
  if (parts.size() != head.size || parts.root() != head.root) {
    throw NoEvidence("the leaves are not those of head " + std::to_string(head.number) +
                     ": run \"vneidctl audit verify\"");
  }
}

/// Events in the archives that `wanted` chooses.
std::vector<FoundEvent> in_archives(const std::vector<std::string>& paths,
                                    const std::function<bool(const StoredEvent&)>& wanted) {
  std::vector<FoundEvent> found;
  ArchiveReader reader{paths};
  while (auto archived = reader.next()) {
    if (!wanted(archived->event)) continue;
    found.push_back({.event = std::move(archived->event), .position = archived->position});
  }
  return found;
}

FoundEvent event_of_row(const Result& rows, std::size_t row) {
  FoundEvent found{.event = certain(StoredEvent::of_row(rows, row, 1)), .position = {}};
  if (!rows.is_null(row, 0)) found.position = static_cast<std::uint64_t>(rows.integer(row, 0));
  return found;
}

std::string select_events(const std::string& where) {
  return "select l.position, " + event_select() +
         " from audit_event e left join audit_leaf l on l.event_id = e.id where " + where +
         " order by e.id";
}

bool is_link(const StoredEvent& event, const std::string& pid_key) {
  return event.value("pid_key") == pid_key && event.value("link_id").has_value();
}

/// Of links that the database and the archives tell of.
Task<std::set<std::int64_t>> accounts_of(const Trail& trail, const std::string& pid_key) {
  std::set<std::int64_t> accounts;
  Params key;
  key.bytes(pid_key);
  const Result rows = co_await trail.transaction.query(linked_accounts, std::move(key));
  for (std::size_t row = 0; row < rows.rows(); ++row) accounts.insert(rows.integer(row, 0));
  const auto links = in_archives(trail.archives,
                                 [&](const StoredEvent& event) { return is_link(event, pid_key); });
  for (const FoundEvent& link : links) {
    if (const auto account = link.event.number("account_id")) accounts.insert(*account);
  }
  co_return accounts;
}

}  // namespace

Task<std::optional<FoundEvent>> find_event(Trail trail, std::int64_t id) {
  static const std::string sql = select_events("e.id = $1::bigint");
  Params params;
  params.integer(id);
  const Result rows = co_await trail.transaction.query({"audit_find_event", sql.c_str()}, params);
  if (!rows.empty()) co_return event_of_row(rows, 0);
  auto archived =
      in_archives(trail.archives, [id](const StoredEvent& event) { return event.id() == id; });
  if (archived.empty()) co_return std::nullopt;
  co_return std::move(archived.front());
}

Task<std::vector<FoundEvent>> events_of_person(Trail trail, std::string pid_key) {
  static const std::string sql = select_events(
      "e.id in (select id from audit_event where pid_key = $1 union"
      " select id from audit_event where account_id = any ($2::bigint[]))");
  const std::set<std::int64_t> accounts = co_await accounts_of(trail, pid_key);
  std::vector<std::string> ids;
  ids.reserve(accounts.size());
  for (const std::int64_t account : accounts) ids.push_back(std::to_string(account));
  Params params;
  params.bytes(pid_key).text_array(ids);
  const Result rows =
      co_await trail.transaction.query({"audit_events_of_person", sql.c_str()}, std::move(params));
  std::vector<FoundEvent> found = in_archives(trail.archives, [&](const StoredEvent& event) {
    const auto account = event.number("account_id");
    return event.value("pid_key") == pid_key || (account && accounts.contains(*account));
  });
  for (std::size_t row = 0; row < rows.rows(); ++row) found.push_back(event_of_row(rows, row));
  std::ranges::sort(found, {}, [](const FoundEvent& each) { return each.event.id(); });
  co_return found;
}

Task<std::vector<InclusionProof>> prove_inclusion(Transaction& transaction, Head head,
                                                  std::vector<FoundEvent> events) {
  PartHashes parts;
  for (const FoundEvent& found : events) {
    parts.want(inclusion_parts(certain(found.position), head.size));
  }
  co_await walk(transaction, parts, head);
  std::vector<InclusionProof> proofs;
  for (FoundEvent& found : events) {
    const std::uint64_t position = certain(found.position);
    proofs.push_back({.event = std::move(found.event),
                      .position = position,
                      .path = parts.of(inclusion_parts(position, head.size)),
                      .head = head});
  }
  co_return proofs;
}

Task<ConsistencyProof> prove_consistency(Transaction& transaction, Head first, Head second) {
  ConsistencyProof proof{.first = std::move(first), .second = std::move(second), .path = {}};
  if (proof.first.size == 0) co_return proof;
  const auto wanted = consistency_parts(proof.first.size, proof.second.size);
  PartHashes parts;
  parts.want(wanted);
  co_await walk(transaction, parts, proof.second);
  proof.path = parts.of(wanted);
  co_return proof;
}

}  // namespace vneid::audit
