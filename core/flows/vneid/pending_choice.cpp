#include "flows/vneid/pending_choice.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "identity/masking.hpp"
#include "link/stored_values.hpp"
#include "session/cookie.hpp"
#include "session/sealed_store.hpp"

namespace vneid::flows {

namespace {

/// A person as it is kept.
struct StoredPerson {
  std::string issuer;
  std::string subject;
  std::string number;
  std::string name;
  std::string birth_date;
  std::string sex;
  std::optional<int> level;
  identity::AccountKind kind = identity::AccountKind::unknown;
  std::string sid;
  std::string id_token;

  static void fields(auto& field, auto& self) {
    field("issuer", self.issuer);
    field("subject", self.subject);
    field("number", self.number);
    field("name", self.name);
    field("birth", self.birth_date);
    field("sex", self.sex);
    field("level", self.level);
    field("kind", self.kind);
    field("sid", self.sid);
    field("id_token", self.id_token);
  }
};

StoredPerson stored(const oidc::VerifiedIdentity& person) {
  return {.issuer = person.issuer,
          .subject = person.subject,
          .number = person.citizen_id ? person.citizen_id->digits() : "",
          .name = person.name,
          .birth_date = person.birth_date ? person.birth_date->to_text() : "",
          .sex = person.sex ? std::string{link::to_text(*person.sex)} : "",
          .level = person.level,
          .kind = person.kind,
          .sid = person.sid,
          .id_token = person.id_token.reveal()};
}

oidc::VerifiedIdentity person_of(StoredPerson kept) {
  oidc::VerifiedIdentity person;
  person.issuer = std::move(kept.issuer);
  person.subject = std::move(kept.subject);
  person.citizen_id = identity::CitizenNumber::parse(kept.number, identity::any_year);
  person.name = std::move(kept.name);
  person.birth_date = identity::BirthDate::from_text(kept.birth_date);
  person.sex = link::sex_from_text(kept.sex);
  person.level = kept.level;
  person.kind = kept.kind;
  person.sid = std::move(kept.sid);
  person.id_token = oidc::Secret(std::move(kept.id_token));
  return person;
}

}  // namespace

}  // namespace vneid::flows

namespace vneid::sealed {

template <>
struct Names<identity::AccountKind> {
  static constexpr std::array all{std::pair{identity::AccountKind::personal, "personal"},
                                  std::pair{identity::AccountKind::organization, "organization"},
                                  std::pair{identity::AccountKind::unknown, "unknown"}};
};

template <>
struct Names<flows::PendingChoice::Kind> {
  static constexpr std::array all{std::pair{flows::PendingChoice::Kind::linked, "linked"},
                                  std::pair{flows::PendingChoice::Kind::adopt, "adopt"}};
};

template <>
struct Codec<oidc::VerifiedIdentity> {
  static text::Json encode(const oidc::VerifiedIdentity& person) {
    return Codec<flows::StoredPerson>::encode(flows::stored(person));
  }
  static bool decode(const json_t* json, oidc::VerifiedIdentity& person) {
    flows::StoredPerson kept;
    if (!Codec<flows::StoredPerson>::decode(json, kept)) return false;
    person = flows::person_of(std::move(kept));
    return true;
  }
};

}  // namespace vneid::sealed

namespace vneid::flows {

namespace {

using Store = SealedStore<PendingChoice>;

Store store_of(const Worker& worker) { return {worker.redis, worker.settings->keys, "login"}; }

std::string id_of(const Worker& worker, const std::string& browser) {
  return crypto::hex(worker.settings->keys->lookup_key("kept-login", browser));
}

using Read = Task<std::optional<PendingChoice>> (Store::*)(std::string) const;

Task<std::optional<PendingChoice>> read_with(const Exchange& exchange, Read read) {
  const std::string browser = browser_of(exchange.request->cookie);
  if (browser.empty()) co_return std::nullopt;
  const Store store = store_of(*exchange.worker);
  auto choice = co_await (store.*read)(id_of(*exchange.worker, browser));
  if (choice && choice->portal != exchange.site->portal) choice.reset();
  co_return choice;
}

}  // namespace

PendingChoice::Candidate candidate_of(AccountId account_id, const std::string& name,
                                      const std::optional<std::string>& full_name) {
  return {account_id, identity::mask_account(name),
          full_name ? identity::mask_name(*full_name) : std::string{}};
}

std::chrono::seconds choice_time(const Site& site) {
  constexpr std::chrono::seconds longest{5 * 60};
  const auto idle = std::chrono::ceil<std::chrono::seconds>(site.session_limits.idle);
  return std::min(longest, idle);
}

Task<void> keep_choice_of(const Worker& worker, BrowserId browser, PendingChoice choice,
                          std::chrono::seconds lifetime) {
  const Store store = store_of(worker);
  co_await store.keep(id_of(worker, browser.value()), std::move(choice), lifetime);
}

Task<std::optional<PendingChoice>> find_choice(const Exchange& exchange) {
  return read_with(exchange, &Store::find);
}

Task<std::optional<PendingChoice>> take_choice(const Exchange& exchange) {
  return read_with(exchange, &Store::take);
}

}  // namespace vneid::flows
