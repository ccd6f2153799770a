#include "status/status_json.hpp"

#include <gtest/gtest.h>
#include <jansson.h>

namespace vneid::status {
namespace {

using namespace std::chrono_literals;
using metrics::Circuit;
using metrics::Dependency;
using metrics::Failure;
using metrics::WorkerStatus;

constexpr Wall noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;

struct Parsed {
  explicit Parsed(const Report& report) : root(json_loads(to_json(report).c_str(), 0, nullptr)) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  ~Parsed() { json_decref(root); }

  std::string health(const char* name) const {
    return json_string_value(json_object_get(json_object_get(root, "dependencies"), name));
  }
  const json_t* worker(std::size_t index) const {
    return json_array_get(json_object_get(root, "workers"), index);
  }

  json_t* root;
};

std::string text(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (json_is_null(value)) return "null";
  return json_is_string(value) ? json_string_value(value) : "no text";
}

WorkerStatus worker(std::uint64_t generation = 1) {
  WorkerStatus status;
  status.pid = 4711;
  status.generation = generation;
  status.started = noon - 1h;
  return status;
}

metrics::DependencyStatus& redis_of(WorkerStatus& status) {
  return status.dependencies[static_cast<std::size_t>(Dependency::redis)];
}

TEST(StatusJson, TellsAWorkerInFull) {
  WorkerStatus status = worker();
  status.key_count = 2;
  status.newest_key.id = metrics::ShortText<40>{"2026-11-22"};
  status.newest_key.created = noon - 24h;
  status.providers[0].name = metrics::ShortText<48>{"bca"};
  status.providers[0].metadata_at = noon - 90s;
  redis_of(status) = {Circuit::half_open, Failure::timeout, 3, noon - 5s, noon - 7s};
  Report report;
  report.now = noon;
  report.workers = {status};
  const Parsed parsed(report);
  ASSERT_NE(parsed.root, nullptr);
  EXPECT_EQ(text(parsed.root, "now"), "2026-11-23T12:00:00Z");
  const json_t* found = parsed.worker(0);
  EXPECT_EQ(text(found, "started"), "2026-11-23T11:00:00Z");
  EXPECT_EQ(text(found, "updated"), "null");
  const json_t* keys = json_object_get(found, "keys");
  EXPECT_EQ(json_integer_value(json_object_get(json_object_get(keys, "newest"), "age_seconds")),
            86'400);
  EXPECT_EQ(text(keys, "oldest"), "null");
  const json_t* redis = json_object_get(json_object_get(found, "dependencies"), "redis");
  EXPECT_EQ(text(redis, "circuit"), "half_open");
  EXPECT_EQ(text(redis, "last_failure"), "timeout");
  EXPECT_EQ(text(redis, "last_failure_at"), "2026-11-23T11:59:55Z");
  const json_t* provider = json_array_get(json_object_get(found, "providers"), 0);
  EXPECT_EQ(text(provider, "name"), "bca");
  EXPECT_EQ(json_integer_value(json_object_get(provider, "metadata_age_seconds")), 90);
  EXPECT_EQ(text(provider, "keys_age_seconds"), "null");
}

TEST(StatusJson, SumsUpTheNewestConfiguration) {
  WorkerStatus old = worker(1);
  redis_of(old) = {Circuit::open, Failure::refused, 9, noon, noon - 1h};
  Report report;
  report.workers = {old, worker(2)};
  EXPECT_EQ(Parsed(report).health("redis"), "unknown");
  redis_of(report.workers[1]).last_success_at = noon;
  EXPECT_EQ(Parsed(report).health("redis"), "ok");
  WorkerStatus third = worker(2);
  redis_of(third) = {Circuit::closed, Failure::refused, 1, noon, noon - 1h};
  report.workers.push_back(third);
  EXPECT_EQ(Parsed(report).health("redis"), "failing");
  redis_of(report.workers[2]).last_success_at = noon + 1s;
  EXPECT_EQ(Parsed(report).health("redis"), "ok");
  redis_of(report.workers[2]).circuit = Circuit::open;
  EXPECT_EQ(Parsed(report).health("redis"), "failing");
  EXPECT_EQ(Parsed(report).health("postgres"), "unknown");
}

TEST(StatusJson, TellsPoliciesAndTheirNextChange) {
  Report report;
  report.policies = {{"portal", "personal", "notice", "enforce", noon},
                     {"portal", "foreign", "pass", "", std::nullopt}};
  const Parsed parsed(report);
  const json_t* list = json_object_get(parsed.root, "policies");
  EXPECT_EQ(text(json_array_get(list, 0), "next_mode"), "enforce");
  EXPECT_EQ(text(json_array_get(list, 0), "next_change"), "2026-11-23T12:00:00Z");
  EXPECT_EQ(text(json_array_get(list, 1), "mode"), "pass");
  EXPECT_EQ(text(json_array_get(list, 1), "next_change"), "null");
}

TEST(StatusJson, StandsNamesThatWereCutAndClocksThatWereSetBack) {
  Report report;
  report.now = noon;
  WorkerStatus status = worker();
  std::string name(46, 'x');
  name += "đ";
  status.providers[0].name = metrics::ShortText<48>{name};
  status.newest_key.id = metrics::ShortText<40>{"k"};
  status.newest_key.created = noon + 1h;
  report.workers = {status};
  const Parsed parsed(report);
  ASSERT_NE(parsed.root, nullptr);
  const json_t* newest = json_object_get(json_object_get(parsed.worker(0), "keys"), "newest");
  EXPECT_EQ(json_integer_value(json_object_get(newest, "age_seconds")), 0);
}

}  // namespace
}  // namespace vneid::status
