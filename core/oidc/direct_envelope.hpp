#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "oidc/jose/decryption_key.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

/// Why an answer of profile `vneid-direct` is of no use.
struct AnswerFailure {
  enum class Reason {
    not_json,     ///< no JSON object came, e.g. a firewall's page: an outage
    not_decrypt,  ///< an envelope came and does not open; always the same text
  };
  Reason reason = Reason::not_json;
  std::string text;  ///< for the log: repeats nothing of the answer

  friend bool operator==(const AnswerFailure&, const AnswerFailure&) = default;
};

/// Opens an answer of the token or userinfo endpoint (domain.md §4.2): a JSON object that is either
/// the answer itself, or an envelope, with two members, each base64:
///
///     {"data": AES-ECB with PKCS#7 padding, "key": the AES key under RSA PKCS#1 v1.5}
///
/// An envelope that does not open fails in one way, whatever is wrong with it (encoding, key,
/// padding, content): the same value, after the same work of RSA, AES and JSON, so that no error
/// becomes an oracle (relying-party.md §2.6). It is never taken for the answer itself. ECB
/// authenticates nothing: that the answer is the provider's rests on TLS.
std::expected<text::Json, AnswerFailure> open_answer(const DecryptionKey& key,
                                                     std::string_view body, std::size_t max_size);

}  // namespace vneid::oidc
