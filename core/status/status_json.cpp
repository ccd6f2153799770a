#include "status/status_json.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

#include <jansson.h>

#include "text/json.hpp"

namespace vneid::status {

namespace {

using metrics::DependencyStatus;
using metrics::WorkerStatus;

using Value = text::Json;

Value made(json_t* value) {
  if (value == nullptr) throw std::bad_alloc();
  return Value{value};
}

void put(const Value& object, const char* name, Value value) {
  if (json_object_set_new(object.get(), name, value.release()) != 0) throw std::bad_alloc();
}

void append(const Value& array, Value value) {
  if (json_array_append_new(array.get(), value.release()) != 0) throw std::bad_alloc();
}

/// Names of the configuration may be cut within a character: then nothing is better than no page.
Value text(std::string_view value) {
  json_t* string = json_stringn(value.data(), value.size());
  return made(string == nullptr ? json_string("") : string);
}

Value number(std::int64_t value) { return made(json_integer(value)); }
Value number(std::uint64_t value) { return made(json_integer(static_cast<json_int_t>(value))); }
Value object() { return made(json_object()); }
Value array() { return made(json_array()); }

Value instant(Wall at) {
  if (at == Wall{}) return made(json_null());
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 40> buffer{};
  const int length = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return text({buffer.data(), static_cast<std::size_t>(length)});
}

/// Null for never. A clock that was set back gives no negative ages.
Value age(Wall now, Wall at) {
  if (at == Wall{}) return made(json_null());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now - at).count();
  return number(std::max<std::int64_t>(seconds, 0));
}

Value key(Wall now, const metrics::KeyStatus& status) {
  if (status.id.view().empty()) return made(json_null());
  Value value = object();
  put(value, "id", text(status.id.view()));
  put(value, "age_seconds", age(now, status.created));
  return value;
}

Value dependency(const DependencyStatus& status) {
  Value value = object();
  put(value, "circuit", text(label_text(status.circuit)));
  put(value, "failures_in_row", number(std::uint64_t{status.failures_in_row}));
  put(value, "last_failure", text(label_text(status.last_failure)));
  put(value, "last_failure_at", instant(status.last_failure_at));
  put(value, "last_success_at", instant(status.last_success_at));
  return value;
}

Value providers(Wall now, const WorkerStatus& worker) {
  Value list = array();
  for (const auto& provider : worker.providers) {
    if (provider.name.view().empty()) continue;
    Value value = object();
    put(value, "name", text(provider.name.view()));
    put(value, "metadata_age_seconds", age(now, provider.metadata_at));
    put(value, "keys_age_seconds", age(now, provider.keys_at));
    append(list, std::move(value));
  }
  return list;
}

Value worker_value(Wall now, const WorkerStatus& worker) {
  Value keys = object();
  put(keys, "count", number(std::uint64_t{worker.key_count}));
  put(keys, "newest", key(now, worker.newest_key));
  put(keys, "oldest", key(now, worker.oldest_key));
  Value dependencies = object();
  for (std::size_t i = 0; i < worker.dependencies.size(); ++i) {
    const std::string name{label_text(static_cast<metrics::Dependency>(i))};
    put(dependencies, name.c_str(), dependency(worker.dependencies[i]));
  }
  Value value = object();
  put(value, "pid", number(worker.pid));
  put(value, "generation", number(worker.generation));
  put(value, "number", number(std::uint64_t{worker.number}));
  put(value, "started", instant(worker.started));
  put(value, "updated", instant(worker.updated));
  put(value, "leaving", made(json_boolean(worker.leaving)));
  put(value, "keys", std::move(keys));
  put(value, "dependencies", std::move(dependencies));
  put(value, "providers", providers(now, worker));
  return value;
}

std::string_view summary(const std::vector<WorkerStatus>& workers, std::size_t index) {
  std::uint64_t newest = 0;
  for (const auto& worker : workers) newest = std::max(newest, worker.generation);
  std::string_view word = "unknown";
  for (const auto& worker : workers) {
    if (worker.generation != newest) continue;
    const DependencyStatus& status = worker.dependencies[index];
    const bool open = status.circuit == metrics::Circuit::open;
    if (open || status.last_failure_at > status.last_success_at) return "failing";
    if (status.last_success_at != Wall{}) word = "ok";
  }
  return word;
}

Value policies(const Report& report) {
  Value list = array();
  for (const auto& policy : report.policies) {
    Value value = object();
    put(value, "portal", text(policy.portal));
    put(value, "kind", text(policy.kind));
    put(value, "mode", text(policy.mode));
    put(value, "next_mode", policy.next_change ? text(policy.next_mode) : made(json_null()));
    put(value, "next_change", instant(policy.next_change.value_or(Wall{})));
    append(list, std::move(value));
  }
  return list;
}

}  // namespace

std::string to_json(const Report& report) {
  Value dependencies = object();
  for (std::size_t i = 0; i < metrics::label_count<metrics::Dependency>; ++i) {
    const std::string name{label_text(static_cast<metrics::Dependency>(i))};
    put(dependencies, name.c_str(), text(summary(report.workers, i)));
  }
  Value workers = array();
  for (const auto& worker : report.workers) append(workers, worker_value(report.now, worker));
  Value root = object();
  put(root, "now", instant(report.now));
  put(root, "counting_since", instant(report.counting_since));
  put(root, "answered_by", number(report.answered_by));
  put(root, "generation", number(report.generation));
  put(root, "policies", policies(report));
  put(root, "dependencies", std::move(dependencies));
  put(root, "workers", std::move(workers));
  struct Free {
    void operator()(char* data) const noexcept { std::free(data); }  // NOLINT: jansson's malloc
  };
  const std::unique_ptr<char, Free> dumped{json_dumps(root.get(), JSON_INDENT(2))};
  if (!dumped) throw std::bad_alloc();
  return std::string{dumped.get()} + "\n";
}

}  // namespace vneid::status
