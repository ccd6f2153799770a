#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "flows/base/exchange.hpp"

namespace vneid::flows {

/// Reads the file of `vneid_assertion_key`. The error names the file and the cause.
std::expected<std::shared_ptr<const oidc::AssertionKeys>, std::string> load_assertion_keys(
    const std::string& path);

/// The person's name towards this portal: base64url of a keyed hash, stable for good, and another
/// one at each portal, so that two portals cannot put their citizens side by side by it.
std::string portal_subject(const Settings& settings, const Site& site, PersonId person_id);

/// Whom an assertion is about.
struct AssertedPerson {
  std::string account;  ///< the portal's own name of the account
  PersonId person_id;
  std::string name;        ///< told when not empty
  std::string citizen_id;  ///< likewise
};

/// A signed assertion for the site's portal, good for 60 s. Throws std::logic_error without
/// `vneid_assertion_key`, otherwise as AssertionKeys::sign.
std::string make_assertion(const Settings& settings, const Site& site, const AssertedPerson& person,
                           Wall now);

/// Whom an assertion speaks of that the portal's server shows us again; the error is for the log.
/// Without `vneid_assertion_key` there is none.
struct ShownAssertion {
  std::string account;  ///< the portal's own name of the account
  std::string subject;  ///< as portal_subject() makes it
};
std::expected<ShownAssertion, std::string> read_assertion(const Settings& settings,
                                                          const Site& site, std::string_view token,
                                                          Wall now);

}  // namespace vneid::flows
