#include "flows/base/portal_assertion.hpp"

#include <stdexcept>
#include <utility>

#include "crypto/digest.hpp"
#include "identity/same_person.hpp"
#include "oidc/token/assertion.hpp"

namespace vneid::flows {

std::expected<std::shared_ptr<const oidc::AssertionKeys>, std::string> load_assertion_keys(
    const std::string& path) {
  auto keys = oidc::AssertionKeys::load(path);
  if (!keys) return std::unexpected(keys.error());
  return std::make_shared<const oidc::AssertionKeys>(*std::move(keys));
}

std::string portal_subject(const Settings& settings, const Site& site, PersonId person_id) {
  return crypto::base64url_encode(settings.keys->lookup_key(
      "portal-subject", site.portal.value() + ' ' + std::to_string(person_id.value())));
}

std::string make_assertion(const Settings& settings, const Site& site, const AssertedPerson& person,
                           Wall now) {
  if (!settings.assertion_keys) throw std::logic_error("an assertion without vneid_assertion_key");
  oidc::AssertionClaims claims;
  claims.issuer = site.origin + site.path;
  claims.audience = site.portal.value();
  claims.subject = portal_subject(settings, site, person.person_id);
  claims.account = person.account;
  claims.level = identity::least_level;  // below it nobody gets a VNeID session
  claims.issued_at = now;
  if (!person.name.empty()) claims.name = person.name;
  if (!person.citizen_id.empty()) claims.citizen_id = person.citizen_id;
  return settings.assertion_keys->sign(claims);
}

std::expected<ShownAssertion, std::string> read_assertion(const Settings& settings,
                                                          const Site& site, std::string_view token,
                                                          Wall now) {
  if (!settings.assertion_keys) return std::unexpected{"no assertion key here"};
  auto claims = settings.assertion_keys->verify(
      token, {.issuer = site.origin + site.path, .audience = site.portal.value(), .now = now});
  if (!claims) return std::unexpected{std::move(claims.error())};
  return ShownAssertion{std::move(claims->account), std::move(claims->subject)};
}

}  // namespace vneid::flows
