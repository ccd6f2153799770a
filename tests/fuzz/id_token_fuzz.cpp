// An ID token from a hostile provider: no crash, and none is accepted, since none is signed with
// the key of the set.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "oidc/token/id_token.hpp"

namespace {

constexpr std::string_view document = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"e",)"
                                      R"("x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
                                      R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vneid::oidc::verify_id_token;
  static const auto keys = vneid::oidc::KeySet::parse(document);
  static const vneid::oidc::IdTokenExpectations expectations{
      .issuer = "https://sso.example",
      .client_id = "portal",
      .nonce = "n",
      .access_token = "t",
      .now = vneid::Wall{std::chrono::seconds{1'770'000'000}}};
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (verify_id_token(input, *keys, expectations)) std::abort();
  // The same bytes as header and payload, so that the fuzzer need not find base64url.
  const std::string_view header = input.substr(0, input.find('\n'));
  const std::string_view payload = input.substr(std::min(header.size() + 1, input.size()));
  const std::string token = vneid::crypto::base64url_encode(header) + "." +
                            vneid::crypto::base64url_encode(payload) + "." + std::string(86, 'A');
  if (verify_id_token(token, *keys, expectations)) std::abort();
  return 0;
}
