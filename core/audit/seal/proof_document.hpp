#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "audit/seal/head.hpp"
#include "audit/seal/proof.hpp"
#include "audit/seal/stored_event.hpp"

/// Proofs as JSON, one a line, to be checked without a database: by `vneidctl audit check`, or by
/// anybody with RFC 9162, Ed25519 and the definitions in stored_event.hpp and head.hpp.
namespace vneid::audit {

struct InclusionProof {
  StoredEvent event;
  std::uint64_t position = 0;
  Path path;
  Head head;

  /// {"vneid_audit_proof":1,"event":{…},"position":N,"path":[base64…],"head":{…}}
  [[nodiscard]] std::string to_line() const;
};

struct ConsistencyProof {
  Head first;
  Head second;
  Path path;

  /// {"vneid_audit_consistency":1,"first":{…},"second":{…},"path":[base64…]}
  [[nodiscard]] std::string to_line() const;
};

/// Checks a line of either kind. The text says, in a sentence, what is proven; the error what is
/// not.
std::expected<std::string, std::string> check_proof(std::string_view line,
                                                    const crypto::VerifyingKeys& keys);

}  // namespace vneid::audit
