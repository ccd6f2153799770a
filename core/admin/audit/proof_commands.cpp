#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <utility>

#include "admin/audit/commands.hpp"
#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "audit/seal/evidence.hpp"
#include "identity/citizen_number.hpp"
#include "link/stored_values.hpp"

namespace vneid::admin {

namespace {

using postgres::Transaction;

constexpr std::chrono::minutes statement_timeout{5};

constexpr postgres::Statement tell_trail{"audit_exported", "select audit_exported($1, $2)"};

std::int64_t number_of(const std::string& operand, const char* what) {
  std::int64_t number = 0;
  const char* end = operand.data() + operand.size();
  const auto [stop, error] = std::from_chars(operand.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0) {
    throw CommandFailed(exit_usage, "\"" + operand + "\" is not the number of " + what);
  }
  return number;
}

CommandFailed no_head(const std::string& which) {
  return {exit_failed, which + ": run \"vneidctl audit seal\""};
}

Task<audit::Head> newest(Transaction& transaction) {
  auto head = co_await audit::newest_head(transaction);
  if (!head) throw no_head("nothing was sealed yet");
  co_return *std::move(head);
}

Task<std::string> prove_event(postgres::Pool& pool, std::int64_t id,
                              std::vector<std::string> archives) {
  Transaction transaction = co_await audit::begin_looking(pool);
  const auto found = co_await audit::find_event({transaction, std::move(archives)}, id);
  const std::string name = "event " + std::to_string(id);
  if (!found) throw CommandFailed(exit_failed, "there is no " + name + "; was it archived?");
  if (!found->position) throw CommandFailed(exit_failed, name + " is not sealed yet");
  const audit::Head head = co_await newest(transaction);
  std::vector<audit::FoundEvent> one{*found};
  const auto proofs = co_await audit::prove_inclusion(transaction, head, std::move(one));
  co_await transaction.rollback();
  co_return proofs.front().to_line();
}

Task<std::string> prove_heads(postgres::Pool& pool, std::uint64_t first, std::uint64_t second) {
  Transaction transaction = co_await audit::begin_looking(pool);
  auto older = co_await audit::head_numbered(transaction, first);
  auto newer = co_await audit::head_numbered(transaction, second);
  if (!older) throw no_head("there is no head " + std::to_string(first));
  if (!newer) throw no_head("there is no head " + std::to_string(second));
  const auto proof =
      co_await audit::prove_consistency(transaction, *std::move(older), *std::move(newer));
  co_await transaction.rollback();
  co_return proof.to_line();
}

std::string line_of(const audit::StoredEvent& event) {
  const text::Json line{json_object()};
  json_object_set(line.get(), "event", event.to_json().get());
  return text::json_dump(line.get());
}

/// Proofs of what is sealed, and bare events of what is not yet.
Task<std::vector<std::string>> export_person(postgres::Pool& pool, std::string pid_key,
                                             std::vector<std::string> archives) {
  Transaction transaction = co_await audit::begin_looking(pool);
  auto events = co_await audit::events_of_person({transaction, std::move(archives)}, pid_key);
  std::vector<std::string> unsealed;
  std::vector<audit::FoundEvent> sealed;
  for (audit::FoundEvent& found : events) {
    if (found.position) {
      sealed.push_back(std::move(found));
    } else {
      unsealed.push_back(line_of(found.event));
    }
  }
  std::vector<std::string> lines;
  if (!sealed.empty()) {
    const audit::Head head = co_await newest(transaction);
    for (const auto& proof :
         co_await audit::prove_inclusion(transaction, head, std::move(sealed))) {
      lines.push_back(proof.to_line());
    }
  }
  lines.insert(lines.end(), unsealed.begin(), unsealed.end());
  co_await transaction.rollback();
  co_return lines;
}

identity::CitizenNumber subject_of(const Options& options) {
  std::string line;
  if (options.audit.subject == "-") {
    std::getline(std::cin, line);
  } else {
    std::ifstream stream(options.audit.subject);
    if (!stream) throw CommandFailed(exit_failed, options.audit.subject + ": cannot be read");
    std::getline(stream, line);
  }
  const auto number = identity::CitizenNumber::parse(line, identity::any_year);
  if (!number) {
    throw CommandFailed(exit_usage, "--subject: the first line is not a number of 12 digits");
  }
  return *number;
}

}  // namespace

Exit audit_proof(const Options& options) {
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const std::int64_t id = number_of(options.operand, "an event");
  std::cout << loop.run(prove_event(pool, id, options.audit.archives)) << '\n';
  return exit_ok;
}

Exit audit_consistency(const Options& options) {
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const auto second = static_cast<std::uint64_t>(number_of(options.operand, "a head"));
  if (options.audit.since > second) {
    throw CommandFailed(exit_usage, "--since is a head before the other");
  }
  std::cout << loop.run(prove_heads(pool, options.audit.since, second)) << '\n';
  return exit_ok;
}

Exit audit_export(const Options& options) {
  const auto keys = load_keys(options);
  const std::string pid_key = link::citizen_key(*keys, subject_of(options));
  const std::string officer = current_officer();
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const auto lines = loop.run(export_person(pool, pid_key, options.audit.archives));
  postgres::Params of_person;
  of_person.bytes(pid_key).text(officer);
  loop.run(pool.query(tell_trail, std::move(of_person)));
  for (const auto& line : lines) std::cout << line << '\n';
  return exit_ok;
}

Exit audit_check(const Options& options) {
  const auto keys = public_keys_of(options);
  std::ifstream stream(options.operand);
  if (!stream) throw CommandFailed(exit_failed, options.operand + ": cannot be read");
  std::uint64_t number = 0;
  bool sound = true;
  for (std::string line; std::getline(stream, line);) {
    const auto proven = audit::check_proof(line, keys);
    std::cout << "line " << ++number << ": " << (proven ? *proven : "NOT proven: " + proven.error())
              << '\n';
    sound = sound && proven.has_value();
  }
  if (number == 0) throw CommandFailed(exit_failed, options.operand + " is empty");
  return sound ? exit_ok : exit_partly;
}

}  // namespace vneid::admin
