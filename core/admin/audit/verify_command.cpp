#include <iostream>

#include "admin/audit/commands.hpp"
#include "admin/commands.hpp"
#include "audit/seal/verifier.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::minutes statement_timeout{30};

json_t* number(std::uint64_t value) { return json_integer(static_cast<json_int_t>(value)); }

std::string json_of(const audit::Verdict& verdict) {
  const text::Json object{json_object()};
  json_t* findings = json_array();
  for (const std::string& finding : verdict.findings) {
    json_array_append_new(findings, json_stringn(finding.data(), finding.size()));
  }
  json_object_set_new(object.get(), "sound", json_boolean(verdict.sound()));
  json_object_set_new(object.get(), "events", number(verdict.events));
  json_object_set_new(object.get(), "archived", number(verdict.archived));
  json_object_set_new(object.get(), "heads", number(verdict.heads));
  json_object_set_new(object.get(), "heads_outside", number(verdict.exported));
  json_object_set_new(object.get(), "waiting", number(verdict.waiting));
  json_object_set_new(object.get(), "problems", number(verdict.problems));
  json_object_set_new(object.get(), "findings", findings);
  if (verdict.newest) {
    json_object_set(object.get(), "newest_head", verdict.newest->to_json().get());
  }
  return text::json_dump(object.get());
}

void print_text(const audit::Verdict& verdict, const Options& options) {
  for (const std::string& finding : verdict.findings) std::cout << finding << '\n';
  if (verdict.problems > verdict.findings.size()) {
    std::cout << "… and " << verdict.problems - verdict.findings.size() << " more\n";
  }
  std::cout << (verdict.sound() ? "sound: " : "NOT sound: ") << verdict.events << " events ("
            << verdict.archived << " archived) under " << verdict.heads << " heads, "
            << verdict.waiting << " wait to be sealed";
  if (verdict.newest) {
    std::cout << "; newest head " << verdict.newest->number << " of "
              << audit::instant_text(verdict.newest->at);
  }
  std::cout << '\n';
  if (options.audit.heads.empty()) {
    std::cout << "without --heads FILE nobody can tell whether the end of the trail was cut off\n";
  } else {
    std::cout << verdict.exported << " heads that left the database are in it\n";
  }
}

}  // namespace

crypto::VerifyingKeys public_keys_of(const Options& options) {
  if (options.audit.public_keys.empty()) {
    throw CommandFailed(exit_usage,
                        "who may have signed? Give --public FILE or set VNEID_AUDIT_PUBLIC");
  }
  auto keys = crypto::VerifyingKeys::load(options.audit.public_keys);
  if (!keys) throw CommandFailed(exit_failed, keys.error());
  return *std::move(keys);
}

Exit audit_verify(const Options& options) {
  const auto keys = public_keys_of(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  audit::Verifier verifier{pool,
                           keys,
                           {.exported = options.audit.heads,
                            .archives = options.audit.archives,
                            .late = std::chrono::seconds{options.audit.late}}};
  const audit::Verdict verdict = loop.run(verifier.run());
  if (options.format == "json") {
    std::cout << json_of(verdict) << '\n';
  } else {
    print_text(verdict, options);
  }
  return verdict.sound() ? exit_ok : exit_partly;
}

}  // namespace vneid::admin
