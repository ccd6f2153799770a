#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

/// Names of things, each a type of its own: what must not be swapped does not compile when it is.
namespace vneid {

/// A value that names one `Tag`. A blank one (zero, empty text) names nothing and is false.
template <class Tag, class Value>
class Id {
 public:
  using value_type = Value;

  Id() = default;
  explicit Id(Value value) : value_(std::move(value)) {}

  [[nodiscard]] const Value& value() const noexcept { return value_; }
  [[nodiscard]] explicit operator bool() const noexcept { return value_ != Value{}; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  Value value_{};
};

using AccountId = Id<struct AccountTag, std::int64_t>;  ///< of a portal's account, in the database
using PersonId = Id<struct PersonTag, std::int64_t>;    ///< of somebody whom VNeID has named
using LinkId = Id<struct LinkTag, std::int64_t>;        ///< of account and person

using PortalName = Id<struct PortalTag, std::string>;     ///< `vneid_portal`
using TicketId = Id<struct TicketTag, std::string>;       ///< of a held legacy login; random
using State = Id<struct StateTag, std::string>;           ///< of an authorization request; random
using BrowserId = Id<struct BrowserTag, std::string>;     ///< value of the flow cookie; random
using SessionToken = Id<struct SessionTag, std::string>;  ///< value of the session cookie; random
/// Keyed hash of issuer and subject, 32 raw bytes (link::subject_key).
using SubjectKey = Id<struct SubjectTag, std::string>;

}  // namespace vneid
