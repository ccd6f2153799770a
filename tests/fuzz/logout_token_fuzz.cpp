// A logout token from a hostile provider: no crash. Unsigned bytes are never accepted; payloads
// that are signed with the provider's key only when they say what to end.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <openssl/ec.h>

#include "crypto/digest.hpp"
#include "oidc/jose/pem_keys.hpp"
#include "oidc/jose/private_key.hpp"
#include "oidc/token/logout_token.hpp"

namespace {

using vneid::oidc::KeySet;
using vneid::oidc::PrivateKey;

struct Signer {
  vneid::oidc::KeyHandle made{EVP_EC_gen("P-256")};
  PrivateKey key = PrivateKey::of(made.get()).value();
  KeySet keys = public_keys(made.get());

  static KeySet public_keys(const EVP_PKEY* key) {
    const auto point = vneid::oidc::public_point(key).value();
    return KeySet::parse(R"({"keys":[{"kty":"EC","crv":"P-256","x":")" + point.x + R"(","y":")" +
                         point.y + "\"}]}")
        .value();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vneid::oidc::verify_logout_token;
  static const Signer signer;
  static const vneid::oidc::LogoutExpectations expectations{
      .issuer = "https://sso.example",
      .client_id = "portal",
      .now = vneid::Wall{std::chrono::seconds{1'770'000'000}}};
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (verify_logout_token(input, signer.keys, expectations)) std::abort();
  // The same bytes as header and payload, so that the fuzzer need not find base64url.
  const std::string_view header = input.substr(0, input.find('\n'));
  const std::string_view payload = input.substr(std::min(header.size() + 1, input.size()));
  const std::string token = vneid::crypto::base64url_encode(header) + "." +
                            vneid::crypto::base64url_encode(payload) + "." + std::string(86, 'A');
  if (verify_logout_token(token, signer.keys, expectations)) std::abort();
  if (input.empty()) return 0;
  const auto believed = verify_logout_token(signer.key.sign(input, {}), signer.keys, expectations);
  if (!believed) return 0;
  const bool names = !believed->subject.empty() || !believed->session_id.empty();
  if (!names || believed->token_id.empty() || believed->good_until <= expectations.now)
    std::abort();
  return 0;
}
