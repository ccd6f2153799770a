#include "link/stored_values.hpp"

#include <utility>

#include "crypto/digest.hpp"
#include "text/utf8.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;

/// Parts joined so that no two different lists give the same text.
std::string joined(std::string_view first, std::string_view second) {
  std::string text = std::to_string(first.size());
  text.append(":").append(first).append(second);
  return text;
}

std::string open_or_throw(const KeyRing& keys, std::string_view purpose,
                          std::string_view associated, std::string_view sealed) {
  auto value = keys.open(purpose, associated, sealed);
  if (!value) throw UnreadableValue(std::string{purpose});
  return *std::move(value);
}

std::string_view to_text(PersonColumn column) noexcept {
  switch (column) {
    case PersonColumn::citizen:
      return "citizen";
    case PersonColumn::name:
      return "name";
    case PersonColumn::birth_date:
      break;
  }
  return "birth_date";
}

}  // namespace

std::string_view to_text(AccountKind kind) noexcept {
  switch (kind) {
    case AccountKind::personal:
      return "personal";
    case AccountKind::organization:
      return "organization";
    case AccountKind::foreign:
      break;
  }
  return "foreign";
}

std::optional<AccountKind> account_kind_from_text(std::string_view text) noexcept {
  for (AccountKind kind :
       {AccountKind::personal, AccountKind::organization, AccountKind::foreign}) {
    if (text == to_text(kind)) return kind;
  }
  return std::nullopt;
}

std::string_view to_text(identity::Sex sex) noexcept {
  return sex == identity::Sex::male ? "male" : "female";
}

std::optional<identity::Sex> sex_from_text(std::string_view text) noexcept {
  if (text == "male" || text == "Nam" || text == "nam") return identity::Sex::male;
  if (text == "female" || text == "Nữ" || text == "nữ") return identity::Sex::female;
  return std::nullopt;
}

std::optional<std::string> stored_text(std::string_view text) {
  const auto points = text::decode_utf8(text);
  if (!points) return std::nullopt;
  return text::encode_utf8(text::to_nfc(*points));
}

std::string account_key(const KeyRing& keys, const PortalName& portal,
                        std::string_view account_name) {
  return keys.lookup_key("account", joined(portal.value(), account_name));
}

std::string citizen_key(const KeyRing& keys, const identity::CitizenNumber& number) {
  return keys.lookup_key("citizen", number.digits());
}

std::string cmnd_key(const KeyRing& keys, const identity::Cmnd& number) {
  return keys.lookup_key("cmnd", number.digits());
}

SubjectKey subject_key(const KeyRing& keys, std::string_view issuer, std::string_view subject) {
  return SubjectKey{keys.lookup_key("subject", joined(issuer, subject))};
}

std::string seal_account_name(const KeyRing& keys, std::string_view key, std::string_view name) {
  return keys.seal("account.name", crypto::hex(key), name);
}

std::string open_account_name(const KeyRing& keys, std::string_view key, std::string_view sealed) {
  return open_or_throw(keys, "account.name", crypto::hex(key), sealed);
}

std::string seal_field(const KeyRing& keys, std::string_view key, identity::Field field,
                       std::string_view value) {
  return keys.seal("identity_field", joined(crypto::hex(key), identity::to_text(field)), value);
}

std::string open_field(const KeyRing& keys, std::string_view key, identity::Field field,
                       std::string_view sealed) {
  return open_or_throw(keys, "identity_field", joined(crypto::hex(key), identity::to_text(field)),
                       sealed);
}

std::string seal_person(const KeyRing& keys, std::string_view key, PersonColumn column,
                        std::string_view value) {
  return keys.seal("person", joined(crypto::hex(key), to_text(column)), value);
}

std::string open_person(const KeyRing& keys, std::string_view key, PersonColumn column,
                        std::string_view sealed) {
  return open_or_throw(keys, "person", joined(crypto::hex(key), to_text(column)), sealed);
}

}  // namespace vneid::link
