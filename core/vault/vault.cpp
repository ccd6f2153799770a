#include "vault/vault.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "crypto/digest.hpp"

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr std::string_view purpose = "file";
constexpr std::size_t sha256_digits = 64;

constexpr Statement open_file{
    "vault_open_file",
    "select f.name, f.mime, b.sha256, b.bytes_sealed"
    " from record r join record_file f on f.record_id = coalesce(r.origin_record_id, r.id)"
    " join file b on b.sha256 = f.sha256"
    " where r.vault_id = case when $1::boolean"
    "   then (select id from vault where person_id = $2::bigint)"
    "   else (select id from vault where account_id = $2::bigint) end and not r.hidden and "
    "r.returned_at is null"
    " and r.id = $3::bigint and f.sha256 = $4::bytea order by f.name limit 1"};

}  // namespace

std::string seal_file(const crypto::KeyRing& keys, std::string_view sha256,
                      std::string_view bytes) {
  return keys.seal(purpose, sha256, bytes);
}

std::string open_sealed_file(const crypto::KeyRing& keys, std::string_view sha256,
                             std::string_view sealed) {
  auto bytes = keys.open(purpose, sha256, sealed);
  if (!bytes || crypto::sha256(*bytes) != sha256) {
    throw std::runtime_error("a file of the vault does not open with the keys of the key ring");
  }
  return std::move(*bytes);
}

std::optional<std::string> digest_of(std::string_view sha256) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  const bool sound = sha256.size() == sha256_digits && std::ranges::all_of(sha256, [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
  if (!sound) return std::nullopt;
  std::string digest;
  for (std::size_t i = 0; i < sha256_digits; i += 2) {
    digest += static_cast<char>(value(sha256[i]) * 16 + value(sha256[i + 1]));
  }
  return digest;
}

Task<std::optional<OpenedFile>> Vault::open(Owner owner, std::int64_t record_id,
                                            std::string sha256) {
  const auto digest = digest_of(sha256);
  if (!digest) co_return std::nullopt;
  Params params;
  params.boolean(std::holds_alternative<PersonId>(owner));
  std::visit([&params](const auto& id) { params.integer(id); }, owner);
  params.integer(record_id).bytes(*digest);
  const Result rows = co_await database_.query(open_file, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  OpenedFile file;
  file.bytes = open_sealed_file(*keys_, *digest, rows.bytes(0, 3));
  file.name = rows.text(0, 0);
  file.mime = rows.text(0, 1);
  co_return file;
}

}  // namespace vneid::vault
