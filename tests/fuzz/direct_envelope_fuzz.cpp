// Answers of a hostile provider of profile vneid-direct: as they come, as an envelope, and as what
// is inside of an envelope that opens. No crash, one failure, and no more than was sealed.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "oidc/direct_envelope.hpp"
#include "oidc/identity_claims.hpp"
#include "oidc/token/token_response.hpp"
#include "unit/oidc/direct_envelopes.hpp"
#include "unit/oidc/test_keys.hpp"

namespace {

using vneid::oidc::AnswerFailure;
using vneid::test::Sealer;
using vneid::test::TestKey;

constexpr std::size_t max_size = std::size_t{256} * 1024;

void read(const vneid::oidc::DecryptionKey& key, const std::string& body) {
  static const auto names = vneid::oidc::default_claims(vneid::oidc::ProviderProfile::vneid_direct);
  const auto answer = vneid::oidc::open_answer(key, body, max_size);
  if (!answer) {
    if (answer.error().reason == AnswerFailure::Reason::not_decrypt &&
        answer.error().text != "the answer does not decrypt") {
      std::abort();
    }
    return;
  }
  const vneid::Wall now{std::chrono::seconds{1'790'000'000}};
  const auto person = vneid::oidc::map_claims(answer->get(), names, now);
  (void)vneid::oidc::direct_subject(answer->get(), person);
  (void)person.for_decision();
  (void)vneid::oidc::read_direct_token_response(200, answer->get());
  (void)vneid::oidc::read_direct_token_response(400, answer->get());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key = *vneid::oidc::DecryptionKey::read(TestKey::rsa_a().pem());
  static const Sealer sealer{TestKey::rsa_a().public_pem()};
  static const std::string aes_key(32, 'k');
  static const std::string wrapped = sealer.wrap(aes_key);
  const std::string input{reinterpret_cast<const char*>(data), size};
  read(key, input);
  read(key, Sealer::envelope(input, wrapped));
  read(key, Sealer::envelope(Sealer::encrypt(aes_key, input), wrapped));
  if (size % 16 == 0) read(key, Sealer::envelope(Sealer::encrypt(aes_key, input, false), wrapped));
  return 0;
}
